"""Answers that are remembered until what they hang on changes.

A *stamp* is a small random mark in Redis for something that can change: `league:7`, `user:5`. Who asks the database
something takes the stamps of all that the answer hangs on *before* he asks, and remembers the answer together with
them. It counts for as long as all of them are the same. Who changes something puts a mark “is being changed” in the
place of its stamps once he holds its rows, and takes it away after his commit:

- An answer from before the commit hangs on stamps that are gone, whenever it was asked and however late it is written.
- While the mark is there, everybody asks the database and remembers nothing.
- Whoever comes after the commit was acknowledged finds no stamp, makes a new one, and asks the database after it.

Nothing has to be trusted: where Redis was emptied there are no stamps, where it is down the database is asked. A stamp
lives for a few seconds only, so that even a change whose process could not reach Redis, while others could, is seen
within that time (docs/decisions/0012-answers-hang-on-stamps.md).

Without Redis nothing is remembered: in an embedded installation the database is in the same process.
"""

import json
import logging
import secrets
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.db import transaction
from redis import Redis
from redis.commands.core import Script

from . import cache

logger = logging.getLogger(__name__)

# How long a stamp lives at most, and so how long a change may stay unseen whose process could not reach Redis.
SECONDS = 15
# A mark of a change whose process died is taken away after so long: longer than any transaction takes.
CHANGE_SECONDS = 300
# What a mark of a change begins with; a stamp begins with a letter or digit.
CHANGING = "!"
SLICE = 1000

# KEYS: what all keys begin with. ARGV: the names of the stamps with blanks between, a new stamp, the answer's key.
# Makes the stamps that are missing. Gives a text of two lines: the stamps, empty while one of them is being changed,
# and the answer, where it was remembered under exactly these. A key of another type than text counts as empty. One text
# is read faster than a list, and the keys are put together here because packing them takes long as well.
RECALL = f"""
local prefix = KEYS[1]
local together = ''
for name in string.gmatch(ARGV[1], '%S+') do
  local key = prefix .. 'stamp:' .. name
  local stamp = redis.pcall('GET', key)
  if type(stamp) ~= 'string' then
    stamp = ARGV[2]
    redis.call('SET', key, stamp, 'EX', {SECONDS})
  elseif string.sub(stamp, 1, 1) == '{CHANGING}' then
    return ''
  end
  together = together .. stamp .. ' '
end
local kept = redis.pcall('GET', prefix .. ARGV[3])
if type(kept) ~= 'string' or string.sub(kept, 1, #together) ~= together then
  return together
end
kept = string.sub(kept, #together + 1)
"""
_recall = Script(Redis(), RECALL + r"return together .. '\n' .. kept")
# KEYS: stamps. ARGV: the mark, its seconds.
_mark = Script(Redis(), "for _, key in ipairs(KEYS) do redis.call('SET', key, ARGV[1], 'EX', ARGV[2]) end")
# KEYS: stamps. ARGV: the mark. Leaves the mark of somebody else, who has come after and is not done. All else goes,
# even a stamp: it was made because Redis had lost the mark.
_unmark = Script(
    Redis(),
    """
    for _, key in ipairs(KEYS) do
      local there = redis.pcall('GET', key)
      if type(there) ~= 'string' or string.sub(there, 1, 1) ~= '!' or there == ARGV[1] then
        redis.call('DEL', key)
      end
    end
    """,
)


def remembered(answer: str, names: Sequence[str], ask: Callable[[], Any]) -> Any:
    """What `ask` returns, or returned when nothing that has one of these names had changed since: a JSON value.

    `answer` is the key that it is remembered under. None is not remembered.
    """
    if not cache.is_redis():
        return ask()
    stamps, value = cache.attempt(lambda: _recalled(answer, names), answer) or (b"", None)
    if value is None:
        value = ask()
        if stamps and value is not None:
            cache.attempt(lambda: remember(answer, stamps, json.dumps(value)), answer)
    return value


def _recalled(answer: str, names: Sequence[str]) -> tuple[bytes, Any]:
    stamps, _, found = recall(answer, names).partition(b"\n")
    return stamps, json.loads(found) if found else None


def recall(answer: str, names: Sequence[str]) -> bytes:
    """The stamps of these names in a line, empty while one of them is being changed, and the answer, if it counts, in
    the next. Raises what Redis raises."""
    arguments = [" ".join(names), new_stamp(), answer]
    found: bytes = _recall([cache.name_in_redis("")], arguments, client=cache.redis())
    return found


def remember(answer: str, stamps: bytes, value: str) -> None:
    """Keep an answer to what was asked after these stamps were taken. Raises what Redis raises."""
    cache.redis().set(cache.name_in_redis(answer), stamps + value.encode(), ex=SECONDS)


def change(*names: str) -> None:
    """Let nobody go on with what hangs on these names. To be called inside the transaction that changes it, when the
    rows are held, so that of two who change the same the second one marks after the first is done.

    A Redis that cannot be had is tried once, for no longer than its timeout, and once again after the commit.
    """
    if not names or not cache.is_redis():
        return
    mark = CHANGING + new_stamp()
    _run(_mark, names, [mark, CHANGE_SECONDS])
    transaction.on_commit(partial(_run, _unmark, names, [mark]), robust=True)


def _run(script: Script, names: Sequence[str], arguments: list[str | int]) -> None:
    """Run a script over all names. Others may reach Redis although this process could not just now, so it is tried in
    any case."""
    for start in range(0, len(names), SLICE):
        keys = [key_of(name) for name in names[start : start + SLICE]]
        cache.attempt(partial(script, keys, arguments, client=cache.redis()), names[start], is_urgent=True)


def key_of(name: str) -> str:
    return cache.name_in_redis(f"stamp:{name}")


def new_stamp() -> str:
    return secrets.token_hex(8)
