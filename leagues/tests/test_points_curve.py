"""The points curve of the rules page has the points that scoring gives."""

from decimal import Decimal

import pytest
from django.urls import reverse

from leagues.points_curve import points_curve
from leagues.rules import CustomPoints, RuleSet

CUSTOM = RuleSet(kind="custom", custom=CustomPoints(places=(Decimal("7.5"), Decimal(-2))))


@pytest.mark.parametrize(
    ("rule_set", "points"),
    [
        (RuleSet(), ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "9", "8"]),
        (RuleSet(kind="standard_f1"), ["25", "18", "15", "12", "10", "8", "6", "4", "2", "1", "0", "0"]),
        (CUSTOM, ["7.5", "-2", *["0"] * 10]),
    ],
)
def test_each_place_has_its_points(rule_set, points):
    chart = points_curve(rule_set, 12)
    assert [cells for _, cells in chart.table.rows] == [[text] for text in points]
    best = max(points, key=Decimal)
    assert [placed.bar.text for placed in chart.bars if placed.bar.is_marked] == [best]


@pytest.mark.django_db
def test_the_rules_page_shows_it(client, league, bob):
    client.force_login(bob)
    page = client.get(reverse("pages:league_rules", args=[league.pk])).text
    assert "What each place scores" in page
    assert "<title>10th: 10</title>" in page
