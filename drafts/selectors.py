"""What is read of drafts: the board, the turn, who is free, and what came before."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, Exists, F, OuterRef, Prefetch, QuerySet, Subquery, Value, When
from django.db.models.functions import Concat

from accounts.models import User
from constructors.models import Constructor
from constructors.selectors import own_constructors
from fantasyf1.kit.errors import Refused
from leagues.models import League, SettingsVersion
from leagues.selectors import Person, current_settings, leagues_visible_to
from races.models import Driver, Entry, Race

from . import rules
from .models import Draft, Pick, Slot, SpectatorLink, Wish

UNDER_WAY = (Draft.State.OPEN, Draft.State.PAUSED, Draft.State.COMPLETE)
BEFORE_THE_LOCK = (Draft.State.UPCOMING, *UNDER_WAY)
# The order in which a league looks at its drafts: those before their lock, the next race first; then the latest.
CURRENT_FIRST = (
    Case(When(state__in=BEFORE_THE_LOCK, then="race__race_date")).asc(nulls_last=True),
    "-race__race_date",
    "-pk",
)


def drafts_visible_to(user: Person) -> QuerySet[Draft]:
    return Draft.objects.filter(league__in=leagues_visible_to(user)).select_related(
        "league", "race__season", "settings"
    )


def current_draft(league: League) -> Draft | None:
    """The draft that the league looks at now: the one before its lock, else the latest."""
    drafts = Draft.objects.standing().filter(league=league).select_related("race__circuit", "race__season", "settings")
    return drafts.order_by(*CURRENT_FIRST).first()


def draft_of(league: League, race: Race) -> Draft | None:
    """The draft that stands for this race, else the one that was voided last."""
    drafts = Draft.objects.filter(league=league, race=race).select_related("league", "race__season", "settings")
    return drafts.standing().first() or drafts.order_by("-voided_at").first()


def players_of(leagues: Collection[int]) -> dict[int, list[User]]:
    """Who plays in each of the leagues now, by its id; bots read nothing."""
    players: dict[int, list[User]] = defaultdict(list)
    playing = Constructor.objects.active().filter(league__in=leagues, is_bot=False)
    for constructor in playing.select_related("owner"):
        if constructor.owner is not None:
            players[constructor.league_id].append(constructor.owner)
    return players


def calendar_drafts(user: User, now: datetime) -> QuerySet[Draft]:
    """The drafts of a player's leagues for his calendar: those to come, and those of the last two months."""
    drafts = Draft.objects.standing().filter(
        league__in=own_constructors(user).values("league"),
        league__archived_at=None,
        race__race_date__gte=now.date() - timedelta(days=60),
    )
    return drafts.select_related("league", "race").order_by("race__race_date", "league__name", "pk")


def leagues_without_a_draft(now: datetime) -> Iterable[League]:
    """Leagues with a race ahead and no draft before its lock."""
    under_way = Draft.objects.filter(league=OuterRef("pk"), state__in=BEFORE_THE_LOCK)
    ahead = _races_that_count().filter(season=OuterRef("season"), race_date__gte=now.date() - timedelta(days=1))
    return (
        League.objects.filter(~Exists(under_way), Exists(ahead), archived_at=None)
        .select_related("season")
        .order_by("pk")
    )


def drafted_races(leagues: Collection[int]) -> dict[int, set[int]]:
    """The races that each of the leagues has a draft for which stands, by the league's id."""
    races: dict[int, set[int]] = defaultdict(set)
    for league, race in Draft.objects.standing().filter(league__in=leagues).values_list("league", "race"):
        races[league].add(race)
    return races


def _races_that_count() -> QuerySet[Race]:
    return Race.objects.exclude(state__in=(Race.State.CANCELLED, Race.State.POSTPONED)).order_by("race_date", "round")


def due_to_open(now: datetime) -> QuerySet[Draft]:
    return (
        Draft.objects.filter(state=Draft.State.UPCOMING, opens_at__lte=now, league__archived_at=None)
        .select_related("league__season", "race__season")
        .order_by("league_id", "pk")
    )


def due_to_lock(now: datetime) -> QuerySet[Draft]:
    return Draft.objects.filter(state__in=UNDER_WAY, locks_at__lte=now).order_by("pk")


