"""Tag-based cache invalidation: every order of reading, invalidating and writing the cache."""

import pytest
from django.db import transaction

from core.cache import safe_cache, tags

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

TAGS = ["league:7", "user:5"]


@pytest.fixture
def world():
    return {"value": 1, "queries": 0}


def read(world, key="table"):
    def query():
        world["queries"] += 1
        return world["value"]

    return tags.get_or_compute(key, TAGS, query)


def current_versions():
    return tags.get("table", TAGS).partition(b"\n")[0]


def test_a_value_is_cached(world):
    assert [read(world), read(world), read(world)] == [1, 1, 1]
    assert world["queries"] == 1


def test_invalidating_one_of_its_tags_drops_a_value(world):
    for tag in TAGS:
        read(world)
        world["value"] += 1
        tags.invalidate(tag)
        assert read(world) == world["value"]


def test_invalidating_another_tag_keeps_a_value(world):
    read(world)
    tags.invalidate("league:8")
    assert (read(world), world["queries"]) == (1, 1)


def test_none_is_cached_too(world):
    world["value"] = None
    assert [read(world), read(world)] == [None, None]
    assert world["queries"] == 2


def test_a_value_computed_before_and_stored_after_an_invalidation_is_not_used(world):
    versions = current_versions()
    tags.invalidate("league:7")
    tags.set("table", versions, "0")
    assert read(world) == 1


def test_during_an_invalidation_nothing_is_cached(world):
    read(world)
    with transaction.atomic():
        tags.invalidate("league:7")
        assert current_versions() == b""
        assert [read(world), read(world)] == [1, 1]
        assert world["queries"] == 3
    world["value"] = 2
    assert [read(world), read(world), world["queries"]] == [2, 2, 4]


def test_a_committed_transaction_keeps_the_marker_of_a_later_one(world):
    with transaction.atomic():
        tags.invalidate("league:7")
        second = tags.INVALIDATING_PREFIX + "second"
        safe_cache.redis_client().set(tags.tag_key("league:7"), second)
    assert safe_cache.redis_client().get(tags.tag_key("league:7")) == second.encode()
    assert current_versions() == b""


def test_a_version_created_after_a_lost_marker_is_dropped_on_commit(world):
    with transaction.atomic():
        tags.invalidate("league:7")
        for key in safe_cache.redis_client().keys(safe_cache.redis_key("*")):
            safe_cache.redis_client().delete(key)
        read(world)
        world["value"] = 2
    assert read(world) == 2


def test_after_a_rollback_nothing_is_cached_until_the_marker_expires(world):
    with transaction.atomic():
        tags.invalidate("league:7")
        transaction.set_rollback(True)
    assert [read(world), read(world), world["queries"]] == [1, 1, 2]
    assert 0 < safe_cache.redis_client().ttl(tags.tag_key("league:7")) <= tags.INVALIDATION_TTL_SECONDS


def test_reading_a_version_does_not_extend_its_lifetime(world):
    read(world)
    safe_cache.redis_client().expire(tags.tag_key("league:7"), 3)
    read(world)
    assert safe_cache.redis_client().ttl(tags.tag_key("league:7")) <= 3


def test_a_key_of_another_type_is_overwritten(world):
    for key in (*map(tags.tag_key, TAGS), safe_cache.redis_key("table")):
        safe_cache.redis_client().rpush(key, "x")
    assert [read(world), read(world), world["queries"]] == [1, 1, 1]


def test_thousands_of_tags_are_invalidated_at_once(world):
    many = [f"league:{number}" for number in range(2500)]
    with transaction.atomic():
        tags.invalidate(*many)
        assert (safe_cache.redis_client().get(tags.tag_key("league:2499")) or b"").startswith(b"!")
    assert safe_cache.redis_client().exists(*map(tags.tag_key, many)) == 0
