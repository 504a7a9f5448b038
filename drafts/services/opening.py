"""Open drafts: decide the order and create every slot, once. Also the manager's order."""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import islice

from django.utils.translation import gettext as _

from accounts.models import User
from constructors.selectors import constructors_in, constructors_in_opening_order
from core.errors import Invalid, NotAllowed, Refused
from core.tasks.batching import BATCH_SIZE
from core.transactions import atomic
from leagues.models import League, SettingsVersion
from leagues.rules import RuleSet
from leagues.selectors import can_manage, current_settings
from notifications.services import notify_each
from races.models import Race
from races.services import freeze_line_up, prepare_line_up

from .. import rankings, rules
from ..models import Draft, DraftEvent
from ..rankings import Ranking
from ..selectors import (
    draft_order,
    due_to_open,
    free_entries,
    is_everyone_ready,
    newcomers_of,
    opened_drafts,
    opening_of,
)
from . import turn_notifications
from .bots import balance_bots
from .clock import start_turn
from .event_log import append_event, check_last_seen_event
from .notifications import draft_opened, notify_of_missing_drivers, order_set
from .slots import rewrite_slots, turn_key, write_slots

ORDER_CAN_BE_SET = (Draft.State.UPCOMING, Draft.State.OPEN, Draft.State.PAUSED)

Order = tuple[list[int], str]


def open_due_drafts(*, now: datetime, league: League | None = None) -> int:
    """Open at most one batch of due drafts whose race has a line-up; returns how many. With `league`, only its drafts.

    Leagues that draft for the same race by the same rules share one ranking.
    """
    computed: dict[tuple[int, str], Ranking] = {}

    def ranking_of(race: Race, rule_set: RuleSet) -> Ranking:
        key = (race.pk, rule_set.key)
        if key not in computed:
            computed[key] = compute_ranking(race, rule_set, now)
        return computed[key]

    # Drafts that still wait for a line-up do not count toward the batch, or they would starve the others.
    due = due_to_open(now) if league is None else due_to_open(now).filter(league=league)
    opened = (draft for draft in due if _open_with_ranking(draft, ranking_of, now))
    return sum(1 for _ in islice(opened, BATCH_SIZE))


@atomic
def compute_ranking(race: Race, rule_set: RuleSet, now: datetime) -> Ranking:
    """Prepare the line-up of a race and return the default ranking; empty if nobody is entered yet."""
    prepare_line_up(race=race, now=now)
    return rankings.registered().default_ranking(race, rule_set)


def _open_with_ranking(draft: Draft, ranking_of: Callable[[Race, RuleSet], Ranking], now: datetime) -> bool:
    # The ranking runs in its own transaction: it locks the race row, which must be locked before leagues and drafts.
    ranking = ranking_of(draft.race, current_settings(draft.league).rule_set)
    if not ranking:
        return False  # No entries yet: the draft waits for its line-up.
    standings = rankings.registered().standings_order(draft.league)
    return open_draft(draft=draft, standings=standings, ranking=ranking, now=now).opened_at == now


@atomic
def open_draft(
    *, draft: Draft, standings: Sequence[int], ranking: Ranking, now: datetime, by: User | None = None
) -> Draft:
    """Create order and slots of an upcoming draft. A draft in another state, or not due yet, is returned unchanged.

    `by` is the manager who starts a league's first draft by hand, which is due whenever they do (`lobby.start_draft`).
    `standings` holds constructor ids, best first, for the reverse order. `ranking` is the league's default ranking as
    (driver id, points) pairs; it is stored for autopicks and for the list of free drivers.
    """
    draft = _locked_with_its_league(draft)
    if draft.state != Draft.State.UPCOMING:
        return draft
    opening = opening_of(draft)
    if by is None and not opening.is_due(now):
        return draft
    settings = current_settings(draft.league)
    balance_bots(league=draft.league, now=now)
    order, source = _order_of(draft, settings, standings)
    if not order:
        return draft
    freeze_line_up(race=draft.race, now=now)
    write_slots(draft, order, settings)
    draft.settings, draft.order_source = settings, source
    draft.state, draft.opened_at, draft.ranking = Draft.State.OPEN, now, [list(row) for row in ranking]
    if now < draft.opens_at:
        draft.opens_at = draft.window_changed_at = now
    if opening.is_first and not is_everyone_ready(draft):
        draft.first_pick_hold_until = rules.first_pick_hold(now, draft.locks_at)
    draft.save()
    append_event(draft, DraftEvent.Kind.OPENED, now=now, by=by, order=order, source=source)
    slots, free = start_turn(draft, now), free_entries(draft).count()
    news = draft_opened(draft, slots) if by is None else []  # Else `lobby.start_draft` tells the players.
    news += turn_notifications.turn_moved(draft, slots, free=free, tell_next=False)
    notify_each(notifications=news, now=now)
    notify_of_missing_drivers(draft, drivers=free, slots=len(slots), now=now)
    return draft


