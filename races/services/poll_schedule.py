"""Schedule result checks: one row per race and stage, kept in sync with the calendar."""

from datetime import datetime

from core.transactions import atomic

from .. import rules
from ..models import Classification, Race, ResultCheck, Season, Session
from ..selectors import uncancelled_races

STAGE_BY_KIND = {Classification.Kind.RACE: rules.RESULTS, Classification.Kind.SPRINT: rules.SPRINT}


def schedule_all_checks(*, now: datetime) -> None:
    """Schedule the checks of every real season."""
    for season in Season.objects.filter(is_demonstration=False).order_by("pk"):
        schedule_checks(season=season, now=now)


@atomic
def schedule_checks(*, season: Season, now: datetime) -> None:
    """Sync the checks of a season with its calendar and the current time. Idempotent.

    When a race moves, its checks move with it. A cancelled or postponed race loses its open checks. A season past its
    verification period gets no new checks; its races become final once no check is open.
    """
    season = Season.objects.locked().get(pk=season.pk)
    if season.is_demonstration:
        return
    races = list(uncancelled_races(season).exclude(state=Race.State.POSTPONED).prefetch_related("sessions", "checks"))
    ResultCheck.objects.filter(race__season=season, done_at=None).exclude(race__in=races).delete()
    if not races:
        return
    last_start = max(race.expected_start for race in races)
    is_over = last_start + rules.VERIFICATION_PERIOD <= now
    classified = _classified_stages(season)
    new: list[ResultCheck] = []
    for race in races:
        stages = check_stages_of(race, last_start)
        _reschedule(race, {stage.name: stage.due_at for stage in stages}, now)
        known = {check.stage for check in race.checks.all()} | classified.get(race.pk, set())
        wanted = [] if is_over else rules.stages_to_schedule(stages, known, now)
        new += [ResultCheck(race=race, stage=stage.name, due_at=stage.due_at) for stage in wanted]
    ResultCheck.objects.bulk_create(new, ignore_conflicts=True)
    if is_over:
        _finish_races(season)


def check_stages_of(race: Race, last_start: datetime) -> list[rules.Stage]:
    sprints = [session.expected_start for session in race.sessions.all() if session.kind == Session.Kind.SPRINT]
    return rules.check_stages(
        starts_at=race.expected_start, sprint_at=sprints[0] if sprints else None, last_start=last_start
    )


def _classified_stages(season: Season) -> dict[int, set[str]]:
    """Return the first-results stages that already have results, by race id."""
    found: dict[int, set[str]] = {}
    kinds = Classification.objects.filter(race__season=season).values_list("race", "kind").distinct()
    for race, kind in kinds.order_by("race", "kind"):
        found.setdefault(race, set()).add(STAGE_BY_KIND[Classification.Kind(kind)])
    return found


def _reschedule(race: Race, due: dict[str, datetime], now: datetime) -> None:
    """Move a race's checks to their new due times. A completed check whose new time is ahead is reopened."""
    for check in race.checks.all():
        due_at = due.get(check.stage)
        if due_at is None:
            if check.stage != rules.IMMEDIATE and check.done_at is None:
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
def schedule_immediate_check(*, race: Race, now: datetime) -> None:
    """Add a check of a race that is due now, in addition to its regular stages."""
    ResultCheck.objects.update_or_create(
        race=race,
        stage=rules.IMMEDIATE,
        defaults={"due_at": now, "not_before": None, "attempts": 0, "done_at": None, "outcome": ""},
    )
