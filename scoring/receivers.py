"""What scoring hears: results, replacements, leagues, constructors. One call each."""

from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver

from constructors.models import Constructor
from constructors.signals import constructor_created, constructor_left, constructor_renamed
from fantasyf1.kit.hints import hint
from leagues.signals import league_created
from races.models import Race
from races.signals import classification_recorded, moves_changed

from . import services, tasks
from .signals import leagues_scored, scores_corrected


@receiver(classification_recorded)
def score_the_race(*, race: Race, **_: Any) -> None:
    hint(tasks.score_race, race.pk)


@receiver(moves_changed)
def score_the_race_again(*, race: Race, **_: Any) -> None:
    hint(tasks.score_race, race.pk)


@receiver(scores_corrected)
def tell_of_the_changes(**_: Any) -> None:
    hint(tasks.tell_of_changes)


@receiver(leagues_scored)
def render_the_tables(*, leagues: Sequence[int], **_: Any) -> None:
    services.prerender(leagues=leagues)


@receiver(league_created)
def open_its_draft_if_due(**_: Any) -> None:
    hint(tasks.open_due_drafts)


@receiver([constructor_created, constructor_renamed, constructor_left])
def rank_the_league(*, constructor: Constructor, **_: Any) -> None:
    services.rank_league(league=constructor.league)
