"""The data directory and its secrets."""

import multiprocessing
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from fantasyf1.ops import data_dir


def read_secret(folder: Path) -> str:
    return data_dir.read_or_create_secret(folder, "key")


def test_a_secret_stays_the_same(tmp_path):
    assert data_dir.read_or_create_secret(tmp_path, "key") == data_dir.read_or_create_secret(tmp_path, "key")


def test_two_secrets_differ(tmp_path):
    assert data_dir.read_or_create_secret(tmp_path, "one") != data_dir.read_or_create_secret(tmp_path, "two")


def modes(*paths: Path) -> list[str]:
    return [oct(path.stat().st_mode & 0o777) for path in paths]


@pytest.fixture
def umask() -> Iterator[None]:
    """Restore the umask of this process after the test."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("umask")
class TestProtection:
    def test_a_new_folder_and_what_is_written_later_are_private(self, tmp_path):
        folder = tmp_path / "home"
        data_dir.protect(folder)
        data_dir.read_or_create_secret(folder, "key")
        (folder / "cache").mkdir()
        (folder / "cache" / "page").write_text("")
        assert modes(folder, folder / "key", folder / "cache") == ["0o700", "0o600", "0o700"]
        assert modes(folder / "cache" / "page") == ["0o600"]

    def test_an_existing_folder_becomes_private(self, tmp_path):
        folder, file, cache = tmp_path / "home", tmp_path / "home" / "fantasyf1.sqlite3", tmp_path / "home" / "cache"
        cache.mkdir(parents=True)
        file.write_text("")
        assert modes(folder, file, cache) == ["0o755", "0o644", "0o755"]
        data_dir.protect(folder)
        assert modes(folder, file, cache) == ["0o700", "0o600", "0o700"]

    def test_what_a_link_leads_to_stays_as_it_is(self, tmp_path):
        (outside := tmp_path / "outside").write_text("")
        (folder := tmp_path / "home").mkdir()
        (folder / "link").symlink_to(outside)
        data_dir.protect(folder)
        assert modes(outside) == ["0o644"]

    def test_a_folder_that_all_users_share_is_refused(self, tmp_path):
        folder = tmp_path / "shared"
        folder.mkdir()
        folder.chmod(0o1777)
        with pytest.raises(PermissionError, match="shared by all users"):
            data_dir.protect(folder)
        assert modes(folder) == ["0o777"]


@pytest.mark.parametrize("attempt", range(5))
def test_processes_that_start_together_get_one_secret(tmp_path, attempt):
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        found = pool.map(read_secret, [tmp_path] * 64, chunksize=1)
    assert len(set(found)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["key"]
