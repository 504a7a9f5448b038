"""Signal receivers of scoring. Each makes one call to a task or service."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from accounts.models import User
from accounts.signals import export_requested, user_deleted
from constructors.models import Constructor
from constructors.signals import constructor_created, constructor_left, constructor_renamed
from core import clock
from core.tasks.enqueue import enqueue_on_commit
from leagues.models import League
from leagues.rules import RuleSet
from leagues.signals import scoring_examples_asked, standings_requested
from races.models import Race
from races.signals import classification_recorded, replacements_changed

from . import services, tasks
from .selectors import examples_by_scoring, exported_data, standings_order
from .signals import drafts_scored, leagues_scored, scores_corrected

# What standings show of a user.
SHOWN_FIELDS = frozenset({"username", "display_name", "mark_colour", "mark_badge"})


@receiver([classification_recorded, replacements_changed])
def on_results_changed(*, race: Race, **_: Any) -> None:
    enqueue_on_commit(tasks.score_race, race.pk)


@receiver(drafts_scored)
def on_drafts_scored(**_: Any) -> None:
    enqueue_on_commit(tasks.notify_of_results)


@receiver(scores_corrected)
def on_scores_corrected(**_: Any) -> None:
    enqueue_on_commit(tasks.notify_of_corrections)


@receiver(leagues_scored)
def on_leagues_scored(*, leagues: Sequence[int], **_: Any) -> None:
    services.prerender(leagues=leagues)


@receiver([constructor_created, constructor_renamed, constructor_left])
def on_constructor_changed(*, constructor: Constructor, **_: Any) -> None:
    services.rank_league(league=constructor.league)


@receiver(user_deleted)
def on_user_deleted(*, user: User, **_: Any) -> None:
    services.rank_leagues_of_user(user=user)


@receiver(post_save, sender=User)
def on_user_renamed(*, instance: User, created: bool, update_fields: Collection[str] | None, **_: Any) -> None:
    if not created and (update_fields is None or SHOWN_FIELDS & set(update_fields)):
        services.rank_leagues_of_user(user=instance)


@receiver(standings_requested)
def on_standings_requested(*, league: League, **_: Any) -> list[int]:
    return standings_order(league)


@receiver(scoring_examples_asked)
def on_scoring_examples_asked(*, rule_sets: Mapping[str, RuleSet], **_: Any) -> dict[str, str]:
    return examples_by_scoring(rule_sets, clock.now())


@receiver(export_requested)
def on_export_requested(*, user: User, **_: Any) -> dict[str, Any]:
    return exported_data(user)
