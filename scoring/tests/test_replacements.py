"""Replacements in the database: who scores for a pick whose driver did not take part."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from drafts.models import Pick
from leagues.services import create_league
from races.models import Classification, Entry, Race, Replacement, Result, Season
from races.services import delete_replacement, record_classification, record_season, save_replacement
from races.sources.dto import ClassificationDTO, ResultDTO
from races.sources.fixtures import read_pack
from scoring.leaderboards import score_version
from scoring.models import DraftScoring, PickScore
from scoring.services import catch_up_scores, score_race
from scoring.services.catch_up import outdated_races
from tests.support.cast import OVER_AT
from tests.support.factories import DriverFactory, EntryFactory, TeamFactory, results_for
from tests.support.stories import filled, fresh, joined, locked, opened


def raced(draft, order=(), *, absent=()):
    """Lock the draft and score its race, in which the `absent` drivers did not start."""
    locked(draft)
    classification = results_for(draft.race, order)
    out = Result.objects.filter(classification=classification, driver__ref__in=absent)
    out.update(position_text="W", status="Did not start", laps=0)
    score_race(race=fresh(draft).race, now=OVER_AT)
    return fresh(draft)


def scorers(draft):
    """Who scored for each pick, and how much."""
    scores = PickScore.objects.filter(pick__draft=draft)
    return {
        score.pick.entry.driver.ref: (score.driver.ref if score.driver else None, int(score.points))
        for score in scores.select_related("pick__entry__driver", "driver")
    }


def replaced(race, out, came):
    """Save an administrator's replacement."""
    return save_replacement(replacement=Replacement(race=race, out_driver=out, in_driver=came), now=OVER_AT)


def enter(draft, ref, team, number):
    return EntryFactory.create(
        race=draft.race,
        driver=DriverFactory.create(ref=ref),
        team=TeamFactory.create(ref=team),
        number=number,
    )


@pytest.fixture
def draft(league, alices, bobs):
    """Alice holds both drivers of team 1, Bob both of team 2."""
    return filled(opened(league, [alices, bobs]), ["driver_1", "driver_3", "driver_2", "driver_4"])


class TestOneSeat:
    def test_a_replacement_scores_for_the_driver_who_is_out(self, draft):
        enter(draft, "driver_34", "team_1", 34)
        draft = raced(draft, ["driver_34"], absent=["driver_1"])
        assert scorers(draft)["driver_1"] == ("driver_34", 1)
        assert PickScore.objects.get(pick__entry__driver__ref="driver_1").is_replacement

    def test_a_pick_without_a_replacement_scores_nothing(self, draft):
        draft = raced(draft, absent=["driver_1"])
        score = PickScore.objects.get(pick__entry__driver__ref="driver_1")
        assert (score.driver_id, int(score.points), score.breakdown) == (None, 0, [["Did not start", "0"]])

    def test_a_driver_missing_from_the_results_did_not_take_part(self, draft):
        locked(draft)
        classification = results_for(draft.race)
        classification.results.filter(driver__ref="driver_1").delete()
        score_race(race=fresh(draft).race, now=OVER_AT)
        score = PickScore.objects.get(pick__entry__driver__ref="driver_1")
        assert (score.driver_id, int(score.points), score.breakdown) == (None, 0, [["Did not take part", "0"]])

    def test_a_pick_follows_its_driver_into_another_car(self, draft):
        Entry.objects.filter(race=draft.race, driver__ref="driver_3").update(team=TeamFactory.create(ref="team_9"))
        assert scorers(raced(draft))["driver_3"] == ("driver_3", 3)

    def test_the_picks_themselves_are_never_rewritten(self, draft):
        before = list(Pick.objects.values_list("pk", "slot", "entry"))
        enter(draft, "driver_34", "team_1", 34)
        raced(draft, ["driver_34"], absent=["driver_1"])
        assert list(Pick.objects.values_list("pk", "slot", "entry")) == before

    def test_a_replacement_who_was_picked_scores_only_for_their_own_holder(self, league, alices, bobs):
        draft = opened(league, [alices, bobs])
        enter(draft, "driver_34", "team_1", 34)
        filled(draft, ["driver_1", "driver_34"])
        draft = raced(draft, ["driver_34"], absent=["driver_1"])
        assert scorers(draft)["driver_34"] == ("driver_34", 1)
        assert scorers(draft)["driver_1"] == (None, 0)


