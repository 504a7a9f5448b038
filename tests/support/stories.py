"""The steps of a race week, each in one call, for tests of what comes after them."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from accounts.models import User
from constructors.models import Constructor
from constructors.selectors import constructors_in
from drafts.models import Draft, DraftEvent, Pick
from drafts.pick_links import pick_link_path
from drafts.selectors import free_by_ranking, opening_of, slot_on_the_clock
from drafts.services import balance_bots, lock_draft, make_pick, open_draft, open_due_drafts
from drafts.services.opening import compute_ranking
from leagues.models import League
from leagues.selectors import current_settings
from leagues.services import join_league
from notifications.kinds import Recipient
from races.models import Entry, Race
from races.services import save_entry
from scoring.services import score_race

from .cast import FOUNDED_AT, ROWS
from .factories import UserFactory, results_for
from .recorded_rows import Step

MINUTE = timedelta(minutes=1)


def joined(league: League, user: User | None = None, *, at: datetime = FOUNDED_AT, is_bot: bool = False) -> Constructor:
    """Let a new member join, or a bot; returns their constructor."""
    if is_bot:
        return with_bot(league, at)
    user = user or UserFactory.create()
    join_league(user=user, league=league, now=at)
    return Constructor.objects.get(league=league, owner=user, left_at=None)


def with_bot(league: League, at: datetime = FOUNDED_AT) -> Constructor:
    """Give the league one more bot by its settings; returns it."""
    settings = current_settings(league)
    settings.bots_up_to = constructors_in(league).count() + 1
    settings.save(update_fields=["bots_up_to"])
    balance_bots(league=league, now=at)
    return constructors_in(league).filter(is_bot=True).latest("pk")


def everyone_ready(draft: Draft) -> Draft:
    """Let all players press Ready, so that nobody waits with the first pick of the league."""
    draft.ready_constructors.set(constructors_in(draft.league).filter(is_bot=False))
    return draft


def upcoming(league: League) -> Draft:
    """The league's draft that has not opened yet."""
    return Draft.objects.select_related("race__season", "league").get(league=league, state=Draft.State.UPCOMING)


def fresh(draft: Draft) -> Draft:
    """The draft as the database has it now."""
    return Draft.objects.select_related("league__season", "race__season", "settings").get(pk=draft.pk)


def deadline(draft: Draft) -> datetime:
    """When the turn of the player on the clock ends."""
    ends = fresh(draft).turn_ends_at
    assert ends is not None, "a clock is running"
    return ends


def last_event(draft: Draft) -> DraftEvent:
    return draft.events.order_by("seq").reverse()[0]


def opened(league: League, order: Sequence[Constructor] | None = None) -> Draft:
    """Open the league's next draft at its scheduled time; `order` is the order of its picks, if given.

    Everyone is ready. A first draft that waits is opened by hand, even with one constructor.
    """
    if order is not None and len(order) == 2:
        return ROWS.make(Draft, "opened", league, *order)
    return _open(league, order)


def _open(league: League, order: Sequence[Constructor] | None) -> Draft:
    draft = everyone_ready(upcoming(league))
    if order is not None:
        draft.planned_order = [constructor.pk for constructor in order]
        draft.save(update_fields=["planned_order"])
    if opening_of(draft).is_due(draft.opens_at):
        open_due_drafts(now=draft.opens_at)
    else:
        ranking = compute_ranking(draft.race, current_settings(league).rule_set, draft.opens_at)
        open_draft(draft=draft, standings=[], ranking=ranking, now=draft.opens_at, by=league.creator)
    return fresh(draft)


# Opened with Alice first, it is in the recorded rows.
ROWS.steps["opened"] = Step(
    lambda league, *order: _open(league, order), needs=("league", "alices", "bobs"), is_last=True
)


def entry(race: Race, ref: str) -> Entry:
    return Entry.objects.select_related("driver").get(race=race, driver__ref=ref)


def withdrawn(draft: Draft, ref: str, at: datetime | None = None) -> Entry:
    """Withdraw a driver from the draft's race, as an administrator."""
    driver_entry = entry(draft.race, ref)
    driver_entry.is_withdrawn = True
    return save_entry(entry=driver_entry, now=at or draft.opens_at + 2 * MINUTE)


def pick(draft: Draft, constructor: Constructor, ref: str, at: datetime | None = None) -> Pick:
    return make_pick(constructor=constructor, entry=entry(draft.race, ref), now=at or draft.opens_at + MINUTE)


def filled(draft: Draft, refs: Iterable[str] = ()) -> Draft:
    """Fill every slot in turn: first with the drivers named, then with the best ones left."""
    names = iter(refs)
    while (slot := slot_on_the_clock(fresh(draft))) is not None:
        pick(draft, slot.constructor, next(names, None) or free_by_ranking(draft)[0][0].driver.ref)
    return fresh(draft)


def locked(draft: Draft) -> Draft:
    lock_draft(draft=draft, now=draft.locks_at)
    return fresh(draft)


def scored(draft: Draft, order: Iterable[str] = (), *, retired: Iterable[str] = ()) -> Draft:
    """Lock a draft and score its race: the drivers in `order` finish first, then the others by number."""
    locked(draft)
    results_for(draft.race, order, retired=retired)
    score_race(race=fresh(draft).race, now=draft.race.expected_start + timedelta(hours=4))
    return fresh(draft)


def pick_link_token(draft: Draft, now: datetime) -> str:
    """The token of a link to the turn that is on the clock."""
    slot = slot_on_the_clock(draft)
    assert slot is not None
    params = {"draft_id": draft.pk, "constructor_id": slot.constructor_id, "round": slot.round}
    return pick_link_path(Recipient(slot.constructor.owner, params, now)).split("/")[2]


def order_of(draft: Draft) -> list[int]:
    """The ids of the constructors, slot by slot."""
    return list(draft.slots.order_by("number").values_list("constructor_id", flat=True))
