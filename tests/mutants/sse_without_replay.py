"""A mutant of the live streams that does not check for gaps: `python -m tests.mutants.sse_without_replay`.

It follows as usual, but clients that connect or reconnect receive only new events: their last event number is not
compared with the number of the latest event, and nothing is read from the rows again. That is plain publish and
subscribe.
"""

import asyncio
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fantasyf1.settings")
django.setup()

from core.sse.connection import Connection  # noqa: E402
from core.sse.topic import Topic  # noqa: E402
from fantasyf1.ops import entrypoints  # noqa: E402


def skip_missed_events(room: Topic, stream: Connection) -> None:
    stream.seq = room.last_seq


if __name__ == "__main__":
    Topic.send_missed = skip_missed_events  # type: ignore[method-assign, assignment]
    asyncio.run(entrypoints._serve("127.0.0.1", int(os.environ["PORT"])))
