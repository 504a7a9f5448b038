"""The records of a league over all its seasons: loads them as plain values and applies `rules.records`.

The number of queries does not depend on the number of seasons.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet

from accounts.models import UserOrAnonymous
from constructors.models import Constructor
from core.cache.safe_cache import read_through
from core.formatting.avatars import Mark
from drafts.models import Draft, Pick
from leagues.models import League
from leagues.selectors import leagues_visible_to, seasons_of
from races.models import Entry, Race, Season
from races.selectors import RESULTS_EXPECTED_WITHIN

from .models import RaceScore, SeasonScore, SheetLine
from .rules import RaceStanding, SeasonTotals
from .rules import records as rules
from .rules.records import HeadToHead, PlayedRace, RaceRecord, Streak, Turn

# How many of the highest points in a race the charts have.
BEST_WEEKS = 10
# Increase this when the fields of the cached scores change.
SCORES_FORMAT = 1
SCORES_SECONDS = 4 * 60 * 60


@dataclass(frozen=True)
class RecordPlayer:
    """A person over all seasons, known by the constructor that they played last.

    Bots, and former players whose accounts are deleted, are other players in each league.
    """

    constructor: Constructor

    @property
    def pk(self) -> int:
        """The id of the latest constructor, which names the player in URLs."""
        return self.constructor.pk

    @property
    def name(self) -> str:
        """The player's name, or the constructor's if there is no account."""
        constructor = self.constructor
        return constructor.name if constructor.is_bot or constructor.owner is None else constructor.player

    @property
    def mark(self) -> Mark:
        return self.constructor.mark


@dataclass(frozen=True)
class RecordSeason:
    """A season of the league. `is_over` is True once the results of its last race are in.

    `is_visible`: the reader may see the league's own pages. Members also see records of seasons before theirs.
    """

    league: League
    is_over: bool
    standings: list[SeasonScore]
    is_visible: bool = True

    @property
    def year(self) -> int:
        return self.league.season.year

    @property
    def champions(self) -> list[SeasonScore]:
        """The winners of a season that is over; several if they tie."""
        return [score for score in self.standings if score.rank == 1 and score.races] if self.is_over else []


@dataclass(frozen=True)
class AllTimeRow:
    rank: int
    player: RecordPlayer
    seasons: int
    titles: int
    totals: SeasonTotals

    @property
    def races(self) -> int:
        return len(self.totals.places)

    @property
    def wins(self) -> int:
        return self.totals.places.count(1)

    @property
    def average(self) -> Decimal:
        return (self.totals.points / self.races).quantize(Decimal("0.1")) if self.races else Decimal(0)


@dataclass(frozen=True)
class RaceHolder:
    """Who holds a record, and in which race."""

    player: RecordPlayer
    league: League
    race: Race
    points: Decimal


@dataclass(frozen=True)
class RaceWin:
    """Who scored most in a race; several players if they tie. Bots win, too."""

    race: Race
    winners: list[RecordPlayer]
    points: Decimal


@dataclass(frozen=True)
class StreakHolder:
    """Who holds a winning streak, with its first and last race and their seasons."""

    player: RecordPlayer
    length: int
    first: Race
    first_season: Season
    last: Race
    last_season: Season


@dataclass(frozen=True)
class Rivalry:
    """A player's results against another one."""

    opponent: RecordPlayer
    result: HeadToHead


@dataclass(frozen=True)
class Honours:
    """What one player has achieved over all seasons. `places` has their rows in the standings, latest season first."""

    player: RecordPlayer
    all_time: AllTimeRow | None
    titles: list[RecordSeason]
    places: list[tuple[RecordSeason, SeasonScore]]
    best: list[RaceHolder]
    worst: list[RaceHolder]
    streaks: list[StreakHolder]
    unused: Decimal
    most_unused: list[RaceHolder]
    rivalries: list[Rivalry]

    @property
    def podiums(self) -> int:
        return sum(place <= 3 for place in self.all_time.totals.places) if self.all_time else 0


