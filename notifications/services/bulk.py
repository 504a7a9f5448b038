"""Notify many users with one statement: the rows come from a query of the app that knows whom to tell what."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from core.sse.pubsub import publish_on_commit
from core.transactions import atomic

from .. import kinds
from ..kinds import CHANNELS, Message, NotificationKind
from ..models import Notification
from ..signals import notifications_created


class Query(NamedTuple):
    """SQL of this database and its parameters, `%(name)s` in the SQL.

    Its rows are (user_id, league_id, key, batch, params): `batch` is the group of the notification, `params` a JSON
    value. They mean the same as in `NewNotification`.
    """

    sql: str
    parameters: Mapping[str, Any]


# A choice for the league overrides the one for all leagues, and that one the default: as `ChosenChannels.is_on`.
INSERT = """
    WITH news AS ({query}), choices AS (
        SELECT user_id, league_id, {columns}
        FROM notifications_channelpreference WHERE kind = %(choices_of)s GROUP BY user_id, league_id
    ), chosen AS (
        SELECT news.*, {chosen}
        FROM news
        LEFT JOIN choices AS own ON own.user_id = news.user_id AND own.league_id = news.league_id
        LEFT JOIN choices AS every ON every.user_id = news.user_id AND every.league_id = 0
    )
    INSERT INTO notifications_notification
        (user_id, league_id, key, "group", params, kind, message, priority, is_in_app, created_at)
    SELECT user_id, league_id, key, batch, params, %(kind)s, %(message)s, %(priority)s, in_app = 1, %(now)s
    FROM chosen WHERE 1 IN ({channels})
    ON CONFLICT (user_id, key) DO NOTHING
"""


@atomic
def notify_by_query(*, message: Message, query: Query, now: datetime) -> int:
    """Create the notifications that `query` returns, with one INSERT; returns how many were new.

    Like `notify_each`, it skips users who were notified of the key and those who have turned off every channel.
    """
    if not kinds.is_registered(message):
        raise LookupError(f"The message {message.name} is not registered, so nobody could read it.")
    with connection.cursor() as cursor:
        cursor.execute(_sql(query), {**query.parameters, **_parameters(message, now)})
        created: int = cursor.rowcount
    if created:
        publish_on_commit("person", [(0, 0)])
        notifications_created.send(sender=Notification)
    return created


def _sql(query: Query) -> str:
    columns = (
        f"MAX(CASE WHEN channel = '{name}' THEN CASE WHEN is_on THEN 1 ELSE 0 END END) AS {name}" for name in CHANNELS
    )
    chosen = (f"COALESCE(own.{name}, every.{name}, %(default_{name})s) AS {name}" for name in CHANNELS)
    return INSERT.format(
        query=query.sql, columns=", ".join(columns), chosen=", ".join(chosen), channels=", ".join(CHANNELS)
    )


def _parameters(message: Message, now: datetime) -> dict[str, Any]:
    kind: NotificationKind = message.kind
    return {
        "kind": kind.name,
        # Users cannot choose the channels of a kind that is not optional.
        "choices_of": kind.name if kind.is_optional else "",
        "message": message.name,
        "priority": int(kind.priority),
        "now": connection.ops.adapt_datetimefield_value(now),
        **{f"default_{name}": int(name in kind.defaults) for name in CHANNELS},
    }
