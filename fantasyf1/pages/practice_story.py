"""The story of a practice race in sentences: who won, the best pick, the steal, another pick, and the draft order."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.formatting.ordinals import shown_ordinal
from core.formatting.points import points_text
from drafts.rules.practice import PLAYER, constructor_name
from scoring.rules import PracticeResult, Swap


@dataclass(frozen=True)
class PracticeStory:
    """Tells a result. `drivers` holds names by driver id; `is_own` says that the reader is the player."""

    result: PracticeResult
    order: Sequence[int]
    drivers: Mapping[int, str]
    free: Sequence[int]
    is_own: bool

    def name(self, constructor: int) -> str:
        """The constructor's name: players read of themselves as "you"."""
        return constructor_name(constructor) if self.is_own or constructor != PLAYER else _("The player")

    def headline(self) -> str:
        """The player's place."""
        standing = self.result.standings[PLAYER]
        values = {"place": shown_ordinal(standing.rank), "players": len(self.order)}
        if self.is_own:
            return _("You came %(place)s of %(players)s") % values
        return _("%(place)s of %(players)s") % values

    def sentences(self) -> list[str]:
        parts: list[Callable[[], str]] = [self._winner, self._best_pick, self._steal, self._swap, self._order]
        return [sentence for part in parts if (sentence := part())]

    def _winner(self) -> str:
        winners = [pk for pk, standing in self.result.standings.items() if standing.rank == 1]
        points = points_text(self.result.standings[winners[0]].points)
        if winners == [PLAYER]:
            won = _("You won with %(points)s.") if self.is_own else _("The player won with %(points)s.")
            return won % {"points": points}
        if len(winners) > 1:
            names = ", ".join(self.name(pk) for pk in winners)
            return _("Shared first place, with %(points)s each: %(names)s.") % {"names": names, "points": points}
        won = _("%(name)s won with %(points)s.") % {"name": self.name(winners[0]), "points": points}
        had = _("You had %(points)s.") if self.is_own else _("The player had %(points)s.")
        return f"{won} {had % {'points': points_text(self.result.standings[PLAYER].points)}}"

    def _best_pick(self) -> str:
        pick = self.result.best_pick
        values = {"driver": self.drivers[pick.driver], "points": points_text(pick.score.points)}
        if pick.constructor == PLAYER and self.is_own:
            return _("You had the best pick: %(driver)s, %(points)s.") % values
        values["name"] = self.name(pick.constructor)
        return _("The best pick was %(driver)s: %(points)s for %(name)s.") % values

    def _steal(self) -> str:
        steal = self.result.steal
        if steal is None:
            return ""
        values = {
            "driver": self.drivers[steal.pick.driver],
            "number": shown_ordinal(steal.pick.number),
            "rank": shown_ordinal(steal.rank),
            "name": self.name(steal.pick.constructor),
        }
        if steal.pick.constructor == PLAYER and self.is_own:
            sentence = _("The steal of the draft was yours: %(driver)s, picked %(number)s and %(rank)s by points.")
        else:
            sentence = _(
                "The steal of the draft went to %(name)s: %(driver)s, picked %(number)s and %(rank)s by points."
            )
        return sentence % values

    def _swap(self) -> str:
        swap = self.result.best_swap(PLAYER, self.free)
        if swap is None:
            return _("No driver who was left would have brought more.")
        values = {
            "driver": self.drivers[swap.driver],
            "out": self.drivers[swap.out.driver],
            "points": points_text(swap.standing.points),
            "place": shown_ordinal(swap.standing.rank),
        }
        return self._swap_sentence(swap) % values

    def _swap_sentence(self, swap: Swap) -> str:
        if swap.standing.rank >= self.result.standings[PLAYER].rank:
            return _("With %(driver)s instead of %(out)s it would have been %(points)s, and the same place.")
        if swap.standing.rank == 1:
            return _("With %(driver)s instead of %(out)s it would have been %(points)s, and first place.")
        return _("With %(driver)s instead of %(out)s it would have been %(points)s, and %(place)s place.")

    def _order(self) -> str:
        first, last = self.order[0], self.order[-1]
        values = {
            "first": self.name(first),
            "last": self.name(last),
            "first_place": self._place(first),
            "last_place": self._place(last),
        }
        if self.is_own and first == PLAYER:
            sentence = _("You picked first and came %(first_place)s; %(last)s picked last and came %(last_place)s.")
        elif self.is_own and last == PLAYER:
            sentence = _("You picked last and came %(last_place)s; %(first)s picked first and came %(first_place)s.")
        else:
            sentence = _(
                "%(first)s picked first and came %(first_place)s; %(last)s picked last and came %(last_place)s."
            )
        return sentence % values

    def _place(self, constructor: int) -> str:
        return shown_ordinal(self.result.standings[constructor].rank)
