"""Collected style sheets and scripts: smaller than their sources, and the same for a browser."""

import gzip
import re
from pathlib import Path

import brotli
import pytest
from django.conf import settings
from django.core.files.storage import FileSystemStorage

from core.web.static_files import StaticFilesStorage, reduced

SOURCES = settings.BASE_DIR / "static"
SCRIPTS = sorted((SOURCES / "js").glob("*.js"))


def collect(folder, sources):
    """Collect all files of a folder; returns where the latest content of each is, by its name in the folder."""
    source = FileSystemStorage(location=sources)
    names = [str(path.relative_to(sources)) for path in sources.rglob("*") if path.is_file()]
    storage = StaticFilesStorage(location=folder)
    for name in names:
        with source.open(name) as file:
            storage.save(name, file)
    results = list(storage.post_process({name: (source, name) for name in names}))
    assert [error for *_, error in results if isinstance(error, Exception)] == []
    return {name: Path(storage.path(storage.stored_name(name))) for name in names}


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    return collect(tmp_path_factory.mktemp("collected"), SOURCES)


def test_the_sheet_of_all_pages_contains_those_that_it_imports(collected):
    site = collected["css/site.css"].read_text()
    assert "@import" not in site
    assert "/*" not in site
    assert site.startswith("@layer tokens, base, elements, game, pages, print;")
    for name in ("tokens", "base", "elements", "game", "teams", "identity"):
        assert collected[f"css/{name}.css"].read_text() in site
    assert "@media print {\n@page {" in site


def test_a_collected_script_has_the_code_of_its_source():
    for script in SCRIPTS:
        lines = [line.strip() for line in script.read_text().splitlines()]
        code = [line for line in lines if line and not line.startswith("//")]
        assert reduced(script).splitlines() == code


def test_no_script_has_a_text_of_several_lines():
    """Its comments and indentation would be left out too."""
    assert [
        (script.name, line) for script in SCRIPTS for line in script.read_text().splitlines() if line.count("`") % 2
    ] == []
    assert [script.name for script in SCRIPTS if "/*" in script.read_text()] == []


def test_a_style_sheet_is_compressed_with_brotli_and_gzip(collected):
    path = collected["css/site.css"]
    assert re.fullmatch(r"site\.[0-9a-f]{12}\.css", path.name)
    assert brotli.decompress(Path(f"{path}.br").read_bytes()) == path.read_bytes()
    assert gzip.decompress(Path(f"{path}.gz").read_bytes()) == path.read_bytes()


def test_source_maps_and_the_files_of_packages_keep_their_content(tmp_path):
    sheet, source_map = "/* The licence */\np {\n  margin: 0;\n}\n", '{"mappings": ""}' * 100
    (tmp_path / "package").mkdir()
    (tmp_path / "package/style.css").write_text(sheet)
    (tmp_path / "package/style.css.map").write_text(source_map)
    collected = collect(tmp_path / "collected", tmp_path)
    assert collected["package/style.css"].read_text() == sheet
    path = collected["package/style.css.map"]
    assert path.read_text() == source_map
    assert not Path(f"{path}.gz").exists()


def test_collecting_again_takes_what_has_changed(tmp_path):
    sources = tmp_path / "sources"
    (sources / "css").mkdir(parents=True)
    (sources / "css/site.css").write_text('@import "base.css";\n')
    names = []
    for colour in ("red", "green"):
        (sources / "css/base.css").write_text(f"p {{\n  color: {colour};\n}}\n")
        path = collect(tmp_path / "collected", sources)["css/site.css"]
        assert path.read_text() == f"p {{\ncolor: {colour};\n}}\n"
        names.append(path.name)
    assert names[0] != names[1]
