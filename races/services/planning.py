"""Schedule result checks: one row per race and stage, kept in sync with the calendar."""

from datetime import datetime

from fantasyf1.kit.transactions import atomic

from .. import rules
from ..models import Classification, Race, ResultCheck, Season, Session
from ..selectors import counted_races

STAGE_OF = {Classification.Kind.RACE: rules.RESULTS, Classification.Kind.SPRINT: rules.SPRINT}


def plan_all_checks(*, now: datetime) -> None:
    """Schedule the checks of every real season."""
    for season in Season.objects.filter(is_demonstration=False).order_by("pk"):
        plan_checks(season=season, now=now)


@atomic
def plan_checks(*, season: Season, now: datetime) -> None:
    """Sync the checks of a season with its calendar and the current time. Idempotent.

    When a race moves, its checks move with it. A cancelled or postponed race loses its open checks. A season past its
    verification period gets no new checks; its races become final once no check is open.
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
    classified = _classified_stages(season)
    new: list[ResultCheck] = []
    for race in races:
        stages = timetable_of(race, last_start)
        _reschedule(race, {stage.name: stage.due_at for stage in stages}, now)
        known = {check.stage for check in race.checks.all()} | classified.get(race.pk, set())
        wanted = [] if is_over else rules.stages_to_plan(stages, known, now)
        new += [ResultCheck(race=race, stage=stage.name, due_at=stage.due_at) for stage in wanted]
    ResultCheck.objects.bulk_create(new, ignore_conflicts=True)
    if is_over:
        _finish_races(season)


def timetable_of(race: Race, last_start: datetime) -> list[rules.Stage]:
    sprints = [session.expected_start for session in race.sessions.all() if session.kind == Session.Kind.SPRINT]
    return rules.timetable(
        starts_at=race.expected_start, sprint_at=sprints[0] if sprints else None, last_start=last_start
    )


def _classified_stages(season: Season) -> dict[int, set[str]]:
    """Return the first-results stages that already have results, by race id."""
    found: dict[int, set[str]] = {}
    kinds = Classification.objects.filter(race__season=season).values_list("race", "kind").distinct()
    for race, kind in kinds.order_by("race", "kind"):
        found.setdefault(race, set()).add(STAGE_OF[Classification.Kind(kind)])
    return found


def _reschedule(race: Race, due: dict[str, datetime], now: datetime) -> None:
    """Move a race's checks to their new due times. A completed check whose new time is ahead is reopened."""
    for check in race.checks.all():
        due_at = due.get(check.stage)
        if due_at is None:
            if check.stage != rules.AT_ONCE and check.done_at is None:
                ResultCheck.objects.filter(pk=check.pk).delete()
        elif due_at != check.due_at and (check.done_at is None or due_at > now):
            ResultCheck.objects.filter(pk=check.pk).update(
                due_at=due_at, not_before=None, attempts=0, done_at=None, outcome=""
            )


def _finish_races(season: Season) -> None:
    waiting = ResultCheck.objects.filter(race__season=season, done_at=None).values("race")
    provisional = Race.objects.filter(season=season, state=Race.State.PROVISIONAL)
    provisional.exclude(pk__in=waiting).update(state=Race.State.FINAL)


@atomic
def ask_at_once(*, race: Race, now: datetime) -> None:
    """Add a check of a race that is due now, in addition to its regular stages."""
    ResultCheck.objects.update_or_create(
        race=race,
        stage=rules.AT_ONCE,
        defaults={"due_at": now, "not_before": None, "attempts": 0, "done_at": None, "outcome": ""},
    )
