"""Classifications entered by hand: they count at once, and hold against the feed until they are released."""

from collections.abc import Sequence
from datetime import datetime

from accounts.models import User
from fantasyf1.kit.errors import Invalid, NotAllowed, Refused
from fantasyf1.kit.transactions import atomic

from .. import rules
from ..facts import ClassificationFacts, DriverFacts, ResultFacts, TeamFacts, from_plain
from ..models import Classification, Quarantine, Race, Season
from ..selectors import is_administrator, latest_classification
from .people import learn_unknown
from .planning import ask_at_once
from .quarantine import settle
from .results import accept, problem_with_people

ADMINISTRATOR = Classification.Source.ADMINISTRATOR


@atomic
def record_by_hand(
    *, race: Race, kind: str, rows: Sequence[ResultFacts], by: User, reason: str, now: datetime
) -> Classification:
    """Make an administrator's classification the next revision of a race, and hold it against the feed.

    It is checked like the feed's, but for the number of cars: a person who enters a short list means it. Whatever lay
    in quarantine is thereby decided. Raises `NotAllowed`, `Refused` for a cancelled race, `Invalid` for rows that
    cannot be.
    """
    race = _held_race(race, by)
    if not reason.strip():
        raise Invalid("Say why it is entered by hand: the players will read it.", field="reason")
    facts = ClassificationFacts(race.round, race.name, race.circuit.ref, kind, tuple(rows))
    if problem := _problem(facts):
        raise Invalid(problem, field="rows")
    accepted = accept(
        race,
        facts,
        latest_classification(race, kind),
        source=ADMINISTRATOR,
        recorded_at=now,
        confirmed_at=now,
        recorded_by=by,
        reason=reason.strip()[:200],
        is_held=True,
    )
    for case in Quarantine.objects.filter(race=race, kind=kind, settled_at=None):
        settle(case, Quarantine.Settlement.DISMISSED, by, now)
    return accepted


def _held_race(race: Race, by: User) -> Race:
    """The race, its season locked first as everywhere."""
    if not is_administrator(by):
        raise NotAllowed("Only administrators enter results.")
    Season.objects.select_for_update(no_key=True).get(pk=race.season_id)
    race = Race.objects.select_for_update(no_key=True, of=("self",)).select_related("season", "circuit").get(pk=race.pk)
    if race.state == Race.State.CANCELLED:
        raise Refused(f"The {race} is cancelled: it has no results.", code="race_cancelled")
    return race


def _problem(facts: ClassificationFacts) -> str:
    return (
        rules.problem_with_places(facts.rows)
        or problem_with_people(facts.rows)
        or rules.problem_with_points(facts.rows, facts.kind)
    )


@atomic
def accept_case(*, case: Quarantine, by: User, reason: str, now: datetime) -> Classification:
    """Take a classification out of quarantine after all, as a revision by hand. Raises `Refused` where it is none."""
    if not is_administrator(by):
        raise NotAllowed("Only administrators decide about the quarantine.")
    if not case.payload:
        raise Refused("There is nothing to accept: the source has no results.")
    facts = from_plain(case.payload)
    race = (
        case.race
        or Race.objects.filter(season=case.season_id, circuit__ref=facts.circuit, name=facts.race_name).first()
    )
    if race is None:
        raise Refused(f"The {facts.race_name} is not in the calendar.")
    Season.objects.select_for_update(no_key=True).get(pk=case.season_id)
    settle(case, Quarantine.Settlement.ACCEPTED, by, now)
    learn_unknown(TeamFacts, facts.teams)
    learn_unknown(DriverFacts, facts.drivers)
    return record_by_hand(race=race, kind=facts.kind, rows=facts.rows, by=by, reason=reason, now=now)


@atomic
def release(*, race: Race, kind: str, by: User, now: datetime) -> Classification:
    """Let the feed count again: it is asked at once, and whatever it says is the next revision."""
    race = _held_race(race, by)
    last = latest_classification(race, kind)
    if last is None or not last.is_held:
        raise Refused("No classification of it is held against the feed.", code="not_held")
    last.is_held = False
    last.save(update_fields=["is_held"])
    ask_at_once(race=race, now=now)
    return last
