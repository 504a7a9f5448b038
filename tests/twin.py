"""The streams' twin without the check for gaps: `python -m tests.twin`.

It follows as usual, but whoever comes (back) hears only what happens from now on: nobody compares the number that he
has with the number of the latest event, and nothing is read again from the rows. That is publish and subscribe alone.
"""

import asyncio
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fantasyf1.settings")
django.setup()

from fantasyf1 import processes  # noqa: E402
from fantasyf1.kit.live.room import Room  # noqa: E402
from fantasyf1.kit.live.stream import Stream  # noqa: E402


def offer_nothing(room: Room, stream: Stream) -> None:
    stream.seq = room.last


if __name__ == "__main__":
    Room.offer = offer_nothing  # type: ignore[method-assign, assignment]
    asyncio.run(processes._serve("127.0.0.1", int(os.environ["PORT"])))
