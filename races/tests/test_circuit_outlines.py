"""The outlines of circuits: whole, closed, and drawn with a start line and a direction."""

import json
from math import dist
from pathlib import Path

import pytest
from django.template import Context, Template

from races.models import Circuit
from races.rules.circuit_outlines import _outlines, circuit_outline

PACKS = sorted((Path(__file__).parents[1] / "sources/packs").glob("*.json"))


def render(source, **context):
    return Template(source).render(Context(context)).strip()


@pytest.mark.parametrize("pack", PACKS, ids=lambda path: path.stem)
def test_every_circuit_of_the_packs_has_an_outline(pack):
    assert {ref for ref, *_ in json.loads(pack.read_text())["circuits"] if circuit_outline(ref) is None} == set()


@pytest.mark.parametrize("ref", _outlines())
def test_an_outline_fills_its_box_and_closes(ref):
    outline = _outlines()[ref]
    assert max(outline.width, outline.height) == 100
    assert 38 <= len(outline.corners) <= 70
    assert dist(outline.corners[0], outline.corners[-1]) < 60  # the straight with the start line
    assert all(one != other for one, other in zip(outline.corners, outline.corners[1:], strict=False))


def test_the_tag_draws_the_outline_of_a_circuit():
    monza = Circuit(ref="monza", name="Autodromo Nazionale Monza")
    decorative = render("{% circuit_outline circuit %}", circuit=monza)
    assert 'aria-hidden="true"' in decorative
    assert 'viewBox="-16 -16 90 132"' in decorative
    assert 'aria-label="Outline of Autodromo Nazionale Monza"' in render("{% circuit_outline c named=True %}", c=monza)


def test_an_unknown_circuit_has_no_picture():
    assert render("{% circuit_outline circuit %}", circuit=Circuit(ref="moon", name="Moon")) == ""