class TestReplacementsSetByAnAdministrator:
    @pytest.fixture
    def changed_hands(self, draft):
        """A race for which both drivers of team 1 were replaced."""
        enter(draft, "driver_34", "team_1", 34)
        enter(draft, "driver_35", "team_1", 35)
        return raced(draft, ["driver_34", "driver_35"], absent=["driver_1", "driver_2"])

    @pytest.fixture
    def replacement(self, changed_hands):
        out, came = DriverFactory.create(ref="driver_1"), DriverFactory.create(ref="driver_35")
        return replaced(changed_hands.race, out, came)

    def test_without_a_manual_replacement_cars_are_paired_by_number(self, changed_hands):
        made = scorers(changed_hands)
        assert (made["driver_1"][0], made["driver_2"][0]) == ("driver_34", "driver_35")

    def test_a_manual_replacement_takes_precedence(self, changed_hands, replacement):
        catch_up_scores(now=OVER_AT)
        made = scorers(changed_hands)
        assert (made["driver_1"], made["driver_2"]) == (("driver_35", 2), ("driver_34", 1))

    def test_a_manual_replacement_rescores_the_race_once(self, league, changed_hands, replacement):
        before = score_version(league)
        assert [catch_up_scores(now=OVER_AT) for _ in range(2)] == [1, 0]
        assert score_version(league) == before + 1

    def test_removing_a_manual_replacement_rescores_the_race(self, changed_hands, replacement):
        catch_up_scores(now=OVER_AT)
        delete_replacement(replacement=replacement, now=OVER_AT)
        assert catch_up_scores(now=OVER_AT) == 1
        assert scorers(changed_hands)["driver_1"][0] == "driver_34"

    def test_other_races_are_not_rescored(self, league, changed_hands):
        other = raced(filled(opened(league)))
        out, came = DriverFactory.create(ref="driver_1"), DriverFactory.create(ref="driver_35")
        replaced(changed_hands.race, out, came)
        assert outdated_races(OVER_AT) == [changed_hands.race]
        before = DraftScoring.objects.get(draft=other)
        catch_up_scores(now=OVER_AT)
        assert DraftScoring.objects.get(draft=other).scored_at == before.scored_at


MOVES: dict[str, Callable[[ResultDTO], ResultDTO]] = {
    "hadjar": lambda row: replace(row, driver="lawson", team="red_bull", number=30),
    "lawson": lambda row: replace(row, driver="tsunoda", team="rb", number=22),
}


def round_11() -> ClassificationDTO:
    classifications = read_pack(2026).classifications
    return next(result for result in classifications if (result.round, result.kind) == (11, "race"))


class TestTheDutchGrandPrix2026:
    """Hadjar is out at Red Bull, Lawson moves there from Racing Bulls, and Tsunoda comes in at Racing Bulls."""

    @pytest.fixture
    def draft(self, alice, bob):
        """A draft with the line-up of the race before, round 11."""
        moment = datetime(2026, 8, 11, tzinfo=UTC)
        season = record_season(dto=read_pack(2026).season, now=moment)
        record_classification(season=season, dto=round_11(), source=Classification.Source.PACK, now=moment)
        league = create_league(creator=alice, season=season, name="Alpine Friends", now=moment)
        joined(league, bob)
        draft = opened(league, list(league.constructors.order_by("pk")))
        return filled(draft, ["hadjar", "lawson", "arvid_lindblad", "max_verstappen"])

    def run(self, draft):
        """Record the race in the order of round 11, with Lawson in Hadjar's seat at Red Bull, Tsunoda in Lawson's."""
        race = Race.objects.select_related("circuit").get(pk=draft.race_id)
        rows = tuple(MOVES.get(row.driver, lambda row: row)(row) for row in round_11().rows)
        dto = replace(round_11(), round=12, race_name=race.name, circuit=race.circuit.ref, rows=rows)
        season = Season.objects.get(year=2026)
        record_classification(season=season, dto=dto, source=Classification.Source.PACK, now=race.expected_start)

    def test_hadjars_holder_scores_with_tsunoda_and_lawsons_holder_keeps_lawson(self, draft):
        locked(draft)
        self.run(draft)
        score_race(race=fresh(draft).race, now=OVER_AT)
        made = scorers(draft)
        # In the race before Hadjar was 6th, Lawson 8th: Lawson is 6th now, Tsunoda 8th.
        assert (made["hadjar"], made["lawson"]) == (("tsunoda", 8), ("lawson", 6))
        assert made["max_verstappen"] == ("max_verstappen", 2)

    def test_tsunoda_could_not_be_drafted(self, draft):
        line_up = set(draft.race.entries.filter(in_line_up=True).values_list("driver__ref", flat=True))
        assert {"hadjar", "lawson"} < line_up
        assert "tsunoda" not in line_up