def opened_drafts(league: League) -> QuerySet[Draft]:
    """Every draft of the league that has opened, void ones too, the latest first."""
    return Draft.objects.filter(league=league).exclude(opened_at=None).order_by("-opened_at", "-pk")


def settings_in_force(league: League) -> SettingsVersion:
    """The version that the league drafts under, or drafted under last; before its first draft the one to come."""
    latest = opened_drafts(league).exclude(settings=None).select_related("settings__created_by").first()
    return latest.settings if latest and latest.settings else current_settings(league)


def draft_order(draft: Draft) -> list[int]:
    """The constructors' ids in the order of picking: that of their first slots."""
    numbers = draft.slots.order_by("number").values_list("constructor_id", flat=True)
    return list(dict.fromkeys(numbers))


def newcomers_of(draft: Draft) -> set[int]:
    """Constructors whose first draft this was, where the league had drafted before. A void draft counts for nothing."""
    earlier = opened_drafts(draft.league).filter(opened_at__lt=draft.opened_at).exclude(state=Draft.State.VOID)
    if not earlier.exists():
        return set()
    before = set(Slot.objects.filter(draft__in=earlier).values_list("constructor_id", flat=True))
    return set(draft_order(draft)) - before


def unfilled_slots(draft: Draft) -> QuerySet[Slot]:
    """The slots without a pick, those that were passed too."""
    return draft.slots.filter(picks=None).select_related("constructor__owner").order_by("number")


def open_slots(draft: Draft) -> QuerySet[Slot]:
    """The slots whose turn is now or to come, in its order."""
    return unfilled_slots(draft).filter(passed_at=None)


def open_slots_of(drafts: Sequence[Draft]) -> dict[int, list[Slot]]:
    """The same of many drafts, by their ids, in one query."""
    slots: dict[int, list[Slot]] = defaultdict(list)
    waiting = Slot.objects.filter(draft__in=drafts, picks=None, passed_at=None).select_related("constructor__owner")
    for slot in waiting.order_by("number"):
        slots[slot.draft_id].append(slot)
    return slots


def slot_of(unfilled: Iterable[Slot], constructor: Constructor, *, turn: Slot | None) -> Slot | None:
    """The slot that a pick of this constructor would fill: its turn, else one whose turn passed without a pick."""
    if turn is not None and turn.constructor_id == constructor.pk:
        return turn
    passed = (slot for slot in unfilled if slot.constructor_id == constructor.pk and slot.passed_at is not None)
    return next(passed, None)


def latest_picks(draft: Draft) -> QuerySet[Pick]:
    """The picks of a draft, the last one made first: by their numbers, given under the draft's lock. The clocks of two
    processes may differ by more than lies between two picks."""
    return Pick.objects.filter(draft=draft).select_related("slot__constructor", "entry__driver").order_by("-pk")


def picked_entries(draft: Draft, constructor: Constructor) -> list[Entry]:
    """The constructor's drivers in this draft, in the order of its slots."""
    picks = Pick.objects.filter(draft=draft, slot__constructor=constructor).select_related("entry")
    return [pick.entry for pick in picks.order_by("slot__number")]


def wishes_of(constructor: Constructor) -> list[rules.Wish]:
    """The wish list, in its order."""
    wishes = Wish.objects.filter(constructor=constructor).exclude(place=None).order_by("place")
    return [rules.Wish(wish.driver_id, wish.not_with_first_team) for wish in wishes]


def unwanted_of(constructor: Constructor) -> set[int]:
    """The drivers whom the player does not want, by id."""
    return set(Wish.objects.filter(constructor=constructor, place=None).values_list("driver_id", flat=True))


def slot_on_the_clock(draft: Draft) -> Slot | None:
    """Whose turn it is: the lowest unfilled slot of an open draft."""
    return open_slots(draft).first() if draft.state == Draft.State.OPEN else None


def free_entries(draft: Draft) -> QuerySet[Entry]:
    """The drivers that can still be picked, by team and number."""
    taken = draft.picks.values("entry")
    return (
        Entry.objects.filter(race=draft.race_id, is_withdrawn=False)
        .exclude(pk__in=taken)
        .select_related("driver", "team")
    )


