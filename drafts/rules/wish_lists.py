"""Autopick: which driver an absent player gets, by wish list, do-not-draft list and the league's default ranking.

Drivers and teams are integers. `free` maps the drivers who can still be picked to their teams (None: not known).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple


@dataclass(frozen=True)
class Wish:
    """A driver on a wish list; optionally only if not in the same team as the player's first pick."""

    driver: int
    not_with_first_team: bool = False


def choose_autopick(
    *,
    wishes: Sequence[Wish],
    do_not_draft: Collection[int],
    ranking: Sequence[int],
    free: Mapping[int, int | None],
    first_pick_team: int | None,
    autopicks: bool,
) -> int | None:
    """Return the driver to pick, None if there is none (the game's rules, Draft: when time runs out).

    The wish list comes first, in its order. Then, if the league has `autopicks`, the default ranking, followed by the
    free drivers that are not ranked, in the order of `free`. Without autopicks, nobody.

    An unwanted driver is one on the do-not-draft list, or one whose wish does not apply now because of its condition.
    The ranking skips unwanted drivers, too. They are picked only if nobody else is free: the league asks for a pick,
    and an unwanted driver scores more than none. A driver on both lists is unwanted.

    >>> teams = {1: 10, 2: 10, 3: 30, 4: 40}
    >>> league = {"ranking": [1, 2, 3, 4], "free": teams, "autopicks": True}
    >>> choose_autopick(wishes=[Wish(9), Wish(3)], do_not_draft=(), first_pick_team=None, **league)
    3
    >>> choose_autopick(wishes=[Wish(2, not_with_first_team=True)], do_not_draft={1}, first_pick_team=10, **league)
    3
    >>> choose_autopick(wishes=(), do_not_draft={1, 2, 3, 4}, first_pick_team=None, **league)
    1
    """
    unwanted = {*do_not_draft, *_forbidden(wishes, free, first_pick_team)}
    wanted = [wish.driver for wish in wishes if wish.driver not in unwanted]
    by_ranking = [*ranking, *free] if autopicks else []
    order = [*wanted, *(driver for driver in by_ranking if driver not in unwanted), *by_ranking]
    return next((driver for driver in order if driver in free), None)


def _forbidden(wishes: Sequence[Wish], free: Mapping[int, int | None], first_pick_team: int | None) -> set[int]:
    """Return the drivers whose wish does not apply if the first pick drives for this team."""
    if first_pick_team is None:
        return set()
    return {wish.driver for wish in wishes if wish.not_with_first_team and free.get(wish.driver) == first_pick_team}


def best_drivers(
    count: int,
    *,
    wishes: Sequence[Wish],
    do_not_draft: Collection[int],
    ranking: Sequence[int],
    free: Mapping[int, int | None],
    first_pick_team: int | None,
) -> list[int]:
    """Return the `count` free drivers, or fewer, who are the best for one pick: the order of `choose_autopick`.

    >>> best_drivers(2, wishes=[Wish(3)], do_not_draft={1}, ranking=[1, 2, 3], free={1: 1, 2: 2, 3: 3, 4: 4},
    ...     first_pick_team=None)
    [3, 2]
    """
    best: list[int] = []
    for _ in range(min(count, len(free))):
        driver = choose_autopick(
            wishes=wishes,
            do_not_draft=do_not_draft,
            ranking=ranking,
            free={pk: team for pk, team in free.items() if pk not in best},
            first_pick_team=first_pick_team,
            autopicks=True,
        )
        if driver is not None:
            best.append(driver)
    return best


def preview_autopicks(
    *,
    wishes: Sequence[Wish],
    do_not_draft: Collection[int],
    ranking: Sequence[int],
    free: Mapping[int, int | None],
    picked_teams: Sequence[int | None],
    picks_left: int,
    autopicks: bool,
) -> list[int | None]:
    """Return the autopicks for each of the `picks_left` picks, if nobody else picked in between.

    `picked_teams` holds the teams of the player's picks so far, in order. Before the first pick, the condition of a
    wish applies to the team of the first driver of the preview. None stands for a pick that would not be made.

    >>> teams = {1: 10, 2: 10, 3: 30}
    >>> wishes = [Wish(1), Wish(2, not_with_first_team=True), Wish(3)]
    >>> alone = {"do_not_draft": (), "ranking": [], "free": teams, "picked_teams": [], "autopicks": False}
    >>> preview_autopicks(wishes=wishes, picks_left=2, **alone), preview_autopicks(wishes=wishes, picks_left=3, **alone)
    ([1, 3], [1, 3, None])
    """
    foreseen: list[int | None] = []
    teams, left = list(picked_teams), dict(free)
    for _ in range(picks_left):
        driver = choose_autopick(
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
    """One change of a player's lists. `what` is "add", "remove", "up", "down", "team" (toggle the condition) or
    "unwant" (do not draft)."""

    what: str
    driver: int


class WishLists(NamedTuple):
    """A player's wish list in its order, and the do-not-draft list."""

    wishes: tuple[Wish, ...] = ()
    unwanted: tuple[int, ...] = ()


def apply_wish_change(lists: WishLists, change: WishChange) -> WishLists:
    """Return the lists after one change. A change that does not apply has no effect.

    >>> lists = WishLists((Wish(1), Wish(2)))
    >>> [wish.driver for wish in apply_wish_change(lists, WishChange("up", 2)).wishes]
    [2, 1]
    >>> apply_wish_change(lists, WishChange("unwant", 1))
    WishLists(wishes=(Wish(driver=2, not_with_first_team=False),), unwanted=(1,))
    >>> apply_wish_change(lists, WishChange("team", 2)).wishes[1].not_with_first_team
    True
    """
    what, driver = change
    others = tuple(wish for wish in lists.wishes if wish.driver != driver)
    unwanted = tuple(listed for listed in lists.unwanted if listed != driver)
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
        toggled = replace(lists.wishes[at], not_with_first_team=not lists.wishes[at].not_with_first_team)
        return WishLists((*lists.wishes[:at], toggled, *lists.wishes[at + 1 :]), unwanted)
    to = max(at - 1, 0) if what == "up" else at + 1
    return WishLists((*others[:to], lists.wishes[at], *others[to:]), unwanted)


def reorder_wishes(wishes: Sequence[Wish], order: Sequence[int]) -> tuple[Wish, ...]:
    """Return the wishes in this order of drivers.

    A wish that is missing from `order`, for example because it was added in another window, goes to the end. Drivers
    that are not on the wish list are ignored.

    >>> [wish.driver for wish in reorder_wishes([Wish(1), Wish(2), Wish(3)], [3, 9, 1])]
    [3, 1, 2]
    """
    place = {driver: at for at, driver in enumerate(order)}
    return tuple(sorted(wishes, key=lambda wish: place.get(wish.driver, len(place))))
