"""docs/architecture.md and the glossary match the code: no import points up, and all named modules exist."""

import re
import runpy
import subprocess
import sys
from pkgutil import resolve_name

import pytest
from django.conf import settings

SCRIPT = settings.BASE_DIR / "script" / "import_graph.py"
IMPORT_GRAPH = runpy.run_path(str(SCRIPT))
LAYERS = IMPORT_GRAPH["layers"]()
ARROW = re.compile(r"^    (\w+) -->\|\d+\| (\w+)$", re.MULTILINE)
NAME = re.compile(rf"`((?:{'|'.join(LAYERS)})(?:\.\w+)+)`")


def test_the_drawn_import_graph_is_up_to_date():
    command = [sys.executable, str(SCRIPT), "--check"]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_package_of_the_project_is_in_a_layer():
    """import-linter checks this only below a package: it does not know the packages at the top."""
    assert {path.parent.name for path in settings.BASE_DIR.glob("*/apps.py")} == set(LAYERS)


def test_no_drawn_arrow_points_up():
    graph = IMPORT_GRAPH["DOCUMENT"].read_text().partition(IMPORT_GRAPH["START"])[2]
    arrows = dict.fromkeys(ARROW.findall(graph), 1)
    assert ("scoring", "drafts") in arrows
    assert IMPORT_GRAPH["arrows_up"](arrows, LAYERS) == []


def test_an_arrow_that_points_up_is_found():
    arrows = {("core", "races"): 1, ("races", "core"): 2}
    assert IMPORT_GRAPH["arrows_up"](arrows, LAYERS) == [("core", "races")]


@pytest.mark.parametrize("document", ["architecture.md", "glossary.md", "house-style.md"])
def test_every_module_and_name_in_the_document_exists(document):
    for name in set(NAME.findall((settings.BASE_DIR / "docs" / document).read_text())):
        resolve_name(name)