def entry_of(race: Race, driver: Driver) -> Entry:
    """The driver's entry for a race, for whoever names him instead of it. Raises `Refused` where he has none."""
    entry = Entry.objects.filter(race=race, driver=driver).select_related("driver").first()
    if entry is None:
        raise Refused(f"{driver.family_name} is not entered for this race.", code="driver_not_entered")
    return entry


def picks_of(draft: Draft) -> QuerySet[Pick]:
    return (
        Pick.objects.filter(draft=draft)
        .select_related("slot__constructor__owner", "entry__driver", "entry__team", "picked_by")
        .order_by("slot__number")
    )


def late_entries(league: League) -> QuerySet[Constructor]:
    """The constructors that came in after their league had drafted for a race without them."""
    opened = Draft.objects.standing().filter(league=league).exclude(opened_at=None)
    in_the_first = Slot.objects.filter(draft__in=opened.order_by("opened_at", "pk").values("pk")[:1])
    return Constructor.objects.filter(Exists(opened), league=league).exclude(pk__in=in_the_first.values("constructor"))


def current_drafts(leagues: Iterable[League]) -> dict[int, Draft]:
    """The draft that each league looks at before its lock, by league id, where there is one."""
    ahead = Draft.objects.filter(league__in=leagues, state__in=BEFORE_THE_LOCK)
    return {draft.league_id: draft for draft in ahead.select_related("race").order_by("-race__race_date")}


def turns(drafts: Iterable[Draft]) -> dict[int, Slot]:
    """Whose turn it is in each of the drafts that are open, by draft id."""
    open_now = [draft for draft in drafts if draft.state == Draft.State.OPEN]
    slots = Slot.objects.filter(draft__in=open_now, picks=None, passed_at=None).select_related("constructor__owner")
    return {slot.draft_id: slot for slot in slots.order_by("-number")}


@dataclass(frozen=True)
class BoardCell:
    """One slot of the board, with the pick that fills it, if any."""

    slot: Slot
    pick: Pick | None
    is_on_the_clock: bool


@dataclass(frozen=True)
class Room:
    """Everything that a draft's page shows, read in a fixed number of queries.

    `waiting` are the slots whose turn is now or to come, as long as the draft is open or paused.
    """

    draft: Draft
    order: list[Constructor]
    rounds: list[tuple[int, list[BoardCell]]]
    waiting: list[Slot]
    free: list[tuple[Entry, str]]

    @property
    def on_the_clock(self) -> Slot | None:
        return next(iter(self.waiting), None)

    @property
    def fillable(self) -> list[Slot]:
        """The slots that a manager can fill for someone: the one on the clock, and those whose turn passed."""
        passed = [
            cell.slot for _, row in self.rounds for cell in row if cell.pick is None and cell.slot.passed_at is not None
        ]
        return [*self.waiting[:1], *passed]

    @property
    def out(self) -> list[Pick]:
        """The picks whose drivers will not take part, by their slots."""
        picks = [cell.pick for _, row in self.rounds for cell in row if cell.pick is not None]
        return [pick for pick in picks if pick.entry.is_withdrawn]

    @property
    def lines(self) -> list[tuple[Constructor, list[BoardCell | None]]]:
        """The board by constructors, in the order of picking: for each its cell of every round, None without a slot."""
        by_round = [{cell.slot.constructor_id: cell for cell in cells} for _, cells in self.rounds]
        return [(one, [cells.get(one.pk) for cells in by_round]) for one in self.order]

    def line_of(self, constructor: Constructor | None) -> list[BoardCell]:
        """The constructor's own cells; none where it is not in this draft."""
        cells = [cell for _, row in self.rounds for cell in row]
        return [cell for cell in cells if constructor and cell.slot.constructor_id == constructor.pk]

    def turns_before(self, constructor: Constructor | None) -> int | None:
        """How many others pick before the constructor's next turn; None when it has none."""
        turns = [slot.constructor_id for slot in self.waiting]
        return turns.index(constructor.pk) if constructor and constructor.pk in turns else None


