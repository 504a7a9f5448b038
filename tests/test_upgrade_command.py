"""Upgrades: `prepare` backs up before it migrates, and `script/upgrade` goes back if a version does not start."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.test_supervisor import clean_env

# Records what it is asked for. It fails for what is in the file `fails`, once for each line.
DOCKER = """#!/bin/sh
echo "$(sed -n 's/^FANTASYF1_VERSION=//p' .env): $*" >>"$LOG"
for pattern in $(cat "$FAILS"); do
    case "$*" in *"$pattern"*) sed -i 1d "$FAILS"; exit 1 ;; esac
    break
done
"""


class Installation:
    """A clone of the project with two versions, v1 and v2, and a `docker` that records its arguments."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "site"
        self.log, self.fails, programs = folder / "log", folder / "fails", folder / "bin"
        programs.mkdir()
        (programs / "docker").write_text(DOCKER)
        (programs / "docker").chmod(0o755)
        self.fails.write_text("")
        self.env = {
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "HOME": str(folder), "LOG": str(self.log),
            "FAILS": str(self.fails), "FANTASYF1_DOMAIN": "f1.example.org", "EMAIL_URL": "smtp://mail.example.org:25",
            "REGISTRATION": "open",
        }  # fmt: skip
        for name in ("AUTHOR", "COMMITTER"):
            self.env |= {f"GIT_{name}_NAME": "Test", f"GIT_{name}_EMAIL": "test@example.org"}
        self.run("git", "clone", "--quiet", "--no-hardlinks", str(settings.BASE_DIR), str(self.folder), cwd=folder)
        for name in ("setup", "upgrade"):  # as they are, committed or not
            shutil.copy(settings.BASE_DIR / "script" / name, self.folder / "script" / name)
        self.run("git", "add", "script")
        self.run("git", "commit", "--quiet", "--allow-empty", "--message", "Version 1")
        self.run("git", "tag", "v1")
        self.run("git", "commit", "--quiet", "--allow-empty", "--message", "Version 2")
        self.run("git", "tag", "v2")
        self.run("git", "checkout", "--quiet", "v1")
        self.run("script/setup")

    def run(self, *command: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            command, cwd=cwd or self.folder, env=self.env, capture_output=True, text=True, check=False
        )
        if command[0] == "git":
            assert done.returncode == 0, done.stderr
        return done

    def upgrade(self, *arguments: str) -> tuple[int, str]:
        done = self.run("script/upgrade", *arguments)
        return done.returncode, done.stdout + done.stderr

    @property
    def versions(self) -> tuple[str, str]:
        """The tag in .env, and the tag that is checked out."""
        lines = (self.folder / ".env").read_text().splitlines()
        tag = self.run("git", "describe", "--tags", "--exact-match").stdout.strip()
        return next(line.partition("=")[2] for line in lines if line.startswith("FANTASYF1_VERSION=")), tag

    @property
    def calls(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []


@pytest.fixture
def site(tmp_path) -> Installation:
    return Installation(tmp_path)


def test_an_upgrade_builds_first_and_then_starts(site):
    status, said = site.upgrade("v2")
    assert (status, site.versions) == (0, ("v2", "v2")), said
    assert site.calls == ["v2: compose build prepare", "v2: compose up -d --no-build --wait --wait-timeout 900"]
    assert "To go back: script/upgrade --back v1" in said


def test_a_version_that_cannot_be_built_changes_nothing(site):
    site.fails.write_text("build\n")
    status, said = site.upgrade("v2")
    assert (status, site.versions, len(site.calls)) == (1, ("v1", "v1"), 1)
    assert "Nothing has been changed." in said


def test_a_version_that_does_not_start_gives_way_to_the_one_before(site):
    site.fails.write_text("up\n")
    status, said = site.upgrade("v2")
    assert (status, site.versions) == (1, ("v1", "v1"))
    assert "Version v1 runs again." in said
    back = site.calls[-1]
    assert back.startswith("v1: compose up -d --no-build --no-deps")
    assert back.endswith("pages pages-2 live worker clock beat")


def test_if_neither_starts_the_backup_is_named(site):
    site.fails.write_text("up\nup\n")
    status, said = site.upgrade("v2")
    assert (status, site.versions) == (1, ("v1", "v1"))
    assert "Restore the backup" in said


def test_one_can_go_back_later(site):
    site.upgrade("v2")
    status, said = site.upgrade("--back", "v1")
    assert (status, site.versions) == (0, ("v1", "v1")), said
    assert "--no-deps" in site.calls[-1]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [((), "Which version?"), (("v3",), "no version v3"), (("v1",), "runs already")],
)
def test_what_is_no_upgrade_is_refused(site, arguments, sentence):
    status, said = site.upgrade(*arguments)
    assert (status, site.calls) == (1, [])
    assert sentence in said


def test_changed_files_are_not_thrown_away(site):
    (site.folder / "docker-compose.yml").write_text("services: {}\n")
    status, said = site.upgrade("v2")
    assert (status, site.calls) == (1, [])
    assert "have been changed" in said


# -- the backup before migrations --------------------------------------------------------------------------------------


def manage(home: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", *arguments]
    env = clean_env() | {"FANTASYF1_HOME": str(home)} | variables
    return subprocess.run(command, cwd=settings.BASE_DIR, env=env, capture_output=True, text=True, check=False)


def test_prepare_backs_up_before_it_migrates_a_database_that_is_in_use(tmp_path):
    backups = tmp_path / "backups"
    first = manage(tmp_path, "prepare", "--empty")
    assert first.returncode == 0, first.stderr
    assert not backups.exists(), "a new database needs no backup"
    assert manage(tmp_path, "migrate", "races", "0003").returncode == 0
    (tmp_path / "file").touch()
    refused = manage(tmp_path, "prepare", "--empty", BACKUP_DIR=str(tmp_path / "file" / "backups"))
    assert refused.returncode == 1
    assert "Nothing has been changed." in refused.stderr
    upgraded = manage(tmp_path, "prepare", "--empty")
    assert upgraded.returncode == 0, upgraded.stderr
    (backup,) = backups.glob("*.tar.gz")
    assert str(backup) in upgraded.stdout
    again = manage(tmp_path, "prepare", "--empty")
    assert "Backing up" not in again.stdout
