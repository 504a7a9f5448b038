"""Leagues for simulations and the demonstration."""

import pytest

from constructors.selectors import constructors_in
from scoring.services.simulation import _rename_bots
from tests.support.stories import with_bot

pytestmark = pytest.mark.django_db


def test_bots_can_get_each_others_names(league):
    names = [with_bot(league).name for _ in range(3)]
    _rename_bots(league, [*names[1:], names[0]])
    assert set(constructors_in(league).filter(is_bot=True).values_list("name", flat=True)) == set(names)
