"""What scoring hears: results, replacements, leagues, constructors. One call each."""

from typing import Any

from django.db.models import F
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from constructors.models import Constructor
from constructors.signals import constructor_created, constructor_left, constructor_renamed
from fantasyf1.kit.hints import hint
from leagues.signals import league_created
from races.models import Race, Replacement
from races.signals import classification_recorded

from . import services, tasks


@receiver(classification_recorded)
def score_the_race(*, race: Race, **_: Any) -> None:
    hint(tasks.score_race, race.pk)


@receiver([post_save, post_delete], sender=Replacement)
def score_the_race_again(*, instance: Replacement, **_: Any) -> None:
    Race.objects.filter(pk=instance.race_id).update(moves_version=F("moves_version") + 1)
    hint(tasks.score_race, instance.race_id)


@receiver(league_created)
def open_its_draft_if_due(**_: Any) -> None:
    hint(tasks.open_due_drafts)


@receiver([constructor_created, constructor_renamed, constructor_left])
def rank_the_league(*, constructor: Constructor, **_: Any) -> None:
    services.rank_league(league=constructor.league)
