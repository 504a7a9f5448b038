"""The check_pulse command, the health check of worker and beat: were the clocks swept recently?"""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from drafts.services import expire_due_turns
from tests.support.cast import DRAFTING_AT

pytestmark = pytest.mark.django_db


def test_the_check_fails_before_the_first_sweep():
    with pytest.raises(CommandError, match="never been checked"):
        call_command("check_pulse")


@pytest.mark.parametrize("seconds", [0, 60])
def test_the_check_passes_after_a_recent_sweep(at, seconds):
    expire_due_turns(now=DRAFTING_AT)
    at(DRAFTING_AT + timedelta(seconds=seconds))
    out = StringIO()
    call_command("check_pulse", "--seconds", "60", stdout=out)
    assert f"{seconds} seconds ago" in out.getvalue()


def test_the_check_fails_if_the_last_sweep_is_old(at):
    expire_due_turns(now=DRAFTING_AT)
    at(DRAFTING_AT + timedelta(seconds=121))
    with pytest.raises(CommandError, match="121 seconds ago"):
        call_command("check_pulse")
