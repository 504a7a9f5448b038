"""Who is picked for a player who does not pick: his wish list, then the league's ranking.

Drivers and teams are integers. `free` says who can still be picked and for which team he drives (None: not known).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple


@dataclass(frozen=True)
class Wish:
    """A driver on a player's list, perhaps only as long as he is not of the team of the player's first pick."""

    driver: int
    not_with_first_team: bool = False


def choose(
    *,
    wishes: Sequence[Wish],
    do_not_draft: Collection[int],
    ranking: Sequence[int],
    free: Mapping[int, int | None],
    first_pick_team: int | None,
    autopicks: bool,
) -> int | None:
    """The driver to pick when time runs out (the game's rules, Draft: when time runs out), None when there is none.

    First the wishes in their order. Then, where the league has `autopicks`, the default ranking and after it whoever
    is free without being ranked, in the order of `free`; without autopicks nobody.

    A driver whom the player does not want, because he is not to be drafted or because the condition of his wish
    forbids him now, is passed over in the ranking too. He is taken only when nobody else is free: the league asks for a
    pick, and a driver whom one does not want scores more than none. On the list and not to be drafted: not wanted.

    >>> teams = {1: 10, 2: 10, 3: 30, 4: 40}
    >>> league = {"ranking": [1, 2, 3, 4], "free": teams, "autopicks": True}
    >>> choose(wishes=[Wish(9), Wish(3)], do_not_draft=(), first_pick_team=None, **league)
    3
    >>> choose(wishes=[Wish(2, not_with_first_team=True)], do_not_draft={1}, first_pick_team=10, **league)
    3
    >>> choose(wishes=(), do_not_draft={1, 2, 3, 4}, first_pick_team=None, **league)
    1
    """
    unwanted = {*do_not_draft, *_forbidden(wishes, free, first_pick_team)}
    wanted = [wish.driver for wish in wishes if wish.driver not in unwanted]
    by_ranking = [*ranking, *free] if autopicks else []
    order = [*wanted, *(driver for driver in by_ranking if driver not in unwanted), *by_ranking]
    return next((driver for driver in order if driver in free), None)


def _forbidden(wishes: Sequence[Wish], free: Mapping[int, int | None], first_pick_team: int | None) -> set[int]:
    """The drivers whose wish does not hold beside a first pick of this team."""
    if first_pick_team is None:
        return set()
    return {wish.driver for wish in wishes if wish.not_with_first_team and free.get(wish.driver) == first_pick_team}


def preview(
    *,
    wishes: Sequence[Wish],
    do_not_draft: Collection[int],
    ranking: Sequence[int],
    free: Mapping[int, int | None],
    picked_teams: Sequence[int | None],
    picks_left: int,
    autopicks: bool,
) -> list[int | None]:
    """What the list would give now for each of the `picks_left` picks, if nobody else picked in between.

    `picked_teams` are the teams of the player's picks so far, first pick first. Before the first pick, the condition
    of a wish looks at the team of the first driver foreseen. None stands for a pick that nobody would make.

    >>> teams = {1: 10, 2: 10, 3: 30}
    >>> wishes = [Wish(1), Wish(2, not_with_first_team=True), Wish(3)]
    >>> alone = {"do_not_draft": (), "ranking": [], "free": teams, "picked_teams": [], "autopicks": False}
    >>> preview(wishes=wishes, picks_left=2, **alone), preview(wishes=wishes, picks_left=3, **alone)
    ([1, 3], [1, 3, None])
    """
    foreseen: list[int | None] = []
    teams, left = list(picked_teams), dict(free)
    for _ in range(picks_left):
        driver = choose(
            wishes=wishes,
            do_not_draft=do_not_draft,
            ranking=ranking,
            free=left,
            first_pick_team=teams[0] if teams else None,
            autopicks=autopicks,
        )
        foreseen.append(driver)
        if driver is not None:
            teams.append(left.pop(driver))
    return foreseen


class WishChange(NamedTuple):
    """One change of a player's lists: `what` is "add", "remove", "up", "down", "team" (the condition on or off) or
    "unwant" (do not draft)."""

    what: str
    driver: int


class WishLists(NamedTuple):
    """A player's wishes in their order, and the drivers whom he does not want."""

    wishes: tuple[Wish, ...] = ()
    unwanted: tuple[int, ...] = ()


def changed_lists(lists: WishLists, change: WishChange) -> WishLists:
    """The lists after one change; a change that finds nothing to do changes nothing.

    >>> lists = WishLists((Wish(1), Wish(2)))
    >>> [wish.driver for wish in changed_lists(lists, WishChange("up", 2)).wishes]
    [2, 1]
    >>> changed_lists(lists, WishChange("unwant", 1))
    WishLists(wishes=(Wish(driver=2, not_with_first_team=False),), unwanted=(1,))
    >>> changed_lists(lists, WishChange("team", 2)).wishes[1].not_with_first_team
    True
    """
    what, driver = change
    others = tuple(wish for wish in lists.wishes if wish.driver != driver)
    unwanted = tuple(one for one in lists.unwanted if one != driver)
    at = next((at for at, wish in enumerate(lists.wishes) if wish.driver == driver), None)
    if what == "remove":
        return WishLists(others, unwanted)
    if what == "unwant":
        return WishLists(others, (*unwanted, driver))
    if what == "add":
        return lists if at is not None else WishLists((*others, Wish(driver)), unwanted)
    if at is None:
        return lists
    if what == "team":
        turned = replace(lists.wishes[at], not_with_first_team=not lists.wishes[at].not_with_first_team)
        return WishLists((*lists.wishes[:at], turned, *lists.wishes[at + 1 :]), unwanted)
    to = max(at - 1, 0) if what == "up" else at + 1
    return WishLists((*others[:to], lists.wishes[at], *others[to:]), unwanted)


def in_order(wishes: Sequence[Wish], order: Sequence[int]) -> tuple[Wish, ...]:
    """The wishes in this order of drivers. A wish that the order leaves out stays behind the others, as one that was
    added in another window; a driver who is not wished for is no matter.

    >>> [wish.driver for wish in in_order([Wish(1), Wish(2), Wish(3)], [3, 9, 1])]
    [3, 1, 2]
    """
    place = {driver: at for at, driver in enumerate(order)}
    return tuple(sorted(wishes, key=lambda wish: place.get(wish.driver, len(place))))
