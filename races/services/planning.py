"""Planning when results are asked for: one row for each race and stage, following the calendar wherever it goes."""

from datetime import datetime

from fantasyf1.kit.transactions import atomic

from .. import rules
from ..models import Classification, Race, ResultCheck, Season, Session
from ..selectors import counted_races

STAGE_OF = {Classification.Kind.RACE: rules.RESULTS, Classification.Kind.SPRINT: rules.SPRINT}


def plan_all_checks(*, now: datetime) -> None:
    """Plan the checks of every real season."""
    for season in Season.objects.filter(is_demonstration=False).order_by("pk"):
        plan_checks(season=season, now=now)


@atomic
def plan_checks(*, season: Season, now: datetime) -> None:
    """Bring the checks into line with the calendar and the time: doing it again changes nothing.

    A race that moves takes along its checks, one that is cancelled or has no date loses those that are not done. A
    season whose time is over gets no more; its races are final as soon as nothing is left to ask.
    """
    season = Season.objects.select_for_update(no_key=True).get(pk=season.pk)
    if season.is_demonstration:
        return
    races = list(counted_races(season).exclude(state=Race.State.POSTPONED).prefetch_related("sessions", "checks"))
    ResultCheck.objects.filter(race__season=season, done_at=None).exclude(race__in=races).delete()
    if not races:
        return
    last_start = max(race.expected_start for race in races)
    is_over = last_start + rules.LOOKED_AT_FOR <= now
    classified = _classified(season)
    new: list[ResultCheck] = []
    for race in races:
        stages = timetable_of(race, last_start)
        _move(race, {stage.name: stage.due_at for stage in stages}, now)
        known = {check.stage for check in race.checks.all()} | classified.get(race.pk, set())
        wanted = [] if is_over else rules.stages_to_plan(stages, known, now)
        new += [ResultCheck(race=race, stage=stage.name, due_at=stage.due_at) for stage in wanted]
    ResultCheck.objects.bulk_create(new, ignore_conflicts=True)
    if is_over:
        _close(season)


def timetable_of(race: Race, last_start: datetime) -> list[rules.Stage]:
    sprints = [one.expected_start for one in race.sessions.all() if one.kind == Session.Kind.SPRINT]
    return rules.timetable(
        starts_at=race.expected_start, sprint_at=sprints[0] if sprints else None, last_start=last_start
    )


def _classified(season: Season) -> dict[int, set[str]]:
    """The stages that ask for first results and have them, by race id."""
    found: dict[int, set[str]] = {}
    kinds = Classification.objects.filter(race__season=season).values_list("race", "kind").distinct()
    for race, kind in kinds.order_by("race", "kind"):
        found.setdefault(race, set()).add(STAGE_OF[Classification.Kind(kind)])
    return found


def _move(race: Race, due: dict[str, datetime], now: datetime) -> None:
    """Let a race's checks follow it. One that was answered before its new time came is asked again then."""
    for check in race.checks.all():
        due_at = due.get(check.stage)
        if due_at is None:
            if check.stage != rules.AT_ONCE and check.done_at is None:
                ResultCheck.objects.filter(pk=check.pk).delete()
        elif due_at != check.due_at and (check.done_at is None or due_at > now):
            ResultCheck.objects.filter(pk=check.pk).update(
                due_at=due_at, not_before=None, attempts=0, done_at=None, outcome=""
            )


def _close(season: Season) -> None:
    waiting = ResultCheck.objects.filter(race__season=season, done_at=None).values("race")
    provisional = Race.objects.filter(season=season, state=Race.State.PROVISIONAL)
    provisional.exclude(pk__in=waiting).update(state=Race.State.FINAL)


@atomic
def ask_at_once(*, race: Race, now: datetime) -> None:
    """Make a check of a race due now, besides those of its timetable."""
    ResultCheck.objects.update_or_create(
        race=race,
        stage=rules.AT_ONCE,
        defaults={"due_at": now, "not_before": None, "attempts": 0, "done_at": None, "outcome": ""},
    )
