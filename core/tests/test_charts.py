"""Charts: everything lies inside the frame, the table says what the picture says, and the markup is well-formed."""

import itertools
import re
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from django.template import Context, Template
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from core.charts import Bar, Segment, Series, bar_chart, bump_chart, line_chart, sparkline
from core.charts.labels import spread

COLUMNS = [("AUS", "Australian Grand Prix"), ("CHI", "Chinese Grand Prix"), ("JAP", "Japanese Grand Prix")]
points = st.decimals(min_value=-3000, max_value=9000, places=2)


@st.composite
def seasons(draw, values):
    """Up to 24 columns, and up to 22 series with a value or none in each of them."""
    columns = draw(st.integers(min_value=0, max_value=24))
    line = st.lists(st.none() | values, min_size=columns, max_size=columns)
    lines = draw(st.lists(line, max_size=22))
    return (
        [(f"R{number}", f"Race {number}") for number in range(columns)],
        [Series(f"Player {number}", line, number=number) for number, line in enumerate(lines)],
    )


def assert_inside(chart):
    for line in chart.lines:
        for mark in line.marks:
            assert 0 <= float(mark.x) <= 100
            assert 0 <= float(mark.y) <= chart.height
        assert 0 <= float(line.label_y) <= chart.height
        assert re.fullmatch(r"[MLHC\d. ]*", line.path)


@given(seasons(points))
def test_lines_lie_inside_the_frame(season):
    assert_inside(line_chart("Points", "Player", *season))


@given(seasons(st.integers(min_value=1, max_value=22)))
def test_ranks_lie_inside_the_frame_and_never_on_each_other(season):
    chart = bump_chart("Places", "Player", *season)
    assert_inside(chart)
    marks = [(mark.x, mark.y) for line in chart.lines for mark in line.marks]
    assert len(marks) == len(set(marks))


@given(seasons(points))
def test_the_table_has_the_values_of_the_picture(season):
    chart = line_chart("Points", "Player", *season)
    pictured = {line.series.name: [mark.title.partition(": ")[2] for mark in line.marks] for line in chart.lines}
    assert {name: [cell for cell in cells if cell] for name, cells in chart.table.rows} == pictured


@given(st.lists(st.lists(points, max_size=4), max_size=24))
def test_bars_lie_inside_the_frame(columns):
    bars = [Bar("R", "Race", [Segment(value) for value in values], "1") for values in columns]
    chart = bar_chart("Points", ("Race", "Points"), bars)
    for placed in chart.bars:
        assert float(placed.x) >= 0
        assert float(placed.x) + float(placed.width) <= 100.01
        for box in placed.boxes:
            assert float(box.height) >= 0
            assert 0 <= float(box.y) <= float(box.y) + float(box.height) <= chart.height


@given(st.lists(points, max_size=24))
def test_sparklines_lie_inside_the_frame(values):
    line = sparkline(values, "values")
    assert 0 <= float(line.last_y) <= line.height
    assert "nan" not in line.path


@given(st.lists(st.floats(min_value=0, max_value=300), min_size=1, max_size=22))
def test_labels_keep_apart_and_in_order(wanted):
    placed = spread(wanted, gap=14, lowest=0, highest=300)
    assert all(-0.01 <= at <= 300.01 for at in placed)
    ordered = sorted(placed)
    gap = min(14, 300 / max(len(wanted) - 1, 1))
    assert all(after - before >= gap - 0.01 for before, after in itertools.pairwise(ordered))
    assert sorted(range(len(wanted)), key=lambda index: (wanted[index], index)) == sorted(
        range(len(wanted)), key=lambda index: placed[index]
    )


def rendered(chart):
    return Template("{% load charts %}{% chart chart %}").render(Context({"chart": chart}))


class TestTheMarkup:
    @pytest.fixture
    def places(self):
        names = ['<script>"&', "علي حسن علي حسن علي حسن علي حسن علي حسن علي", "赤" * 40]
        series = [
            Series(name, [1, 2, None], ["1st", "2nd", ""], number, "X", "2nd", href="/constructors/1/")
            for number, name in enumerate(names)
        ]
        return bump_chart("Places & more", "Player", COLUMNS, series)

    def test_it_is_well_formed_whatever_the_names(self, places):
        figure = ElementTree.fromstring(rendered(places).replace("&nbsp;", " "))  # noqa: S314
        names = [row.findtext("th") for row in figure.iter("tr")][1:]
        assert names == ['<script>"&', "علي حسن علي حسن علي حسن علي حسن علي حسن علي", "赤" * 40]

    def test_numbers_are_the_same_in_every_language(self, places):
        with override("de"):
            assert re.findall(r'c[xy]="[^"]*,', rendered(places)) == []

    def test_every_figure_has_a_title(self, places):
        assert rendered(places).count("<title>") == 6
        assert "Chinese Grand Prix: 2nd" in rendered(places)

    def test_lines_are_one_stop_for_the_keyboard_each(self, places):
        assert rendered(places).count('class="chart-line') == rendered(places).count("href=") == 3

    @pytest.mark.parametrize("series", [[], [Series("Alice", [None, None, None])]])
    def test_without_figures_there_is_no_picture(self, series):
        assert rendered(bump_chart("Places", "Player", COLUMNS if series else [], series)) == ""
        assert rendered(line_chart("Points", "Player", [], [])) == ""
        assert rendered(bar_chart("Points", ("Race", "Points"), [])) == ""

    def test_one_race_is_a_picture(self):
        page = rendered(line_chart("Points", "Player", COLUMNS[:1], [Series("Alice", [Decimal(12)])]))
        assert 'cx="50%"' in page
        assert "Australian Grand Prix: 12" in page

    def test_bars_have_a_legend_and_their_parts_in_the_table(self):
        bar = Bar(
            "AUS", "Australia", [Segment(Decimal(9), "Hülkenberg 9"), Segment(Decimal(2), "Stroll 2", number=1)], "11"
        )
        page = rendered(bar_chart("Points", ("Race", "Points"), [bar], ["First pick", "Second pick"]))
        assert "Second pick" in page
        assert "<title>Australia: 11 (Hülkenberg 9, Stroll 2)</title>" in page
        assert '<td class="num">Hülkenberg 9, Stroll 2</td>' in page
