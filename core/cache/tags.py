"""Tag-based cache invalidation: a cached value is valid until one of its tags is invalidated.

A *tag* names something that can change: `league:7`, `user:5`. Redis holds a random version for each tag. A reader takes
the versions of all tags that a value depends on *before* it queries the database, and caches the value together with
them. The value is valid as long as all versions are the same. A writer that holds the row locks puts an "invalidating"
marker in place of its tags' versions, and deletes the marker after its commit:

- A value computed before the commit belongs to versions that are gone, however late it is written to the cache.
- While the marker exists, every reader queries the database and caches nothing.
- A reader that starts after the commit was acknowledged finds no version, creates one, and then queries the database.

Losing data in Redis is safe: if it was flushed there are no versions; if it is down, readers query the database. A
version expires after a few seconds, so that even a write from a process that could not reach Redis, while others could,
becomes visible within that time (docs/decisions/0012-tag-based-cache-invalidation.md).

Without Redis nothing is cached: in an embedded installation the database is in the same process.
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

from core import metrics

from . import safe_cache

logger = logging.getLogger(__name__)

# The lifetime of a tag version: the longest that a write stays unseen if its process could not reach Redis.
TTL_SECONDS = 15
# The marker of a process that died expires after this long, which is longer than any transaction.
INVALIDATION_TTL_SECONDS = 300
# The first character of an invalidation marker; a version begins with a letter or a digit.
INVALIDATING_PREFIX = "!"
BATCH_SIZE = 1000

# KEYS: the prefix of all keys. ARGV: the tags, separated by spaces; a new version; the key of the value.
# Creates missing versions. Returns two lines: the versions, empty while one of the tags is being invalidated, and the
# value, if it was cached under exactly these versions. A key that is not a string counts as missing. A single string
# is parsed faster than a list, and the keys are built here because packing them takes long as well.
GET_SCRIPT = f"""
local prefix = KEYS[1]
local versions = ''
for tag in string.gmatch(ARGV[1], '%S+') do
  local key = prefix .. 'tag:' .. tag
  local version = redis.pcall('GET', key)
  if type(version) ~= 'string' then
    version = ARGV[2]
    redis.call('SET', key, version, 'EX', {TTL_SECONDS})
  elseif string.sub(version, 1, 1) == '{INVALIDATING_PREFIX}' then
    return ''
  end
  versions = versions .. version .. ' '
end
local value = redis.pcall('GET', prefix .. ARGV[3])
if type(value) ~= 'string' or string.sub(value, 1, #versions) ~= versions then
  return versions
end
value = string.sub(value, #versions + 1)
"""
_get_script = Script(Redis(), GET_SCRIPT + r"return versions .. '\n' .. value")
# KEYS: tags. ARGV: the marker, its lifetime in seconds.
_begin_invalidation_script = Script(
    Redis(), "for _, key in ipairs(KEYS) do redis.call('SET', key, ARGV[1], 'EX', ARGV[2]) end"
)
# KEYS: tags. ARGV: the marker. Keeps the marker of another writer, which came later and is not done. Deletes anything
# else, even a version: it was created because Redis had lost the marker.
_end_invalidation_script = Script(
    Redis(),
    """
    for _, key in ipairs(KEYS) do
      local current = redis.pcall('GET', key)
      if type(current) ~= 'string' or string.sub(current, 1, 1) ~= '!' or current == ARGV[1] then
        redis.call('DEL', key)
      end
    end
    """,
)


def get_or_compute(key: str, tags: Sequence[str], compute: Callable[[], Any]) -> Any:
    """Return the JSON value cached at `key`. On a miss, or after a change of one of the tags, call `compute`.

    None is not cached.
    """
    if not safe_cache.is_redis():
        return compute()
    versions, value = safe_cache.call_or_none(lambda: _get_decoded(key, tags), key) or (b"", None)
    metrics.record_cache_read(key, hit=value is not None)
    if value is None:
        value = compute()
        if versions and value is not None:
            safe_cache.call_or_none(lambda: set(key, versions, json.dumps(value)), key)
    return value


def _get_decoded(key: str, tags: Sequence[str]) -> tuple[bytes, Any]:
    versions, _, value = get(key, tags).partition(b"\n")
    return versions, json.loads(value) if value else None


def get(key: str, tags: Sequence[str]) -> bytes:
    """Return the tags' versions on the first line and the value, if it is valid, on the second.

    The first line is empty while one of the tags is being invalidated. Raises what the Redis client raises.
    """
    arguments = [" ".join(tags), new_tag_version(), key]
    found: bytes = _get_script([safe_cache.redis_key("")], arguments, client=safe_cache.redis_client())
    return found


def set(key: str, versions: bytes, value: str) -> None:
    """Cache a value that was computed after these versions were taken. Raises what the Redis client raises."""
    safe_cache.redis_client().set(safe_cache.redis_key(key), versions + value.encode(), ex=TTL_SECONDS)


def invalidate(*tags: str) -> None:
    """Invalidate every value with one of these tags. Call it inside the transaction that changes the data, once it
    holds the row locks: of two concurrent writers, the second one then sets its marker after the first one is done.

    If Redis cannot be reached, there is one attempt here and one after the commit, each limited by the Redis timeout.
    """
    if not tags or not safe_cache.is_redis():
        return
    marker = INVALIDATING_PREFIX + new_tag_version()
    _run(_begin_invalidation_script, tags, [marker, INVALIDATION_TTL_SECONDS])
    transaction.on_commit(partial(_run, _end_invalidation_script, tags, [marker]), robust=True)


def _run(script: Script, tags: Sequence[str], arguments: list[str | int]) -> None:
    """Run a script over all tags, even during the cooldown: other processes may reach Redis when this one cannot."""
    for start in range(0, len(tags), BATCH_SIZE):
        keys = [tag_key(tag) for tag in tags[start : start + BATCH_SIZE]]
        safe_cache.call_or_none(
            partial(script, keys, arguments, client=safe_cache.redis_client()), tags[start], ignore_cooldown=True
        )


def tag_key(tag: str) -> str:
    return safe_cache.redis_key(f"tag:{tag}")


def new_tag_version() -> str:
    return secrets.token_hex(8)
