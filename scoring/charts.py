"""The charts of records and honours: what they say. The geometry is in `core.charts`."""

from collections import Counter
from collections.abc import Collection, Sequence
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from core.charts import Bar, BarChart, Segment, WinCell, WinStrip, bar_chart, win_strip
from core.formatting.avatars import initials
from core.formatting.ordinals import shown_ordinal
from core.formatting.points import shown_points
from races.rules import race_code

from .records import Honours, RaceHolder, RaceWin, RecordPlayer, Records, RecordSeason


def win_strips(records: Records, visible: Collection[int]) -> dict[int, WinStrip]:
    """Who won each race of a season, by the id of its league. Races link to their pages in `visible` leagues."""
    return {
        season.league.pk: win_strip(
            _("Race wins %(year)s") % {"year": season.year},
            (_("Race"), _("Winner"), _("Points")),
            [_win_cell(records, win, season, visible) for win in records.wins(season)],
        )
        for season in records.seasons
    }


def _win_cell(records: Records, win: RaceWin, season: RecordSeason, visible: Collection[int]) -> WinCell:
    names = [player.name for player in win.winners]
    league = season.league.pk
    return WinCell(
        short=race_code(win.race.name),
        name=win.race.name,
        winner=", ".join(names),
        initials="/".join(initials(name) for name in names[:2]) + ("+" if len(names) > 2 else ""),
        value=shown_points(win.points),
        number=records.colour_of(win.winners[0]),
        href=reverse("pages:league_race", args=[league, win.race.pk]) if league in visible else "",
    )


def champions_chart(records: Records) -> BarChart | None:
    """The champions and their points, by season. None before the second one: one bar compares nothing."""
    seasons = [season for season in reversed(records.seasons) if season.champions]
    bars = [_champions_bar(records, season) for season in seasons]
    return bar_chart(_("Champions"), (_("Season"), _("Points")), bars) if len(bars) > 1 else None


def _champions_bar(records: Records, season: RecordSeason) -> Bar:
    champions = season.champions
    players = [records.player_by_constructor(champion.constructor_id) for champion in champions]
    names = ", ".join(player.name for player in players)
    label, number = initials(players[0].name), records.colour_of(players[0])
    segment = Segment(champions[0].points, names, label, number % 8)
    return Bar(str(season.year), str(season.year), [segment], shown_points(segment.value))


def best_rounds_chart(records: Records, player: RecordPlayer | None = None) -> BarChart:
    """The races in which most points were scored by one player, by any player or by this one; the best first."""
    holders = records.best_rounds(player)
    bars = [
        _round_bar(holder, "" if player else holder.player.name, records.colour_of(holder.player)) for holder in holders
    ]
    return bar_chart(_("Best rounds"), (_("Race"), _("Points")), bars)


def _round_bar(holder: RaceHolder, name: str, number: int) -> Bar:
    label = initials(name) if name else ""
    segment = Segment(holder.points, name, label, number % 8)
    return Bar(
        race_code(holder.race.name),
        f"{holder.race.name} {holder.league.season}",
        [segment],
        shown_points(holder.points),
    )


def race_places_chart(places: Sequence[int]) -> BarChart:
    """How often a player came first, second and so on in a race."""
    counts = Counter(places)
    bars = [
        Bar(str(place), shown_ordinal(place), [Segment(Decimal(counts[place]))], str(counts[place]))
        for place in range(1, max(counts, default=0) + 1)
    ]
    return bar_chart(_("Places in races"), (_("Place"), _("Races")), bars)


def season_averages_chart(honours: Honours) -> BarChart | None:
    """A player's average points per race by season, with the place in the standings. None before the second season."""
    bars = []
    for season, score in reversed(honours.places):
        if score.races:
            average = (score.points / score.races).quantize(Decimal("0.1"))
            segment = Segment(average, shown_ordinal(score.rank))
            bars.append(Bar(str(season.year), str(season.year), [segment], shown_points(average)))
    return (
        bar_chart(_("Points per race by season"), (_("Season"), _("Points per race")), bars) if len(bars) > 1 else None
    )
