"""Answers that hang on stamps: whatever comes between asking, changing and writing down."""

import pytest
from django.db import transaction

from fantasyf1.kit import cache, stamps

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

NAMES = ["league:7", "user:5"]


@pytest.fixture
def world():
    return {"truth": 1, "asked": 0}


def ask(world, answer="table"):
    def look():
        world["asked"] += 1
        return world["truth"]

    return stamps.remembered(answer, NAMES, look)


def taken():
    return stamps.recall("table", NAMES).partition(b"\n")[0]


def test_an_answer_is_remembered(world):
    assert [ask(world), ask(world), ask(world)] == [1, 1, 1]
    assert world["asked"] == 1


def test_a_change_of_one_of_the_names_ends_it(world):
    for name in NAMES:
        ask(world)
        world["truth"] += 1
        stamps.change(name)
        assert ask(world) == world["truth"]


def test_a_change_of_something_else_does_not(world):
    ask(world)
    stamps.change("league:8")
    assert (ask(world), world["asked"]) == (1, 1)


def test_nothing_is_remembered(world):
    world["truth"] = None
    assert [ask(world), ask(world)] == [None, None]
    assert world["asked"] == 2


def test_what_was_asked_before_a_change_and_is_written_down_after_it_does_not_count(world):
    before = taken()
    stamps.change("league:7")
    stamps.remember("table", before, "0")
    assert ask(world) == 1


def test_while_it_is_being_changed_everybody_asks_and_nothing_is_remembered(world):
    ask(world)
    with transaction.atomic():
        stamps.change("league:7")
        assert taken() == b""
        assert [ask(world), ask(world)] == [1, 1]
        assert world["asked"] == 3
    world["truth"] = 2
    assert [ask(world), ask(world), world["asked"]] == [2, 2, 4]


def test_who_is_done_leaves_the_mark_of_who_came_after_him(world):
    with transaction.atomic():
        stamps.change("league:7")
        second = stamps.CHANGING + "second"
        cache.redis().set(stamps.key_of("league:7"), second)
    assert cache.redis().get(stamps.key_of("league:7")) == second.encode()
    assert taken() == b""


def test_a_stamp_that_was_made_because_the_mark_was_lost_goes_after_the_commit(world):
    with transaction.atomic():
        stamps.change("league:7")
        for key in cache.redis().keys(cache.name_in_redis("*")):
            cache.redis().delete(key)
        ask(world)
        world["truth"] = 2
    assert ask(world) == 2


def test_after_a_change_that_was_rolled_back_everybody_asks_until_the_mark_is_old(world):
    with transaction.atomic():
        stamps.change("league:7")
        transaction.set_rollback(True)
    assert [ask(world), ask(world), world["asked"]] == [1, 1, 2]
    assert 0 < cache.redis().ttl(stamps.key_of("league:7")) <= stamps.CHANGE_SECONDS


def test_a_stamp_lives_for_a_few_seconds_however_often_it_is_read(world):
    ask(world)
    cache.redis().expire(stamps.key_of("league:7"), 3)
    ask(world)
    assert cache.redis().ttl(stamps.key_of("league:7")) <= 3


def test_what_has_another_type_is_written_over(world):
    for key in (*map(stamps.key_of, NAMES), cache.name_in_redis("table")):
        cache.redis().rpush(key, "x")
    assert [ask(world), ask(world), world["asked"]] == [1, 1, 1]


def test_thousands_are_marked_and_let_go(world):
    names = [f"league:{number}" for number in range(2500)]
    with transaction.atomic():
        stamps.change(*names)
        assert (cache.redis().get(stamps.key_of("league:2499")) or b"").startswith(b"!")
    assert cache.redis().exists(*map(stamps.key_of, names)) == 0
