"""Draw the imports between the top-level packages into docs/architecture.md, as a Mermaid diagram.

.venv/bin/python script/import_graph.py             draw the graph
.venv/bin/python script/import_graph.py --check     fail if the drawn graph is outdated, or an arrow points up

Tests and migrations are left out. The number at an arrow is the number of imports: pairs of a module and a module that
it imports.
"""

import argparse
import re
import sys
import tomllib
from collections import Counter
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "architecture.md"
START = "<!-- import graph: start, written by script/import_graph.py -->"
END = "<!-- import graph: end -->"
LEFT_OUT = {"tests", "migrations"}

Arrows = dict[tuple[str, str], int]


def layers() -> list[str]:
    """Return the packages from top to bottom: the project package, then the layers of the import-linter contract."""
    configuration = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    apps = next(contract["layers"] for contract in configuration["contracts"] if "containers" not in contract)
    top = [package for package in configuration["root_packages"] if package not in apps]
    return [*top, *apps]


def count_imports(packages: list[str]) -> Arrows:
    """Return how many modules of one package those of another import, by (importer, imported)."""
    sys.path.insert(0, str(ROOT))
    graph = grimp.build_graph(*packages, cache_dir=None)
    modules = [module for module in graph.modules if LEFT_OUT.isdisjoint(module.split("."))]
    return Counter(
        (_package(module), _package(imported))
        for module in modules
        for imported in graph.find_modules_directly_imported_by(module)
        if LEFT_OUT.isdisjoint(imported.split(".")) and _package(module) != _package(imported)
    )


def _package(module: str) -> str:
    return module.partition(".")[0]


def arrows_up(arrows: Arrows, packages: list[str]) -> list[tuple[str, str]]:
    """Return the arrows from a lower package to a higher one."""
    return sorted(arrow for arrow in arrows if packages.index(arrow[0]) > packages.index(arrow[1]))


def mermaid(arrows: Arrows, packages: list[str]) -> str:
    """Return the graph as a Mermaid block. The order of the arrows is fixed, so that differences stay small."""
    ordered = sorted(arrows.items(), key=lambda item: [packages.index(package) for package in item[0]])
    lines = [f"    {importer} -->|{count}| {imported}" for (importer, imported), count in ordered]
    return "\n".join(["```mermaid", "flowchart TD", *lines, "```"])


def replace_graph(text: str, graph: str) -> str:
    """Return the document's text with this graph between the markers."""
    between = re.compile(f"{re.escape(START)}.*{re.escape(END)}", re.DOTALL)
    if len(between.findall(text)) != 1:
        raise SystemExit(f"{DOCUMENT.name} lacks the markers of the import graph.")
    return between.sub(lambda _: f"{START}\n{graph}\n{END}", text)


def main() -> int:
    parser = argparse.ArgumentParser(description="Draw the import graph into docs/architecture.md.")
    parser.add_argument("--check", action="store_true", help="change nothing; fail if the graph is outdated")
    options = parser.parse_args()
    packages = layers()
    arrows = count_imports(packages)
    text = DOCUMENT.read_text()
    expected = replace_graph(text, mermaid(arrows, packages))
    if not options.check:
        DOCUMENT.write_text(expected)
    elif text != expected:
        print("The import graph in docs/architecture.md is outdated: run .venv/bin/python script/import_graph.py")
        return 1
    for importer, imported in arrows_up(arrows, packages):
        print(f"{importer} imports {imported}, which is above it.")
    return 1 if arrows_up(arrows, packages) else 0


if __name__ == "__main__":
    sys.exit(main())