class Records:
    """All records of a series of leagues, computed from plain values when they are asked for.

    `players` maps the number of each player in the rules to the player; bots are in the standings only.
    """

    def __init__(
        self,
        seasons: list[RecordSeason],
        players: Mapping[int, RecordPlayer],
        player_of: Mapping[int, int],
        races: Sequence[PlayedRace],
        drafts: Mapping[int, Draft],
    ) -> None:
        self.seasons = seasons
        self.players = players
        self._player_of = player_of
        self._races = races
        self._drafts = drafts
        self._leagues = {season.league.pk: season.league for season in seasons}
        self._people = {number for number, player in players.items() if not player.constructor.is_bot}

    @property
    def visible(self) -> set[int]:
        """The ids of the leagues whose own pages the reader may see."""
        return {season.league.pk for season in self.seasons if season.is_visible}

    @property
    def people(self) -> list[RecordPlayer]:
        """Everyone who has played, except bots, by name."""
        return sorted((self.players[number] for number in self._people), key=lambda player: player.name.lower())

    @cached_property
    def all_time(self) -> list[AllTimeRow]:
        return [
            AllTimeRow(rank, self.players[totals.constructor], *self._seasons_and_titles(totals.constructor), totals)
            for rank, totals in rules.all_time_standings(self._races, self._people)
        ]

    @property
    def highest(self) -> list[RaceHolder]:
        return self._holders(rules.highest(self._points))

    @property
    def lowest(self) -> list[RaceHolder]:
        return self._holders(rules.lowest(self._points))

    @property
    def most_unused(self) -> list[RaceHolder]:
        return self._holders(rules.highest(self._unused))

    @property
    def longest_streaks(self) -> list[StreakHolder]:
        return [self._streak(streak) for streak in rules.longest(self._streaks)]

    def player_of(self, constructor: int) -> RecordPlayer | None:
        """The player of a constructor in any season; None for a bot or for a constructor of another league."""
        number = self._player_of.get(constructor)
        return self.players[number] if number in self._people else None

    def player_by_constructor(self, constructor: int) -> RecordPlayer:
        """The player of a constructor in any season of these records, also a bot."""
        return self.players[self._player_of[constructor]]

    def colour_of(self, player: RecordPlayer) -> int:
        """A number from 0 that stays with the player: their place in the order of joining, over all seasons."""
        return self._joining_order[player.pk]

    @cached_property
    def _joining_order(self) -> dict[int, int]:
        return {player.pk: number for number, player in enumerate(self.players.values())}

    def wins(self, season: RecordSeason) -> list[RaceWin]:
        """The wins of a season, in the order of its races."""
        races = [race for race in self._races if self._drafts[race.race].league_id == season.league.pk]
        return [self._win(race) for race in races if race.standings]

    def _win(self, race: PlayedRace) -> RaceWin:
        first = [number for number, standing in race.standings.items() if standing.rank == 1]
        winners = [self.players[number] for number in first]
        return RaceWin(self._drafts[race.race].race, winners, race.standings[first[0]].points)

    def best_weeks(self, player: RecordPlayer | None = None) -> list[RaceHolder]:
        """The highest points in a race by any player, or by one, the most first; of equal ones, the earlier race."""
        number = self._player_of[player.pk] if player else None
        points = [record for record in self._points if number in (None, record.player)]
        return self._holders(sorted(points, key=lambda record: -record.points)[:BEST_WEEKS])

    def head_to_head(self, player: RecordPlayer, other: RecordPlayer) -> HeadToHead:
        return rules.head_to_head(self._player_of[player.pk], self._player_of[other.pk], self._races)

    def honours(self, player: RecordPlayer) -> Honours:
        number = self._player_of[player.pk]
        points = [record for record in self._points if record.player == number]
        unused = [record for record in self._unused if record.player == number]
        streaks = [streak for streak in self._streaks if streak.player == number]
        places = self._places(number)
        rivalries = [Rivalry(other, self.head_to_head(player, other)) for other in self.people if other != player]
        return Honours(
            player=player,
            all_time=next((row for row in self.all_time if row.player == player), None),
            titles=[season for season, score in places if score in season.champions],
            places=places,
            best=self._holders(rules.highest(points)),
            worst=self._holders(rules.lowest(points)),
            streaks=[self._streak(streak) for streak in rules.longest(streaks)],
            unused=sum((record.points for record in unused), Decimal(0)),
            most_unused=self._holders(rules.highest(unused)),
            rivalries=[rivalry for rivalry in rivalries if rivalry.result.races],
        )

    @cached_property
    def _points(self) -> list[RaceRecord]:
        return rules.race_records(self._races, self._people)

    @cached_property
    def _unused(self) -> list[RaceRecord]:
        return rules.unused_records(self._races, self._people)

    @cached_property
    def _streaks(self) -> list[Streak]:
        return rules.winning_streaks(self._races, self._people)

    def _places(self, number: int) -> list[tuple[RecordSeason, SeasonScore]]:
        return [
            (season, score)
            for season in self.seasons
            for score in season.standings
            if self._player_of[score.constructor_id] == number
        ]

    def _seasons_and_titles(self, number: int) -> tuple[int, int]:
        places = [(season, score) for season, score in self._places(number) if score.races]
        return len({season.year for season, _ in places}), sum(score in season.champions for season, score in places)

    def _holders(self, records: Iterable[RaceRecord]) -> list[RaceHolder]:
        return [
            RaceHolder(self.players[record.player], self._leagues[draft.league_id], draft.race, record.points)
            for record in records
            for draft in [self._drafts[record.race]]
        ]

    def _streak(self, streak: Streak) -> StreakHolder:
        ends = [self._drafts[number] for number in (streak.first, streak.last)]
        (first, first_season), (last, last_season) = [(end.race, self._leagues[end.league_id].season) for end in ends]
        return StreakHolder(self.players[streak.player], streak.length, first, first_season, last, last_season)


