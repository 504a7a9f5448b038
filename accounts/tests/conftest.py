"""Fixtures of several tests of accounts."""

import pytest

from tests.support.cast import FOUNDED_AT


@pytest.fixture
def low_limits(settings, at):
    """Few attempts to sign in, for the name and for the client address, at a time that stands still."""
    settings.SIGN_IN_TRIES_PER_NAME, settings.SIGN_IN_TRIES_PER_ADDRESS = 3, 6
    at(FOUNDED_AT)