def draft_room(draft: Draft) -> Room:
    """The board by rounds, the turn, and the free drivers with their season points, by the league's ranking."""
    # Each pick brings its score, if it has one: the page of a scored draft shows it, and must not ask for each.
    slots = list(
        draft.slots.select_related("constructor__owner")
        .prefetch_related(Prefetch("picks", queryset=picks_of(draft).select_related("score")))
        .order_by("number")
    )
    cells = [(slot, next(iter(slot.picks.all()), None)) for slot in slots]
    is_running = draft.state in (Draft.State.OPEN, Draft.State.PAUSED)
    done = {slot.number for slot, pick in cells if pick is not None or slot.passed_at is not None}
    waiting = [slot for slot, _ in cells if slot.number not in done] if is_running else []
    turn = rules.lowest_unfilled((slot.number for slot, _ in cells), done) if is_running else None
    rounds: dict[int, list[BoardCell]] = {}
    for slot, pick in cells:
        rounds.setdefault(slot.round, []).append(BoardCell(slot, pick, slot.number == turn))
    order = list({slot.constructor_id: slot.constructor for slot in slots}.values())
    return Room(draft, order, sorted(rounds.items()), waiting, free_by_ranking(draft))


def free_by_ranking(draft: Draft) -> list[tuple[Entry, str]]:
    """The free drivers with their season points, by the league's default ranking."""
    entries = list(free_entries(draft))
    points = dict(draft.ranking)
    places = {driver: place for place, driver in enumerate(points)}
    by_rank = sorted(entries, key=lambda entry: (places.get(entry.driver_id, len(places)), entry.driver.family_name))
    return [(entry, points.get(entry.driver_id, "0")) for entry in by_rank]


@dataclass(frozen=True)
class Board:
    """A draft with every slot in its order, and by the slot's id the entry that fills it: one query for all that a
    pick has to know. Whoever holds the draft's row can rely on it."""

    draft: Draft
    slots: Sequence[Slot]
    entries: dict[int, int]

    @property
    def unfilled(self) -> list[Slot]:
        """The slots without a pick, those that were passed too."""
        return [slot for slot in self.slots if slot.pk not in self.entries]

    @property
    def turn(self) -> Slot | None:
        """Whose turn it is: the lowest unfilled slot of an open draft."""
        waiting = (slot for slot in self.unfilled if slot.passed_at is None)
        return next(waiting, None) if self.draft.state == Draft.State.OPEN else None

    def slot_to_fill(self, constructor: Constructor) -> Slot | None:
        return slot_of(self.unfilled, constructor, turn=self.turn)

    def holder_of(self, entry: Entry) -> Constructor | None:
        """Who has this driver."""
        return next((slot.constructor for slot in self.slots if self.entries.get(slot.pk) == entry.pk), None)


def board_of(draft: Draft) -> Board:
    slots = list(draft.slots.select_related("constructor__owner").annotate(entry=F("picks__entry")).order_by("number"))
    return Board(draft, slots, {slot.pk: slot.entry for slot in slots if slot.entry is not None})


def situation(board: Board, constructor: Constructor, now: datetime) -> rules.Situation:
    """The draft as the rules look at it when this constructor wants to pick."""
    draft, turn = board.draft, board.turn
    own = [slot for slot in board.slots if slot.constructor_id == constructor.pk]
    return rules.Situation(
        state=draft.state,
        is_past_lock=now >= draft.locks_at,
        constructor=constructor.pk,
        slots=len(own),
        picks=sum(slot.pk in board.entries for slot in own),
        # Whoever let a turn pass has lost the turn, not the pick.
        turn=constructor.pk if board.slot_to_fill(constructor) else turn.constructor_id if turn else None,
        turn_name=turn.constructor.name if turn else "",
    )


def can_pick_now(draft: Draft, constructor: Constructor | None, now: datetime) -> bool:
    """Whether it is this constructor's turn at this moment."""
    return is_on_the_clock(draft, constructor.pk if constructor else None, slot_on_the_clock(draft), now)


def is_on_the_clock(draft: Draft, constructor: int | None, turn: Slot | None, now: datetime) -> bool:
    """The same for who knows the turn already, and the constructor's id."""
    if constructor is None or turn is None or draft.state != Draft.State.OPEN or now >= draft.locks_at:
        return False
    return turn.constructor_id == constructor


