"""Celery tasks of accounts: one service call each. A task may run twice, or not at all."""

from celery import shared_task

from core import clock

from . import services


@shared_task
def delete_expired_token_families() -> int:
    """Beat: delete token families whose last token has expired."""
    return services.delete_expired_token_families(now=clock.now())


@shared_task
def delete_expired_sessions() -> int:
    """Beat: delete expired sessions."""
    return services.delete_expired_sessions()


@shared_task
def delete_expired_account_invitations() -> int:
    """Beat: delete invitations to the site that nobody used and that expired 90 days ago."""
    return services.delete_expired_account_invitations(now=clock.now())


@shared_task
def delete_old_email_changes() -> int:
    """Beat: delete changes of e-mail addresses that can no longer be undone."""
    return services.delete_old_email_changes(now=clock.now())
