"""The rankings that scoring registers: once per process, and not at all without scoring."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from drafts import rankings
from scoring.selectors import default_ranking, standings_order


def test_scoring_registers_its_rankings_at_start():
    assert rankings.registered() == rankings.Rankings(standings_order, default_ranking)


def test_they_are_registered_once():
    with pytest.raises(ImproperlyConfigured, match="already registered"):
        rankings.register(rankings.registered())


def test_without_scoring_nothing_is_registered(monkeypatch):
    monkeypatch.setattr(rankings, "_registered", None)
    with pytest.raises(ImproperlyConfigured, match="is scoring in INSTALLED_APPS"):
        rankings.registered()