def can_fill_a_slot(draft: Draft, constructor: Constructor | None, turn: Slot | None, now: datetime) -> bool:
    """Whether the constructor can pick now: it is its turn, or it let a turn pass."""
    if constructor is None or draft.state != Draft.State.OPEN or now >= draft.locks_at:
        return False
    return slot_of(unfilled_slots(draft), constructor, turn=turn) is not None


def can_change_pick(draft: Draft, constructor: Constructor | None, now: datetime) -> bool:
    """Whether the last pick of the draft is the constructor's own: until the next one it can be changed."""
    if constructor is None or now >= draft.locks_at or draft.state not in (Draft.State.OPEN, Draft.State.COMPLETE):
        return False
    last = latest_picks(draft).first()
    return last is not None and last.slot.constructor_id == constructor.pk


def can_swap(draft: Draft, now: datetime) -> bool:
    """Whether players may take another driver for one who is out, as far as the draft is concerned."""
    return draft.state in (Draft.State.OPEN, Draft.State.COMPLETE) and now < draft.locks_at


def holds(draft: Draft, constructor: Constructor, entry: Entry) -> bool:
    """Whether the constructor has this driver in the draft."""
    return Pick.objects.filter(draft=draft, slot__constructor=constructor, entry=entry).exists()


def driver_out_of(constructor: int | None) -> Subquery:
    """For a query of drafts: who among the constructor's drivers is out, in words, as long as it is under way."""
    picks = Pick.objects.filter(draft=OuterRef("pk"), slot__constructor=constructor, entry__is_withdrawn=True)
    name = Concat("entry__driver__given_name", Value(" "), "entry__driver__family_name")
    return Subquery(
        picks.filter(draft__state__in=UNDER_WAY).order_by("slot__number").annotate(name=name).values("name")[:1]
    )


def foreseen_picks(draft: Draft, constructor: Constructor, room: Room) -> list[Entry | None]:
    """Whom the constructor would get for each pick that it has left, if it did nothing and nobody else picked."""
    cells = room.line_of(constructor)
    free = {entry.driver_id: entry for entry, _points in room.free}
    settings = draft.settings or current_settings(draft.league)
    foreseen = rules.preview(
        wishes=wishes_of(constructor),
        do_not_draft=unwanted_of(constructor),
        ranking=[driver for driver, _points in draft.ranking],
        free={pk: entry.team_id for pk, entry in free.items()},
        picked_teams=[cell.pick.entry.team_id for cell in cells if cell.pick],
        picks_left=sum(cell.pick is None for cell in cells),
        autopicks=settings.autopicks,
    )
    return [free[pk] if pk is not None else None for pk in foreseen]


@dataclass(frozen=True)
class WishPage:
    """A player's lists as a page shows them: drivers with their wishes, those he does not want, and all the others.

    `foreseen` are the entries that the lists would give in the draft that is ahead, None where they would give none.
    """

    wishes: list[tuple[Driver, rules.Wish]]
    unwanted: list[Driver]
    others: list[tuple[Driver, str]]
    draft: Draft | None
    foreseen: list[Entry | None]


def wish_page(constructor: Constructor) -> WishPage:
    """The lists of a constructor, with the drivers of the race that is ahead to add from."""
    draft = current_drafts([constructor.league]).get(constructor.league_id)
    room = draft_room(draft) if draft else None
    wishes, unwanted = wishes_of(constructor), unwanted_of(constructor)
    listed = Driver.objects.in_bulk([*(wish.driver for wish in wishes), *unwanted])
    entered = room.free if room else []
    return WishPage(
        wishes=[(listed[wish.driver], wish) for wish in wishes],
        unwanted=sorted((listed[pk] for pk in unwanted), key=str),
        others=[(entry.driver, points) for entry, points in entered if entry.driver_id not in listed],
        draft=draft,
        foreseen=foreseen_picks(draft, constructor, room) if draft and room else [],
    )


def league_to_watch(token: str) -> League | None:
    """The league whose spectators have this secret address."""
    link = SpectatorLink.objects.filter(token=token).select_related("league__season").first()
    return link.league if link else None


def spectator_link(league: League) -> SpectatorLink | None:
    return SpectatorLink.objects.filter(league=league).first()
