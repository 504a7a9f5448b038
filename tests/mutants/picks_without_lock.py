"""A mutant of the pick that does not lock the draft: concurrent picks read the same state of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from drafts.models import Draft
from drafts.services import picks


def _unlocked_draft(*, league: int, race: int) -> Draft:
    drafts = Draft.objects.not_void().with_webhooks().select_related("settings", "league", "race")
    draft = drafts.filter(league=league, race=race).order_by("pk").first()
    assert draft is not None, "the test has one"
    return draft


@contextmanager
def picks_without_lock() -> Iterator[None]:
    with patch.object(picks, "locked_draft", _unlocked_draft):
        yield
