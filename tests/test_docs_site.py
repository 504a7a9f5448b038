"""The documentation site: its pages, their links, and what they say of the code."""

import re
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR
DOCS = ROOT / "docs"
GUIDES = ("players.md", "commissioners.md", "security-model.md", "index.md")


@pytest.fixture(scope="module")
def build_docs():
    sys.path.insert(0, str(ROOT / "script"))
    try:
        return import_module("build_docs")
    finally:
        sys.path.remove(str(ROOT / "script"))


@pytest.fixture(scope="module")
def pages_in_navigation() -> set[str]:
    """The pages that the navigation names, as paths of the site."""
    navigation = tomllib.loads((ROOT / "zensical.toml").read_text())["project"]["nav"]

    def names(entry) -> list[str]:
        if isinstance(entry, str):
            return [entry]
        values = entry.values() if isinstance(entry, dict) else entry
        return [name for value in values for name in names(value)]

    return set(names(navigation))


def test_every_page_is_in_the_navigation(build_docs, pages_in_navigation):
    pages = {name.as_posix() for name in build_docs.pages().values() if name.suffix == ".md"}
    decisions = {name for name in pages if re.match(r"decisions/\d", name)}
    assert pages_in_navigation == pages - decisions


def test_every_decision_is_in_the_list():
    listed = re.findall(
        r"^(\d+)\. \[.+\]\((\d{4})-.+\.md\)$", (DOCS / "decisions" / "README.md").read_text(), re.MULTILINE
    )
    numbers = sorted(int(path.name[:4]) for path in (DOCS / "decisions").glob("0*.md"))
    assert [int(number) for number, _ in listed] == [int(file) for _, file in listed] == numbers


@pytest.mark.parametrize("path", [*sorted(DOCS.rglob("*.md")), *sorted(ROOT.glob("*.md"))], ids=lambda path: path.name)
def test_links_to_files_lead_somewhere(path):
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", path.read_text())
    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("name", GUIDES)
def test_files_that_the_guides_name_exist(name):
    text = (DOCS / name).read_text()
    named = re.findall(r"`((?:[a-z0-9_]+/)+(?:[a-z0-9_]+\.[a-z]+)?)`", text)
    assert [file for file in named if not (ROOT / file).exists()] == []


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("docs/operating.md", "[a](api.md#x)", "[a](api.md#x)"),
        ("docs/index.md", "[a](../CONTRIBUTING.md)", "[a](CONTRIBUTING.md)"),
        (
            "CONTRIBUTING.md",
            "[a](docs/testing.md#b), [c](docs/decisions/)",
            "[a](testing.md#b), [c](decisions/README.md)",
        ),
        ("docs/decisions/0001-one-seed-per-draft.md", "[a](../api.md)", "[a](../api.md)"),
        ("CONTRIBUTING.md", "[a](https://example.org/docs/api.md)", "[a](https://example.org/docs/api.md)"),
    ],
)
def test_links_follow_the_pages(build_docs, path, text, expected):
    assert build_docs.with_links_of_the_site(text, ROOT / path, build_docs.pages()) == expected


def test_what_pages_load_from_other_hosts_is_found(build_docs, tmp_path, monkeypatch):
    (tmp_path / "index.html").write_text(
        '<link rel="canonical" href="https://f1.example"><a href="https://a.example">a</a>'
        '<script src="https://b.example/x.js"></script><link rel="stylesheet" href=https://c.example/y.css>'
    )
    monkeypatch.setattr(build_docs, "SITE", Path(tmp_path))
    assert build_docs.other_hosts() == ["https://b.example/x.js", "https://c.example/y.css"]
