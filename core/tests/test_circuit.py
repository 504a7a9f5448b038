"""The circuit breaker: after a failure, and until the server works again, one caller at a time tries it."""

import threading

import pytest

from core.circuit import Circuit

COOLDOWN = 2.0


@pytest.fixture
def clock(monkeypatch) -> list[float]:
    """A monotonic clock that the test advances."""
    now = [100.0]
    monkeypatch.setattr("core.circuit.time.monotonic", lambda: now[0])
    return now


def allowed_of(circuit: Circuit, threads: int) -> int:
    """Ask in that many threads at once; returns how many of them may call the server."""
    barrier, answers = threading.Barrier(threads), []

    def ask() -> None:
        barrier.wait()
        answers.append(circuit.allows_call())

    running = [threading.Thread(target=ask) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return sum(answers)


def test_everyone_calls_a_server_that_works():
    circuit = Circuit(COOLDOWN)
    circuit.record_success()
    assert allowed_of(circuit, 8) == 8


def test_nobody_calls_during_the_cooldown(clock):
    circuit = Circuit(COOLDOWN)
    circuit.record_failure()
    clock[0] += COOLDOWN - 0.1
    assert allowed_of(circuit, 8) == 0


def test_after_the_cooldown_one_of_eight_threads_tries(clock):
    circuit = Circuit(COOLDOWN)
    circuit.record_failure()
    for _ in range(50):
        clock[0] += COOLDOWN
        assert allowed_of(circuit, 8) == 1
        circuit.record_failure()


def test_a_caller_that_never_reports_does_not_keep_the_others_away(clock):
    circuit = Circuit(COOLDOWN)
    circuit.record_failure()
    clock[0] += COOLDOWN
    assert circuit.allows_call()
    clock[0] += COOLDOWN
    assert circuit.allows_call()


def test_a_success_lets_everyone_in_again(clock):
    circuit = Circuit(COOLDOWN)
    circuit.record_failure()
    clock[0] += COOLDOWN
    assert circuit.allows_call()
    circuit.record_success()
    assert allowed_of(circuit, 8) == 8