@dataclass(frozen=True)
class _Scores:
    """What constructors did in a draft, by constructor id: their results, and the points that they left unused."""

    standings: Mapping[int, RaceStanding]
    unused: Mapping[int, Decimal]


def records_of(league: League, user: UserOrAnonymous, now: datetime) -> Records:
    """Load the records of the league and of its other seasons that the user may see.

    Four queries, and another four unless the scores are cached.
    """
    is_visible = Exists(leagues_visible_to(user).filter(pk=OuterRef("pk")))
    seasons = seasons_of(league, user).annotate(is_visible=is_visible, version=F("score_version__version"))
    leagues: list[Any] = list(seasons)
    constructors = list(_constructors(leagues))
    players, player_of = _players(constructors)
    drafts = _scored_drafts(leagues)
    years = {league.pk: league.season.year for league in leagues}
    scores = _scores(leagues, drafts)
    races = [
        PlayedRace(
            years[draft.league_id],
            draft.pk,
            {player_of[pk]: standing for pk, standing in scored.standings.items()},
            {player_of[pk]: points for pk, points in scored.unused.items()},
        )
        for draft in drafts.values()
        for scored in [scores.get(draft.pk, _Scores({}, {}))]
    ]
    return Records(_seasons(leagues, constructors, now), players, player_of, races, drafts)


def _constructors(leagues: Sequence[League]) -> QuerySet[Constructor]:
    constructors = Constructor.objects.filter(league__in=leagues).select_related("owner", "season_score")
    return constructors.order_by("league__season__year", "joined_at", "pk")


def _players(constructors: Iterable[Constructor]) -> tuple[dict[int, RecordPlayer], dict[int, int]]:
    """The players by number, and the number of each constructor's player: the id of their first constructor."""
    first_of: dict[object, int] = {}
    players: dict[int, RecordPlayer] = {}
    player_of: dict[int, int] = {}
    for constructor in constructors:
        has_account = constructor.owner_id is not None and not constructor.is_bot
        person = ("user", constructor.owner_id) if has_account else ("constructor", constructor.pk)
        number = first_of.setdefault(person, constructor.pk)
        player_of[constructor.pk] = number
        players[number] = RecordPlayer(constructor)
    return players, player_of


