"""Settings: immutable versions, bounds and permissions."""

import dataclasses

import pytest

from core.errors import Invalid, NotAllowed, Refused
from drafts.models import Draft
from leagues.api.serializers import SettingsSerializer
from leagues.forms import SettingsForm
from leagues.models import SettingsVersion
from leagues.rules import SETTINGS_FIELDS, CustomPoints, Effect, RuleSet, settings_affecting
from leagues.selectors import current_settings
from leagues.services import change_league, change_settings, set_role
from tests.support.cast import FOUNDED_AT
from tests.support.factories import UserFactory
from tests.support.stories import opened, scored


def change(league, by, **changes):
    return change_settings(league=league, by=by, changes=changes, now=FOUNDED_AT)


class TestVersions:
    def test_a_change_adds_a_version_and_keeps_the_old_one(self, league, alice):
        version = change(league, alice, scoring="standard_f1", sprints=True)
        assert (version.number, version.created_by, version.created_at) == (2, alice, FOUNDED_AT)
        assert league.settings_versions.get(number=1).scoring == "inverted_position"
        assert current_settings(league) == version

    def test_omitted_values_stay(self, league, alice):
        change(league, alice, method="snake")
        assert change(league, alice, sprints=True).method == "snake"

    def test_unchanged_settings_add_no_version(self, league, alice):
        assert change(league, alice, method="sequential", picks_per_race=2).number == 1
        assert league.settings_versions.count() == 1

    def test_a_change_applies_from_the_next_draft(self, league, alice):
        first = opened(league)
        change(league, alice, method="snake", scoring="standard_f1")
        scored(first)
        second = opened(league)
        drafts = Draft.objects.filter(pk__in=[first.pk, second.pk]).order_by("opened_at")
        assert list(drafts.values_list("settings__number", flat=True)) == [1, 2]

    def test_a_race_is_scored_by_the_version_that_it_was_drafted_under(self, league, alice):
        first = opened(league)
        change(league, alice, scoring="standard_f1")
        first = scored(first, ["driver_1"])
        winner = first.picks.select_related("score").get(entry__driver__ref="driver_1")
        assert winner.score.points == 1


class TestBounds:
    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"scoring": "custom", "custom_points": {"places": [25, "x"]}}, "Place 2: “x” is not a number"),
            ({"scoring": "custom", "custom_points": {"pole": -101}}, ": -101 is too much"),
            ({"scoring": "custom", "custom_points": {"pole": "0.001"}}, "more than two decimals"),
            ({"scoring": "custom", "custom_points": {"luck": 1}}, "“luck” cannot score points"),
            ({"scoring": "custom", "custom_points": [25]}, "an object with a list of places"),
            ({"scoring": "lottery"}, "Scoring: "),
            ({"autopicks": None}, "Autopicks: "),
            ({"lock_minutes": "soon"}, "Lock minutes: "),
            ({"weather": "rain"}, "“weather” is not a setting"),
        ],
    )
    def test_invalid_settings_are_refused(self, league, alice, changes, sentence):
        with pytest.raises(Invalid, match=sentence):
            change(league, alice, **changes)
        assert league.settings_versions.count() == 1

    def test_more_picks_than_the_grid_has_cars_for_are_refused(self, league, alice):
        with pytest.raises(Invalid, match=r"11 constructors with 3 picks each need 33 cars.*at most 7 fit"):
            change(league, alice, picks_per_race=3)

    def test_more_picks_are_allowed_in_a_smaller_league(self, league, alice):
        change_league(league=league, by=alice, capacity=7)
        assert change(league, alice, picks_per_race=3).picks_per_race == 3

    def test_a_league_cannot_outgrow_the_grid(self, league, alice):
        with pytest.raises(Invalid, match="at most 11 fit"):
            change_league(league=league, by=alice, capacity=12)

    @pytest.mark.parametrize("capacity", [1, 0])
    def test_a_league_cannot_be_smaller_than_its_members(self, league, alice, capacity):
        with pytest.raises(Refused, match="2 players are in this league already"):
            change_league(league=league, by=alice, capacity=capacity)


