"""Signal receivers of scoring. Each makes one call to a task or service."""

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from accounts.models import User
from accounts.signals import account_closing, data_wanted
from constructors.models import Constructor
from constructors.signals import constructor_created, constructor_left, constructor_renamed
from fantasyf1.kit.hints import hint
from leagues.signals import league_created
from races.models import Race
from races.signals import classification_recorded, moves_changed

from . import services, tasks
from .selectors import data_of
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


@receiver(account_closing)
def name_him_no_more(*, user: User, **_: Any) -> None:
    services.rank_leagues_of(user=user)


@receiver(post_save, sender=User)
def call_him_by_his_new_name(*, instance: User, created: bool, update_fields: Collection[str] | None, **_: Any) -> None:
    if not created and (update_fields is None or "username" in update_fields):
        services.rank_leagues_of(user=instance)


@receiver(data_wanted)
def hand_out_his_scores(*, user: User, **_: Any) -> dict[str, Any]:
    return data_of(user)