def _seasons(leagues: Sequence[Any], constructors: Iterable[Constructor], now: datetime) -> list[RecordSeason]:
    scores: dict[int, list[SeasonScore]] = defaultdict(list)
    for constructor in constructors:
        if hasattr(constructor, "season_score"):
            scores[constructor.league_id].append(constructor.season_score)
    for standings in scores.values():
        standings.sort(key=lambda score: (score.rank, score.constructor.name))
    running = _running_seasons({league.season_id for league in leagues}, now)
    return [
        RecordSeason(league, league.season_id not in running, scores[league.pk], league.is_visible)
        for league in leagues
    ]


def _running_seasons(seasons: Collection[int], now: datetime) -> set[int]:
    """The seasons with a race that is to come, or that waits for its results."""
    over = (Race.State.CANCELLED, Race.State.PROVISIONAL, Race.State.FINAL)
    unfinished = Race.objects.filter(season__in=seasons).exclude(state__in=over)
    return {race.season_id for race in unfinished if race.expected_start > now - RESULTS_EXPECTED_WITHIN}


def _scored_drafts(leagues: Sequence[League]) -> dict[int, Draft]:
    """The scored drafts by id, in the order of their races."""
    drafts = Draft.objects.filter(league__in=leagues, state=Draft.State.SCORED).select_related("race")
    ordered = drafts.order_by("race__season__year", "race__race_date", "race__round", "pk")
    return {draft.pk: draft for draft in ordered.defer("ranking", "planned_order")}


def _scores(leagues: Iterable[Any], drafts: Mapping[int, Draft]) -> dict[int, _Scores]:
    """The scores of the drafts, by draft id. Cached by the versions of the leagues' scores, which were read before."""
    versions = ",".join(f"{league.pk}v{league.version or 0}" for league in leagues)
    key = f"record_scores:{SCORES_FORMAT}:{sha256(versions.encode()).hexdigest()}"
    scores: dict[int, _Scores] = read_through(key, lambda: _load_scores(drafts), seconds=SCORES_SECONDS)
    return scores


def _load_scores(drafts: Mapping[int, Draft]) -> dict[int, _Scores]:
    standings, unused = _race_standings(drafts), _points_unused(drafts)
    return {draft: _Scores(standings.get(draft, {}), unused[draft]) for draft in drafts}


def _race_standings(drafts: Collection[int]) -> dict[int, dict[int, RaceStanding]]:
    """Each constructor's result, by draft."""
    standings: dict[int, dict[int, RaceStanding]] = defaultdict(dict)
    rows = RaceScore.objects.filter(draft__in=drafts)
    columns = ("draft", "constructor", "points", "best_pick", "autopicks", "rank")
    for draft, constructor, points, best_pick, autopicks, rank in rows.values_list(*columns):
        standings[draft][constructor] = RaceStanding(points, best_pick, autopicks, rank)
    return dict(standings)


def _points_unused(drafts: Mapping[int, Draft]) -> dict[int, dict[int, Decimal]]:
    """The points that each constructor left unused, by draft."""
    turns, points = _turns(drafts), _points_of_available_drivers(drafts)
    return {draft: rules.points_unused(turns[draft], points[draft]) for draft in drafts}


def _turns(drafts: Collection[int]) -> dict[int, list[Turn]]:
    """The picks of each draft in the order in which they were made."""
    turns: dict[int, list[Turn]] = defaultdict(list)
    picks = Pick.objects.filter(draft__in=drafts).exclude(score=None).order_by("draft", "pk")
    columns = ("draft", "slot__constructor", "entry__driver", "score__points")
    for draft, constructor, driver, points in picks.values_list(*columns):
        turns[draft].append(Turn(constructor, driver, points))
    return turns


def _points_of_available_drivers(drafts: Mapping[int, Draft]) -> dict[int, dict[int, Decimal]]:
    """The points of the drivers in the line-up under the rules of each draft, by draft and driver."""
    races = {draft.race_id for draft in drafts.values()}
    line_ups = set(Entry.objects.filter(race__in=races, in_line_up=True).values_list("race", "driver"))
    points: dict[int, dict[int, Decimal]] = defaultdict(dict)
    lines = SheetLine.objects.filter(sheet__scorings__draft__in=drafts)
    for draft, driver, worth in lines.values_list("sheet__scorings__draft", "driver", "points"):
        if (drafts[draft].race_id, driver) in line_ups:
            points[draft][driver] = worth
    return points
