"""A real SMTP server for tests, which can refuse, break off, and be out of disk space."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class MailServer:
    """The e-mails that the server has accepted, and the answers that it gives next.

    An answer is a line such as "452 out of disk space", or one of: "drop after data" (accepts, and closes the
    connection before it says so), "drop before data". Without answers it accepts everything.
    """

    def __init__(self) -> None:
        self.accepted: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.answers: list[str] = []
        self.refused_recipients: dict[str, str] = {}
        self.port = 0

    async def handle_RCPT(  # noqa: N802 - aiosmtpd names it so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused_recipients:
            return self.refused_recipients[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer == "drop before data":
            _close(server)
            return "421 Closing"
        if answer.startswith("250") or answer == "drop after data":
            self._accept(envelope)
        if answer == "drop after data":
            _close(server)
            return "421 Closing"
        return answer

    def _accept(self, envelope: Envelope) -> None:
        content = envelope.content
        assert isinstance(content, bytes)
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.accepted.append(message)
        self.recipients.extend(envelope.rcpt_tos)


class _Controller(Controller):
    """Listens on a socket that is bound already, so that nobody else can take its port."""

    def __init__(self, listening: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._listening = listening

    def _create_server(self) -> Any:
        return self.loop.create_server(self._factory_invoker, sock=self._listening)


def _close(server: SMTP) -> None:
    transport: Any = server.transport
    transport.abort()


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Yield a mail server on a free port of the loopback interface."""
    handler = MailServer()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        handler.port = listening.getsockname()[1]
        controller = _Controller(listening, handler, hostname="127.0.0.1", port=handler.port)
        controller.start()
        try:
            yield handler
        finally:
            controller.stop()
