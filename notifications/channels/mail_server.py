"""The connection to the mail server, and what its answers mean for the outbox."""

import smtplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from . import ChannelDownError, Send, SendError

# Replies from 500 on are permanent: the same e-mail will be refused again (RFC 5321, 4.2.1).
PERMANENT = 500


def status_line() -> str:
    """Whether e-mail leaves the site, and by which server, for the operator."""
    if settings.HAS_MAIL_SERVER:
        return f"E-mail leaves by {settings.EMAIL_HOST}:{settings.EMAIL_PORT}, from {settings.DEFAULT_FROM_EMAIL}."
    return "No e-mail leaves this site. To send e-mail, set EMAIL_URL."


@contextmanager
def connect() -> Iterator[Send[EmailMessage]]:
    """A context with a function that sends one e-mail, over one connection.

    Entering it raises `ChannelDownError` if the server does not answer or sign us in; the function raises `SendError`,
    or `ChannelDownError` if the connection cannot be opened again.
    """
    connection = get_connection()
    _open(connection)
    try:
        yield lambda email, mark_handed_over: send(email, connection, mark_handed_over)
    finally:
        _close(connection)


def send(email: EmailMessage, connection: BaseEmailBackend, mark_handed_over: Callable[[], None]) -> None:
    # After an error, the connection is closed: open it again before anything is handed over.
    _open(connection)
    mark_handed_over()
    email.connection = connection
    try:
        email.send()
    except smtplib.SMTPRecipientsRefused as error:
        code = max((code for code, _ in error.recipients.values()), default=PERMANENT)
        raise SendError(f"The mail server refused the address ({code}).", is_permanent=code >= PERMANENT) from error
    except smtplib.SMTPResponseException as error:
        reason = f"The mail server refused the e-mail ({error.smtp_code})."
        raise SendError(reason, is_permanent=error.smtp_code >= PERMANENT) from error
    except (smtplib.SMTPException, OSError) as error:
        # The connection broke, maybe after the server had accepted the e-mail.
        _close(connection)
        raise SendError(_reason(error), may_have_arrived=True) from error


def _open(connection: BaseEmailBackend) -> None:
    try:
        connection.open()
    except (smtplib.SMTPException, OSError) as error:
        raise ChannelDownError(_reason(error)) from error


def _close(connection: BaseEmailBackend) -> None:
    # An error leaves it closed, too.
    with suppress(smtplib.SMTPException, OSError):
        connection.close()


def _reason(error: Exception) -> str:
    return f"The mail server did not answer ({type(error).__name__})."