def _locked_with_its_league(draft: Draft) -> Draft:
    """Lock every row that opening a draft writes, in the project's lock order: race, league, draft.

    The race is locked only until its line-up is fixed, so that drafts of one race can open concurrently. The league is
    locked so that a constructor that joins at this moment is either in the order or finds the draft open.
    """
    if draft.race.line_up_frozen_at is None:
        Race.objects.locked().get(pk=draft.race_id)
    League.objects.locked().get(pk=draft.league_id)
    return Draft.objects.with_webhooks().locked().select_related("league", "race").get(pk=draft.pk)


def _order_of(draft: Draft, settings: SettingsVersion, standings: Sequence[int]) -> Order:
    """Return the constructor ids in draft order, and the source of that order (`Draft.OrderSource`)."""
    present = [constructor.pk for constructor in constructors_in(draft.league)]
    previous = opened_drafts(draft.league).first()
    if draft.planned_order is not None:
        base = draft_order(previous) if previous else present
        return rules.manual_order(draft.planned_order, base, present), Draft.OrderSource.MANUAL
    if previous is not None and previous.state == Draft.State.VOID:
        return rules.carried_over(draft_order(previous), present), Draft.OrderSource.CARRIED_OVER
    if previous is None and draft.league.opening_order is not None:
        order = constructors_in_opening_order(draft.league)
        return rules.carried_over(order, present), Draft.OrderSource.REVERSE_STANDINGS
    if previous is None or settings.order_strategy == SettingsVersion.OrderStrategy.RANDOM:
        return rules.drawn_order(present, draft.order_seed), Draft.OrderSource.RANDOM
    return _order_by_strategy(settings.order_strategy, draft, previous, present, standings)


def _order_by_strategy(
    strategy: str, draft: Draft, previous: Draft, present: list[int], standings: Sequence[int]
) -> Order:
    if strategy == SettingsVersion.OrderStrategy.REVERSE_STANDINGS:
        return rules.reverse_standings(standings, present), Draft.OrderSource.REVERSE_STANDINGS
    if strategy == SettingsVersion.OrderStrategy.MANUAL:
        # The manager has not set a new order: the last one still applies.
        return rules.carried_over(draft_order(previous), present), Draft.OrderSource.MANUAL
    order = rules.rotated(draft_order(previous), present=present, exempt=newcomers_of(previous))
    return order, Draft.OrderSource.ROTATION


@atomic
def set_order(*, draft: Draft, order: Sequence[int], by: User, now: datetime, seen: int | None = None) -> Draft:
    """Set the draft order by hand: while the draft is upcoming, or open or paused without any pick."""
    draft = _locked_with_its_league(draft)
    if not can_manage(by, draft.league):
        raise NotAllowed(_("Only the league's managers can set the order."))
    constructors = list(constructors_in(draft.league))
    if sorted(order) != sorted(constructor.pk for constructor in constructors):
        raise Invalid(_("The order must contain every constructor of the league exactly once."), field="order")
    check_last_seen_event(draft, seen)
    if draft.state not in ORDER_CAN_BE_SET or now >= draft.locks_at or draft.picks.exists():
        raise Refused(_("The order can only be set until the first pick is made."), code="order_is_fixed")
    draft.planned_order = list(order)
    turn = turn_key(draft)
    if draft.state != Draft.State.UPCOMING:
        rewrite_slots(draft, order)
        draft.order_source = Draft.OrderSource.MANUAL
    draft.save(update_fields=["planned_order", "order_source"])
    append_event(draft, DraftEvent.Kind.ORDER_SET, now=now, by=by, order=list(order))
    news = order_set(draft, order, constructors, by)
    if turn != turn_key(draft):
        news += turn_notifications.turn_moved(draft, start_turn(draft, now), tell_next=False)
    notify_each(notifications=news, now=now)
    return draft
