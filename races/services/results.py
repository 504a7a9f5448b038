"""Recording a classification: accepted whole or not at all, as a numbered revision with a readable difference."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.db.models import F

from fantasyf1.kit.errors import Refused
from fantasyf1.kit.points import points_text

from .. import rules
from ..facts import ClassificationFacts, DriverFacts, ResultFacts, TeamFacts
from ..models import Classification, Driver, Entry, Race, Result, Season, Team
from ..selectors import latest_classification
from ..signals import classification_recorded
from .line_ups import enter_classified
from .people import learn_unknown


class ImplausibleClassification(Refused):
    """A classification that cannot be right: nothing of it is taken, and the last good one stays."""

    code = "implausible_classification"


@transaction.atomic
def record_classification(
    *, season: Season, facts: ClassificationFacts, source: str, now: datetime
) -> Classification | None:
    """Accept a classification as the next revision of its race; None when it says what the last one said.

    `source` is a `Classification.Source`. Raises `ImplausibleClassification` with a sentence; nothing is written then.
    Entries follow who drove, the race becomes provisional, and `classification_recorded` is sent in the transaction.
    """
    season = Season.objects.select_for_update().get(pk=season.pk)
    race = _race_of(season, facts)
    digest = digest_of(facts.rows)
    last = latest_classification(race, facts.kind)
    if last is not None and last.digest == digest:
        return None
    learn_unknown(TeamFacts, facts.teams)
    learn_unknown(DriverFacts, facts.drivers)
    _check(race, facts, last)
    return _accept(race, facts, source, digest, last, now)


def digest_of(rows: Sequence[ResultFacts]) -> str:
    """SHA-256 of the rows in canonical form: by place, keys in order, points without idle zeros."""
    canonical = [{**asdict(row), "points": points_text(row.points)} for row in rules.by_place(rows)]
    return hashlib.sha256(json.dumps(canonical, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _race_of(season: Season, facts: ClassificationFacts) -> Race:
    races = Race.objects.select_for_update(of=("self",)).select_related("season")
    race = races.filter(season=season, circuit__ref=facts.circuit, name=facts.race_name).first()
    if race is None:
        raise ImplausibleClassification(
            f"Round {facts.round}, {facts.race_name} at “{facts.circuit}”, is not in the calendar of {season.year}."
        )
    if race.state == Race.State.CANCELLED:
        raise ImplausibleClassification(f"The {race} is cancelled: it has no results.")
    return race


def _check(race: Race, facts: ClassificationFacts, last: Classification | None) -> None:
    problem = (
        rules.problem_with_places(facts.rows)
        or _problem_with_people(facts.rows)
        or _problem_with_count(race, facts.rows, last)
        or rules.problem_with_points(facts.rows, facts.kind)
    )
    if problem:
        raise ImplausibleClassification(f"{race}, {facts.kind}: {problem} The classification is not accepted.")


def _problem_with_people(rows: tuple[ResultFacts, ...]) -> str:
    drivers = {row.driver for row in rows}
    known = set(Driver.objects.filter(ref__in=drivers).values_list("ref", flat=True))
    if unknown := sorted(drivers - known):
        return f"The driver {unknown[0]} is not known."
    teams = {row.team for row in rows}
    known_teams = set(Team.objects.filter(ref__in=teams).values_list("ref", flat=True))
    unknown_teams = sorted(teams - known_teams)
    return f"The team {unknown_teams[0]} is not known." if unknown_teams else ""


def _problem_with_count(race: Race, rows: tuple[ResultFacts, ...], last: Classification | None) -> str:
    return rules.problem_with_count(
        len(rows),
        grid_size=race.season.grid_size,
        entered=race.entries.filter(is_withdrawn=False).count(),
        at_home=race.entries.filter(is_withdrawn=True, source=Entry.Source.ADMINISTRATOR).count(),
        accepted=len(last.results.all()) if last else 0,
    )


def _accept(
    race: Race, facts: ClassificationFacts, source: str, digest: str, last: Classification | None, now: datetime
) -> Classification:
    classification = Classification.objects.create(
        race=race,
        kind=facts.kind,
        revision=last.revision + 1 if last else 1,
        digest=digest,
        source=source,
        recorded_at=now,
        confirmed_at=now,
        difference=_differences(last, facts.rows) if last else [],
    )
    results = _write_rows(classification, facts.rows)
    enter_classified(race, facts.kind, {row.driver_id: (row.team_id, row.number) for row in results})
    if facts.kind == Classification.Kind.RACE and race.state != Race.State.FINAL:
        race.state = Race.State.PROVISIONAL
        race.save(update_fields=["state"])
    Season.objects.filter(pk=race.season_id).update(results_version=F("results_version") + 1)
    classification_recorded.send(sender=Classification, race=race, classification=classification)
    return classification


def _write_rows(classification: Classification, rows: tuple[ResultFacts, ...]) -> list[Result]:
    drivers = dict(Driver.objects.filter(ref__in=[row.driver for row in rows]).values_list("ref", "pk"))
    teams = dict(Team.objects.filter(ref__in=[row.team for row in rows]).values_list("ref", "pk"))
    return Result.objects.bulk_create(
        Result(
            classification=classification,
            driver_id=drivers[row.driver],
            team_id=teams[row.team],
            **{name: value for name, value in asdict(row).items() if name not in ("driver", "team")},
        )
        for row in rules.by_place(rows)
    )


def _differences(last: Classification, rows: tuple[ResultFacts, ...]) -> list[str]:
    before = [facts_of(row) for row in last.results.all()]
    everyone = Driver.objects.filter(ref__in={row.driver for row in (*before, *rows)})
    return rules.differences(before, rows, {one.ref: str(one) for one in everyone})


def facts_of(row: Result) -> ResultFacts:
    """A stored row as facts again."""
    return ResultFacts(
        driver=row.driver.ref,
        team=row.team.ref,
        number=row.number,
        position=row.position,
        position_text=row.position_text,
        grid=row.grid,
        laps=row.laps,
        status=row.status,
        points=row.points,
        fastest_lap_rank=row.fastest_lap_rank,
        time_text=row.time_text,
    )
