"""The limits of a request's body, with clients that never send and with lines that are slow."""

import asyncio
from collections.abc import Callable, Sequence

import pytest

from core.sse.asgi import Message, Receive
from fantasyf1 import request_bodies
from fantasyf1.request_bodies import BodyReader, BodyRefusedError

CHUNKED = [(b"transfer-encoding", b"chunked")]


def scope(headers: Sequence[tuple[bytes, bytes]] = CHUNKED) -> Message:
    return {"type": "http", "method": "POST", "path": "/", "headers": headers}


def receive_parts(*parts: bytes, then: Callable[[], object] | None = None) -> Receive:
    """A client that sends these parts. If `then` is given, it calls that and sends nothing more."""
    waiting = list(parts)

    async def receive() -> Message:
        if not waiting:
            if then:
                then()
            await asyncio.Event().wait()
        return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting or then)}

    return receive


def refusal(reader: BodyReader, receive: Receive) -> int:
    with pytest.raises(BodyRefusedError) as refused:
        asyncio.run(reader.read(scope(), receive))
    return refused.value.status


def test_a_request_without_a_body_is_not_waited_for():
    assert asyncio.run(BodyReader().read(scope([]), receive_parts())) == b""


def test_parts_are_joined():
    assert asyncio.run(BodyReader().read(scope(), receive_parts(b"a", b"", b"bc"))) == b"abc"


def test_a_body_that_does_not_arrive_is_refused(monkeypatch):
    monkeypatch.setattr(request_bodies, "BODY_SECONDS", 0)
    assert refusal(BodyReader(), receive_parts(then=lambda: None)) == 408


class JumpingClock(asyncio.SelectorEventLoop):
    """An event loop whose clock can be set forward."""

    jumped = 0.0

    def time(self) -> float:
        return super().time() + self.jumped


@pytest.mark.parametrize(("size", "is_refused"), [(request_bodies.MIN_BYTES_PER_SECOND * 15, False), (1, True)])
def test_what_has_arrived_gives_a_slow_line_more_time(size, is_refused):
    loop = JumpingClock()

    async def receive() -> Message:
        if sent:
            loop.jumped = request_bodies.BODY_SECONDS + 5
            await asyncio.sleep(0.001)  # a deadline in the past takes effect here
        sent.append(size)
        return {"type": "http.request", "body": bytes(size), "more_body": len(sent) == 1}

    sent: list[int] = []
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        if is_refused:
            with pytest.raises(BodyRefusedError):
                runner.run(BodyReader().read(scope(), receive))
        else:
            assert len(runner.run(BodyReader().read(scope(), receive))) == 2 * size


def test_few_large_bodies_are_read_at_the_same_time(monkeypatch):
    monkeypatch.setattr(request_bodies, "MAX_LARGE_BODIES", 1)
    large, reader = b"a" * (request_bodies.LARGE_BODY_BYTES + 1), BodyReader()

    async def read_beside_a_large_one() -> list[bytes | BaseException]:
        has_slot = asyncio.Event()
        first = asyncio.create_task(reader.read(scope(), receive_parts(large, then=has_slot.set)))
        await has_slot.wait()
        bodies = [receive_parts(large, b""), receive_parts(b"small", b"")]
        responses = await asyncio.gather(*(reader.read(scope(), body) for body in bodies), return_exceptions=True)
        first.cancel()
        await asyncio.wait([first])
        return [*responses, await reader.read(scope(), receive_parts(large, b""))]

    refused, small, afterwards = asyncio.run(read_beside_a_large_one())
    assert isinstance(refused, BodyRefusedError)
    assert refused.status == 503
    assert (small, afterwards) == (b"small", large)
