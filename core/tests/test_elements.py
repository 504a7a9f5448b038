"""The template tags of the elements: what they render."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory

NOW = datetime(2025, 7, 3, 12, tzinfo=UTC)


def render(source, **context):
    return " ".join(Template(source).render(Context(context)).split())


class NamedObject(SimpleNamespace):
    name: str

    def __str__(self) -> str:
        return self.name


BEARMAN = NamedObject(name="Oliver <Bearman>", short="BEA")
HAAS = NamedObject(name="Haas", ref="haas")


def test_names_are_escaped():
    page = "{% panel title=name %}{{ name }}{% driver_badge driver team=team %}{% endpanel %}"
    text = render(page, name="<b>", driver=BEARMAN, team=HAAS)
    assert "<b>" not in text
    assert "Oliver &lt;Bearman&gt;" in text


def test_a_driver_badge_has_the_colour_and_name_of_the_team():
    text = render("{% driver_badge driver team=team %}", driver=BEARMAN, team=HAAS)
    assert "team-haas" in text
    assert ">Haas<" in text


def test_a_brief_badge_still_says_who_it_is():
    text = render("{% driver_badge driver team=team brief=True %}", driver=BEARMAN, team=HAAS)
    assert 'title="Oliver &lt;Bearman&gt;, Haas"' in text


def test_the_notices_of_a_stream_are_hidden_until_the_script_shows_one():
    text = render(
        "{% stream_notices label='Not here any more' %}<p>Ask {{ who }}.</p>{% endstream_notices %}", who="<A>"
    )
    assert re.findall(r'id="(\w+)" role="status" hidden>', text) == ["offline", "out", "replaced"]
    assert '<strong class="notice-label">Not here any more</strong> <div><p>Ask &lt;A&gt;.</p></div>' in text


def test_initials_are_hidden_from_screen_readers_and_escaped():
    text = render("{% person name %}{{ name }}{% endperson %}", name="<Max> Mustermann")
    assert re.search(r'<span class="avatar avatar-[1-6]" aria-hidden="true">MM</span>', text)
    assert "&lt;Max&gt; Mustermann" in text
    assert render("{% avatar '<' %}").endswith(">&lt;</span>")


def test_a_person_has_the_same_tint_everywhere():
    assert render("{% avatar name %}", name="bob") == render("{% avatar name %}", name="Bob")


def test_a_datetime_is_shown_with_its_time_zone():
    text = render("{% datetime at %}", at=NOW)
    assert text == '<time datetime="2025-07-03T12:00:00+00:00" data-local>Thu 3 Jul, 12:00 UTC</time>'


def test_an_unknown_datetime_says_so():
    assert "time not known yet" in render("{% datetime None %}")


def test_a_countdown_uses_the_servers_time_and_shows_its_end():
    text = render("{% countdown 'Locks in' at %}", at=NOW + timedelta(hours=26), server_now=NOW)
    assert "1 d 2 h" in text
    assert 'data-ends-at="2025-07-04T14:00:00+00:00"' in text
    assert "Fri 4 Jul, 14:00 UTC" in text


def test_a_button_with_a_url_is_a_link():
    assert render("{% button 'Join' href='/x/' %}").startswith("<a ")
    assert 'type="submit" name="entry_id" value="7"' in render("{% button 'Pick' name='entry_id' value=7 %}")


def test_buttons_with_the_same_label_say_what_they_are_about():
    text = render("{% button 'Pick' about=driver %}", driver=BEARMAN)
    assert '<span class="visually-hidden"> Oliver &lt;Bearman&gt;</span>' in text


def test_points_have_no_trailing_zeros():
    assert render("{{ value|points }}", value=Decimal("12.50")) == "12.5"


def test_pagination_keeps_other_query_parameters():
    context = {"request": RequestFactory().get("/races/?season=2025&page=2"), "page": Paginator(range(30), 10).page(2)}
    text = render("{% pagination page %}", **context)
    assert 'href="?season=2025&amp;page=1"' in text
    assert 'href="?season=2025&amp;page=3"' in text


def test_a_single_page_has_no_pagination():
    context = {"request": RequestFactory().get("/"), "page": Paginator(range(3), 10).page(1)}
    assert render("{% pagination page %}", **context) == ""


def test_only_a_leader_has_the_leaders_colour():
    assert "rank-1" in render("{% rank 1 %}")
    assert "rank-1" not in render("{% rank 1 plain=True %}") + render("{% rank 11 %}")


def test_a_missing_rank_is_announced_as_text():
    assert "no rank yet" in render("{% rank None %}")


def test_the_navigation_marks_the_current_page():
    request = SimpleNamespace(resolver_match=SimpleNamespace(view_name="races:race", app_name="races"))
    assert 'aria-current="page"' in render("{% nav_link 'Calendar' 'races:calendar' 'races:race' %}", request=request)
    assert "aria-current" not in render(
        "{% nav_link 'Drivers' 'formula1:drivers' 'formula1:driver' %}", request=request
    )


@pytest.mark.parametrize(
    ("change", "unit", "expected"),
    [
        (2, "", ("delta-up", ">2<", "up 2")),
        (-1, "places", ("delta-down", ">1<", "down 1 place")),
        (3, "places", ("delta-up", ">3<", "up 3 places")),
        (0, "", ("delta-same", "><", "unchanged")),
    ],
)
def test_a_change_has_an_arrow_and_words(change, unit, expected):
    found = render("{% delta change unit %}", change=change, unit=unit)
    assert all(part in found for part in expected)


def test_a_toast_can_undo_what_it_tells():
    found = render("{% toast undo='/undo/' %}Withdrawn.{% endtoast %}")
    assert 'action="/undo/"' in found
    assert "Undo" in found
    assert 'role="status"' in found
    assert "<form" not in render("{% toast %}Saved.{% endtoast %}")


def test_a_dialog_has_a_name_and_its_opener_is_a_link_without_scripts():
    found = render(
        "{% opener 'Help' dialog='help' href='/help/' %}{% dialog id='help' title='Help' %}Read.{% enddialog %}"
    )
    assert 'href="/help/"' in found
    assert 'data-opens="help"' in found
    assert 'aria-labelledby="help-title"' in found


def test_a_driver_tag_has_the_number_of_the_car():
    text = render("{% driver_badge driver team=team number=87 %}", driver=BEARMAN, team=HAAS)
    assert '<span class="driver-number">87</span>' in text
    assert "driver-number" not in render("{% driver_badge driver team=team %}", driver=BEARMAN, team=HAAS)


def test_a_brief_team_badge_still_says_which_team_it_is():
    haas = NamedObject(name="Haas", ref="haas", short="HAA")
    short = (
        '<abbr class="team-code" title="Haas" aria-hidden="true">HAA</abbr><span class="visually-hidden">Haas</span>'
    )
    assert short in render("{% team_badge team brief=True %}", team=haas)
    assert ">Haas</span>" in render("{% team_badge team %}", team=haas)
