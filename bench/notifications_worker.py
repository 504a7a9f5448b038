"""The worker process of the notification benchmark: it scores a race of many leagues and notifies their players.

Run it with `python -m bench.notifications_worker LEAGUES` beside the benchmark. It creates what `bench.scoring_worker`
creates, with a user for each constructor, scores the race, and prints one line of JSON. Then it runs the commands that
it reads from standard input, and prints the result of each as one line of JSON:

    reset        delete all notifications, and vacuum the tables
    ours         notify the players of their points as the worker does; the seconds that this took
    floor        the same with one INSERT ... SELECT through psycopg
    rows         how many notifications there are, and a digest of who is told what
    turn PORT    tell a player that it is their turn, and send it by e-mail to the mail server on this port: the seconds
"""

import os
import sys
import time
from collections.abc import Callable
from typing import Any

import django

django.setup()

import psycopg  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from accounts.models import User  # noqa: E402
from core import clock  # noqa: E402
from notifications import kinds  # noqa: E402
from notifications.kinds import Message, NotificationKind, Priority, Timing  # noqa: E402
from notifications.models import Notification  # noqa: E402
from notifications.services import notify  # noqa: E402
from notifications.tasks import deliver_new_notifications  # noqa: E402
from scoring.services import notify_of_scores  # noqa: E402
from tests.processes.draft_event_worker import send_json  # noqa: E402

from . import scoring_worker  # noqa: E402

URGENT = NotificationKind("bench_turn", "Your turn", timing=Timing.AT_ONCE, priority=Priority.URGENT)
TURN = Message(URGENT, "turn", title="Your turn", body="Pick until the clock runs out.")

# A user for each constructor of the race.
OWNERS = """
INSERT INTO accounts_user (
    username, password, email, is_superuser, is_staff, is_active, first_name, last_name, date_joined, display_name,
    time_zone, bio, discoverable, found_by_name, found_by_email, pick_links, pick_links_version, credentials_version,
    username_key, username_skeleton, language {more}
)
SELECT 'player-' || id, '', 'player-' || id || '@example.org', false, false, true, '', '', now(), '', 'UTC', '', true,
       true, false, true, 0, 0, 'player-' || id, 'player-' || id, '' {defaults}
FROM constructors_constructor;
UPDATE constructors_constructor AS constructor SET owner_id = player.id
FROM accounts_user AS player WHERE player.username = 'player-' || constructor.id
"""
BY_HAND = """
INSERT INTO notifications_notification
    (user_id, league_id, key, "group", params, kind, message, priority, is_in_app, created_at)
SELECT constructor.owner_id, draft.league_id, 'race-scored:' || draft.id, 'results:' || draft.race_id,
       jsonb_build_object(
           'league_id', draft.league_id, 'league', league.name, 'race_id', race.id, 'race', race.name,
           'points', score.points::text, 'rank', score.rank, 'season_points', season.points::text,
           'season_rank', season.rank, 'season_rank_before', score.season_rank_before,
           'best_points', best.points::text, 'best_driver', best.driver
       ),
       'race_scored', 'race_points', 2, true, now()
FROM drafts_draft AS draft
JOIN leagues_league AS league ON league.id = draft.league_id
JOIN races_race AS race ON race.id = draft.race_id
JOIN scoring_racescore AS score ON score.draft_id = draft.id
JOIN constructors_constructor AS constructor ON constructor.id = score.constructor_id
JOIN scoring_seasonscore AS season ON season.constructor_id = constructor.id
JOIN (
    SELECT DISTINCT ON (slot.draft_id, slot.constructor_id) slot.draft_id, slot.constructor_id, points.points,
           driver.given_name || ' ' || driver.family_name AS driver
    FROM drafts_slot AS slot
    JOIN drafts_pick AS pick ON pick.slot_id = slot.id
    JOIN races_entry AS entry ON entry.id = pick.entry_id
    JOIN races_driver AS driver ON driver.id = entry.driver_id
    JOIN scoring_pickscore AS points ON points.pick_id = pick.id
    ORDER BY slot.draft_id, slot.constructor_id, points.points DESC, slot.number
) AS best ON best.draft_id = draft.id AND best.constructor_id = constructor.id
WHERE draft.state = 'scored'
"""
RESET = """
TRUNCATE notifications_notification CASCADE;
UPDATE scoring_draftscoring SET notified_at = NULL
"""
ROWS = """
SELECT count(*), md5(string_agg(user_id || key || "group" || params::text, '|' ORDER BY user_id))
FROM notifications_notification
"""


def reset() -> int:
    scoring_worker.run(RESET)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
    return 0


def ours() -> float:
    began = time.perf_counter()
    while notify_of_scores(now=clock.now()):
        pass
    return time.perf_counter() - began


def floor() -> float:
    with psycopg.connect(os.environ["DATABASE_URL"]) as own:
        began = time.perf_counter()
        own.execute(BY_HAND)
        own.execute("UPDATE scoring_draftscoring SET notified_at = now()")
        own.commit()
        return time.perf_counter() - began


def rows() -> Any:
    with psycopg.connect(os.environ["DATABASE_URL"]) as own:
        return own.execute(ROWS).fetchone()


def turn(port: str) -> float:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.HAS_MAIL_SERVER, settings.EMAIL_HOST, settings.EMAIL_PORT = True, "127.0.0.1", int(port)
    player, now = User.objects.latest("pk"), clock.now()
    began = time.perf_counter()
    notify(users=[player], message=TURN, key=f"turn:{now.isoformat()}", now=now)
    deliver_new_notifications()
    took = time.perf_counter() - began
    sent = Notification.objects.filter(kind=URGENT.name).latest("pk").deliveries.get(channel="email")
    assert sent.state == "sent", "the e-mail waits behind the others"
    return took


def main() -> None:
    kinds.register(TURN)
    leagues = int(sys.argv[1])
    race = scoring_worker.set_up([leagues])[str(leagues)]
    scoring_worker.run(OWNERS.format(more="", defaults=""))
    scoring_worker.reset(race)
    scoring_worker.ours(race)
    send_json(leagues)
    commands: dict[str, Callable[..., Any]] = {"reset": reset, "ours": ours, "floor": floor, "rows": rows, "turn": turn}
    for line in sys.stdin:
        name, *arguments = line.split()
        send_json(commands[name](*arguments))


if __name__ == "__main__":
    main()