class TestTheLeagueItself:
    def test_its_name_and_visibility_change_at_once(self, league, alice):
        change_league(league=league, by=alice, name=" Monza  Club ", visibility="public")
        league.refresh_from_db()
        assert (league.name, league.is_public) == ("Monza Club", True)

    def test_omitted_values_stay(self, league, alice):
        change_league(league=league, by=alice, capacity=5)
        league.refresh_from_db()
        assert (league.name, league.visibility, league.capacity) == ("Alpine Friends", "private", 5)

    def test_it_refuses_an_unknown_visibility(self, league, alice):
        with pytest.raises(Invalid, match="private or public"):
            change_league(league=league, by=alice, visibility="ajar")


class TestWhoMay:
    def test_a_co_manager_may_change_settings(self, league, alice, bob):
        set_role(league=league, by=alice, user=bob, role="co_manager")
        assert change(league, bob, sprints=True).created_by == bob

    def test_an_administrator_may_change_settings(self, league):
        assert change(league, UserFactory.create(is_superuser=True), sprints=True).number == 2

    def test_members_and_strangers_may_not_change_settings(self, league, bob, charlie):
        for who in (bob, charlie):
            with pytest.raises(NotAllowed):
                change(league, who, sprints=True)
            with pytest.raises(NotAllowed):
                change_league(league=league, by=who, name="Mine")
        assert league.settings_versions.count() == 1


class TestTheDeclaration:
    """`leagues.rules.SETTINGS` is the only list of the settings."""

    def test_it_declares_every_field_of_the_model(self):
        fields = {field.name for field in SettingsVersion._meta.concrete_fields}
        assert set(SETTINGS_FIELDS) == fields - {"id", "league", "number", "created_at", "created_by"}

    def test_the_api_lists_the_settings_in_this_order(self):
        assert tuple(SettingsSerializer().fields) == SETTINGS_FIELDS

    def test_the_form_shows_every_setting_once(self):
        form = SettingsForm()
        shown = [field.name for _, fields in form.sections() for field, _ in fields]
        assert sorted([*shown, "custom_points"]) == sorted(SETTINGS_FIELDS)
        points = [field.name for field in form.custom_point_fields()]
        assert ["places", *points] == [field.name for field in dataclasses.fields(CustomPoints)]

    def test_every_flag_of_a_rule_set_is_a_setting_that_affects_points(self):
        flags = {field.name for field in dataclasses.fields(RuleSet) if field.type is bool}
        assert {"scoring", "custom_points", *flags} == set(settings_affecting(Effect.POINTS))


class TestSummary:
    """What players read on the rules page, in their units."""

    def summary(self, league, **changes):
        return dict(SettingsVersion(league=league, number=1, **changes).summary)

    def test_defaults_leave_out_what_does_not_apply(self, league):
        summary = self.summary(league)
        lock = "5 minutes before qualifying, or before sprint qualifying"
        assert summary["Time from lock to session"].startswith(lock)
        assert summary["Sprints count"] == "No"
        assert not {"Time per pick", "Custom points", "Point for the fastest lap"} & summary.keys()

    @pytest.mark.parametrize(
        ("seconds", "text"), [(14_400, "4 hours"), (90, "1 minute 30 seconds"), (604_800, "7 days")]
    )
    def test_a_fixed_clock_says_how_long_a_pick_may_take(self, league, seconds, text):
        assert self.summary(league, clock="fixed", clock_seconds=seconds)["Time per pick"] == text

    def test_custom_points_list_their_extras(self, league):
        custom = {"places": [25, "18.50"], "pole": "1", "not_classified": -2}
        summary = self.summary(league, scoring="custom", custom_points=custom)
        assert summary["Custom points"] == ("25 18.5; Did not finish: -2; Pole position (fastest in qualifying): 1")
