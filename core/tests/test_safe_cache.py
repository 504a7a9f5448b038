"""A cache that fails is left alone for the cooldown, except by calls that must reach it."""

import pytest

from core.cache.safe_cache import call_or_none


@pytest.fixture
def calls() -> list[str]:
    return []


@pytest.fixture
def failing(calls: list[str]):
    def use() -> None:
        calls.append("tried")
        raise ConnectionError

    return use


def test_after_an_error_the_cache_is_not_used_during_the_cooldown(calls, failing):
    assert call_or_none(failing, "key") is None
    assert call_or_none(failing, "key") is None
    assert call_or_none(lambda: "value", "key") is None
    assert calls == ["tried"]


def test_an_invalidation_is_tried_even_during_the_cooldown(calls, failing):
    call_or_none(failing, "key")
    call_or_none(failing, "key", ignore_cooldown=True)
    assert calls == ["tried", "tried"]
    assert call_or_none(lambda: "value", "key", ignore_cooldown=True) == "value"
