"""Stale responses are ignored, implausible ones quarantined, and manual results held against the API."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

from accounts.models import User
from core.errors import Invalid, NotAllowed, Refused
from notifications.models import Notification
from races.models import Classification, Quarantine, Race, Result, ResultCheck
from races.selectors import latest_classification, open_quarantine_cases
from races.services import (
    ImplausibleClassification,
    accept_case,
    dismiss_case,
    record_classification,
    record_manual_classification,
    record_results,
    release_manual_classification,
    sync_results,
)
from races.services.results import digest_of
from races.sources.dto import DriverDTO, classification_from_json, classification_to_json
from races.tests.test_results import API, MUCH_LATER, ROWS, changed, classification_dto
from tests.support.factories import SeasonFactory, UserFactory, grid, weekend

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def a_race() -> Race:
    race = weekend(SeasonFactory.create(grid_size=20))
    grid(race, teams=10)
    return race


@pytest.fixture
def race(db) -> Race:
    return a_race()


@pytest.fixture
def admin(db) -> User:
    return UserFactory.create(username="admin", is_superuser=True)


def record(race: Race, rows=ROWS, hours: float = 3, **changes):
    """Record what the API returned `hours` after the start."""
    fetched_at = race.expected_start + hours * HOUR
    dto = replace(classification_dto(race, rows), **changes)
    return record_classification(
        season=race.season, dto=dto, source=API, now=fetched_at + timedelta(minutes=1), fetched_at=fetched_at
    )


def refuse(race: Race, rows=ROWS[:7], **how) -> Quarantine:
    with pytest.raises(ImplausibleClassification) as refusal:
        record(race, rows, **how)
    assert refusal.value.case is not None
    return refusal.value.case


def by_hand(race: Race, by: User, rows=ROWS, hours: float = 5, reason="Stewards' document 47"):
    return record_manual_classification(
        race=race, kind="race", rows=rows, by=by, reason=reason, now=race.expected_start + hours * HOUR
    )


class TestOlderResponses:
    def test_an_older_response_never_overwrites_a_newer_one(self, race, caplog):
        newer = record(race, changed(20, laps=50), hours=4)
        with caplog.at_level("INFO"):
            assert record(race, hours=3) is None
        assert latest_classification(race) == newer
        assert "ignored, because it is older than revision 1" in caplog.text

    def test_an_identical_response_confirms_the_results(self, race):
        first = record(race, hours=3)
        record(race, hours=9)
        first.refresh_from_db()
        assert first.confirmed_at == race.expected_start + 9 * HOUR
        assert record(race, changed(20, laps=50), hours=6) is None
        assert record(race, changed(20, laps=50), hours=10).revision == 2

    def test_an_older_implausible_response_is_ignored(self, race):
        record(race, hours=4)
        assert record(race, ROWS[:7], hours=3) is None
        assert not Quarantine.objects.exists()


# The versions that the source returns, one per hour; a version may return again.
VERSIONS = (ROWS, changed(20, laps=40), changed(20, status="Disqualified"))


@pytest.mark.django_db
@profile(max_examples=40)
@given(
    version_numbers=st.lists(st.integers(0, 2), min_size=1, max_size=5),
    cut_off=st.sets(st.integers(0, 4), max_size=2),
    order=st.lists(st.integers(0, 4), max_size=6),
    shuffled=st.randoms(use_true_random=False),
)
def test_responses_in_any_order_converge_to_the_newest(version_numbers, cut_off, order, shuffled):
    with transaction.atomic():
        race = a_race()
        arrivals = [*range(len(version_numbers)), *(index for index in order if index < len(version_numbers))]
        shuffled.shuffle(arrivals)
        for index in arrivals:
            rows = VERSIONS[version_numbers[index]]
            if index in cut_off:
                with suppress(ImplausibleClassification):
                    record(race, rows[:7], hours=3 + index - 0.5)
            record(race, rows, hours=3 + index)
        counts = latest_classification(race)
        assert counts is not None
        assert counts.digest == digest_of(VERSIONS[version_numbers[-1]])
        assert counts.confirmed_at == race.expected_start + (2 + len(version_numbers)) * HOUR
        revisions = [(revision.revision, revision.digest) for revision in reversed(race.classifications.all())]
        assert [number for number, _ in revisions] == list(range(1, len(revisions) + 1))
        assert all(digest != following for (_, digest), (_, following) in pairwise(revisions))
        transaction.set_rollback(True)


class TestTheQuarantine:
    def test_the_payload_is_kept_although_its_transaction_is_rolled_back(self, race):
        newcomer = DriverDTO("newcomer", "New", "Comer")
        case = refuse(race, drivers=(newcomer,))
        assert classification_from_json(case.payload).rows == ROWS[:7]
        assert classification_from_json(case.payload).drivers == (newcomer,)
        assert "It has 7 cars instead of 20" in case.reason
        assert (case.race, case.times_seen, case.settlement) == (race, 1, "")

    def test_the_same_payload_is_the_same_case(self, race):
        refuse(race)
        refuse(race, tuple(reversed(ROWS[:7])), hours=5)
        case = Quarantine.objects.get()
        assert (case.times_seen, case.last_seen_at - case.first_seen_at) == (2, 2 * HOUR)

    def test_another_payload_is_another_case(self, race):
        assert refuse(race) != refuse(race, ROWS[:8])

    def test_only_administrators_are_notified_once_per_case(self, race, admin, caplog):
        UserFactory.create()
        UserFactory.create(is_superuser=True, is_active=False)
        for _ in range(3):
            case = refuse(race)
        notification = Notification.objects.get()
        assert (notification.user, notification.kind, notification.url) == (
            admin, "for_administrators", f"/admin/races/quarantine/{case.pk}/change/",
        )  # fmt: skip
        assert (notification.title, notification.body) == (f"Results in quarantine: {race}, Race", case.reason)
        assert [record.levelname for record in caplog.records].count("ERROR") == 1

    def test_plausible_results_settle_the_case(self, race):
        case = refuse(race)
        record(race, hours=4)
        case.refresh_from_db()
        assert (case.settlement, case.settled_at) == ("passed", race.expected_start + 4 * HOUR + timedelta(minutes=1))

    def test_plausible_sprint_results_settle_no_case_of_the_race(self, race):
        refuse(race)
        sprint = tuple(replace(row, points=Decimal(0)) for row in ROWS)
        record(race, sprint, kind="sprint")
        assert open_quarantine_cases(race, "race").count() == 1

    def test_a_confirmation_settles_the_case_too(self, race):
        record(race)
        refuse(race, hours=5)
        record(race, hours=6)
        assert not open_quarantine_cases(race, "race").exists()

    def test_results_of_an_unknown_race_are_kept_until_the_race_is_known(self, race):
        case = refuse(race, ROWS, race_name="Another Grand Prix")
        assert case.race is None
        Race.objects.update(name="Another Grand Prix")
        race.refresh_from_db()
        record(race, hours=4)
        case.refresh_from_db()
        assert case.settlement == "passed"

    def test_a_dismissed_payload_is_not_notified_again(self, race, admin):
        dismiss_case(case=refuse(race), by=admin, now=race.expected_start + 4 * HOUR)
        assert refuse(race, hours=5).settlement == "dismissed"
        assert Notification.objects.count() == 1

    def test_a_dismissed_payload_is_notified_again_after_plausible_results(self, race, admin):
        record(race, hours=2)
        dismiss_case(case=refuse(race), by=admin, now=race.expected_start + 4 * HOUR)
        record(race, hours=5)
        assert refuse(race, hours=6).settlement == ""

    def test_only_administrators_can_dismiss_a_case_once(self, race, admin):
        case = refuse(race)
        with pytest.raises(NotAllowed):
            dismiss_case(case=case, by=UserFactory.create(), now=MUCH_LATER)
        dismiss_case(case=case, by=admin, now=MUCH_LATER)
        with pytest.raises(Refused, match="already settled"):
            dismiss_case(case=case, by=admin, now=MUCH_LATER)

    def test_a_case_can_be_accepted(self, race, admin):
        newcomers = (DriverDTO("one", "One", "Newcomer"), DriverDTO("two", "Two", "Newcomer"))
        last = replace(ROWS[19], position=21, position_text="21", driver="two")
        case = refuse(race, (*changed(20, driver="one"), last), drivers=newcomers)
        accepted = accept_case(case=case, by=admin, reason="The stewards say so.", now=MUCH_LATER)
        case.refresh_from_db()
        assert (accepted.source, accepted.is_held, accepted.results.count()) == ("administrator", True, 21)
        assert (case.settlement, case.settled_by) == ("accepted", admin)

    def test_impossible_results_cannot_be_accepted(self, race, admin):
        case = refuse(race, changed(19, position=20))
        with pytest.raises(Invalid, match="Place 20 appears twice"):
            accept_case(case=case, by=admin, reason="Why not?", now=MUCH_LATER)
        case.refresh_from_db()
        assert case.settled_at is None

    def test_a_classification_can_be_restored_from_json(self, race):
        dto = classification_dto(race, changed(1, points=Decimal("12.5"), fastest_lap_rank=1))
        assert classification_from_json(classification_to_json(dto)) == dto


class TestManualResults:
    def test_a_manual_revision_records_who_and_why(self, race, admin):
        record(race)
        made = by_hand(race, admin, changed(20, status="Disqualified"))
        assert (made.revision, made.source, made.recorded_by, made.is_held) == (2, "administrator", admin, True)
        assert made.reason == "Stewards' document 47"
        assert made.difference == ["Driver 20: 20th → disqualified"]
        race.refresh_from_db()
        assert race.state == "provisional"

    def test_a_manual_revision_can_be_the_first(self, race, admin):
        assert by_hand(race, admin).revision == 1

    def test_an_administrator_can_enter_a_short_list(self, race, admin):
        assert by_hand(race, admin, ROWS[:16]).results.count() == 16

    @pytest.mark.parametrize(
        ("rows", "sentence"),
        [
            ((), "The classification is empty"),
            (changed(19, position=20), "Place 20 appears twice"),
            (changed(20, driver="nobody"), "The driver “nobody” is not known"),
            (changed(1, points=Decimal(50)), "driver_1 cannot have 50 points"),
        ],
    )
    def test_impossible_results_are_refused(self, race, admin, rows, sentence):
        with pytest.raises(Invalid, match=sentence):
            by_hand(race, admin, rows)
        assert not Classification.objects.exists()

    def test_manual_results_need_an_administrator_a_reason_and_a_started_race(self, race, admin):
        with pytest.raises(NotAllowed):
            by_hand(race, UserFactory.create())
        with pytest.raises(Invalid, match="Enter a reason"):
            by_hand(race, admin, reason="  ")
        Race.objects.update(state=Race.State.CANCELLED)
        with pytest.raises(Refused, match="is cancelled"):
            by_hand(race, admin)

    def test_the_api_does_not_overwrite_manual_results_and_its_results_are_quarantined(self, race, admin):
        manual = by_hand(race, admin, changed(20, status="Disqualified"))
        assert record(race, hours=6) is None
        assert latest_classification(race) == manual
        case = open_quarantine_cases(race, "race").get()
        assert case.reason == "It differs from revision 1, which an administrator entered."
        assert classification_from_json(case.payload).rows == ROWS
        assert Notification.objects.filter(user=admin).count() == 1

    def test_matching_api_results_settle_the_case_and_the_results_stay_held(self, race, admin):
        manual = by_hand(race, admin, changed(20, status="Disqualified"))
        record(race, hours=6)
        record(race, changed(20, status="Disqualified"), hours=7)
        manual.refresh_from_db()
        assert not open_quarantine_cases(race, "race").exists()
        assert (manual.is_held, manual.confirmed_at) == (True, race.expected_start + 7 * HOUR)

    def test_released_results_are_polled_at_once(self, race, admin):
        by_hand(race, admin, ROWS[:19])
        moment = race.expected_start + 6 * HOUR
        release_manual_classification(race=race, kind="race", by=admin, now=moment)
        assert ResultCheck.objects.get(stage="at once").due_at == moment
        assert record(race, hours=7).revision == 2
        with pytest.raises(Refused, match="are not held"):
            release_manual_classification(race=race, kind="race", by=admin, now=moment)

    def test_manual_results_settle_open_cases(self, race, admin):
        case = refuse(race)
        by_hand(race, admin)
        case.refresh_from_db()
        assert (case.settlement, case.settled_by) == ("dismissed", admin)

    def test_api_results_can_lack_manually_added_cars(self, race, admin):
        record(race, ROWS[:19])
        by_hand(race, admin)
        release_manual_classification(race=race, kind="race", by=admin, now=MUCH_LATER)
        later = (MUCH_LATER - race.expected_start) / HOUR
        assert record(race, ROWS[:19], hours=later + 1).revision == 3


class TestApiResponses:
    @pytest.mark.parametrize("fault", ["html", "truncate", "types"])
    def test_an_invalid_response_is_not_quarantined(self, jolpica_client, replay, db, fault):
        list(sync_results(source=jolpica_client, year=2025, now=MUCH_LATER, only_round=1))
        replay.control(fault={"kind": fault})
        with pytest.raises(Refused, match="The F1 API"):
            list(sync_results(source=jolpica_client, year=2025, now=MUCH_LATER, only_round=1))
        assert not Quarantine.objects.exists()

    def test_results_that_vanish_are_a_case_until_they_return(self, jolpica_client, replay, db):
        def sync() -> None:
            list(sync_results(source=jolpica_client, year=2025, now=MUCH_LATER, only_round=1))

        sync()
        replay.control(withdraw=["2025/1"])
        for _ in range(2):
            sync()
        case = Quarantine.objects.get()
        assert (case.payload, case.times_seen) == ({}, 2)
        assert Result.objects.count() == 20
        replay.control(withdraw=[])
        sync()
        case.refresh_from_db()
        assert case.settlement == "passed"

    def test_manual_results_missing_from_the_api_are_no_case(self, race, admin):
        by_hand(race, admin)
        found = record_results(season=race.season, classifications=(), source=API, now=MUCH_LATER)
        assert list(found) == []
        assert not Quarantine.objects.exists()
