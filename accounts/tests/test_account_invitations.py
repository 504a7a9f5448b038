"""Invitations to the site that nobody used are deleted after a while."""

from datetime import timedelta

import pytest

from accounts.models import AccountInvitation
from accounts.services import delete_expired_account_invitations, invite
from tests.support.cast import FOUNDED_AT

pytestmark = pytest.mark.django_db


def test_expired_invitations_are_deleted_and_used_ones_are_kept(alice):
    used, unused = (invite(by=alice, email="", now=FOUNDED_AT) for _ in range(2))
    AccountInvitation.objects.filter(pk=used.pk).update(used_at=FOUNDED_AT)
    assert delete_expired_account_invitations(now=unused.expires_at + timedelta(days=90)) == 0
    assert delete_expired_account_invitations(now=unused.expires_at + timedelta(days=91)) == 1
    assert AccountInvitation.objects.get() == used
