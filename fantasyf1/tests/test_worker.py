"""A worker process: hanging tasks end it, and it notices that it takes no messages."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from celery import signals
from django.conf import settings
from kombu import Connection, Producer
from kombu.exceptions import OperationalError
from redis.exceptions import ResponseError

from fantasyf1.celery import app
from fantasyf1.ops import worker as module
from fantasyf1.ops.heartbeats import trouble_of
from fantasyf1.ops.watchdog import Watchdog, Work
from fantasyf1.ops.worker import DEAF_SECONDS, MAX_DEAF_SECONDS, QueueCheck
from tests.processes.hanging_worker import END, HANG
from tests.test_supervisor import clean_env, wait_until


class RunningWorker:
    """A worker process on a broker file of its own, with the tasks of `tests.processes.hanging_worker`."""

    def __init__(self, home: Path, name: str, **env: str) -> None:
        self.home, self.log = home, home / "log"
        self.broker = f"sqla+sqlite:///{home / 'broker.sqlite3'}"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.processes.hanging_worker", name],
                cwd=settings.BASE_DIR,
                env=clean_env(FANTASYF1_HOME=str(home), DJANGO_SETTINGS_MODULE="fantasyf1.settings", **env),
                stderr=log,
            )

    def send(self, task: str, queue: str) -> None:
        with Connection(self.broker) as connection, Producer(connection) as producer:
            app.send_task(task, (str(self.home),), producer=producer, queue=queue)

    def has_begun(self, task: str) -> bool:
        return (self.home / task).exists()


@pytest.fixture
def start(tmp_path) -> Iterator[Callable[..., RunningWorker]]:
    running: list[RunningWorker] = []

    def start(name: str, **env: str) -> RunningWorker:
        running.append(RunningWorker(tmp_path, name, **env))
        return running[-1]

    yield start
    for worker in running:
        worker.process.kill()
        worker.process.wait()


def test_hanging_tasks_end_the_process_so_that_it_is_started_again(start, tmp_path):
    worker = start("worker", TASK_SECONDS="2", WORKER_THREADS="2")
    for _ in range(2):
        worker.send(HANG, settings.DEFAULT_QUEUE)
    assert worker.process.wait(60) == 1
    (line, *_) = [line for line in worker.log.read_text().splitlines() if "worker is restarted" in line]
    assert "ERROR" in line
    assert f"{HANG} (" in line
    assert f"{HANG} (" in trouble_of(tmp_path, "worker")


@pytest.mark.parametrize(
    ("name", "own", "other"),
    [
        ("clock", settings.CLOCK_QUEUE, settings.DEFAULT_QUEUE),
        ("worker-without-clock", settings.DEFAULT_QUEUE, settings.CLOCK_QUEUE),
    ],
)
def test_a_hanging_task_of_one_queue_does_not_keep_the_other_waiting(start, name, own, other):
    worker = start(name, WORKER_THREADS="1")
    worker.send(HANG, other)
    worker.send(END, own)
    wait_until(lambda: worker.has_begun(END))
    assert not worker.has_begun(HANG)
    wait_until(lambda: not trouble_of(worker.home, name.removesuffix("-without-clock")))


@pytest.mark.parametrize("name", settings.CLOCK_TASKS)
def test_the_tasks_of_the_clock_have_their_own_queue(name):
    app.loader.import_default_modules()
    assert name in app.tasks
    assert app.amqp.router.route({}, name)["queue"].name == settings.CLOCK_QUEUE


@pytest.mark.parametrize(
    ("name", "queue"),
    [
        ("races.tasks.poll_results", settings.RESULTS_QUEUE),
        ("scoring.tasks.score_race", settings.RESULTS_QUEUE),
        ("scoring.tasks.notify_of_results", settings.NOTIFICATIONS_QUEUE),
        ("notifications.tasks.deliver_notifications", settings.NOTIFICATIONS_QUEUE),
        ("leagues.tasks.send_due_webhooks", settings.NOTIFICATIONS_QUEUE),
        ("notifications.tasks.delete_old_emails", settings.DEFAULT_QUEUE),
        ("scoring.tasks.verify_scores", settings.DEFAULT_QUEUE),
        ("fantasyf1.tasks.back_up_when_due", settings.DEFAULT_QUEUE),
    ],
)
def test_results_and_messages_do_not_wait_behind_clean_ups(name, queue):
    app.loader.import_default_modules()
    assert name in app.tasks
    assert app.amqp.router.route({}, name)["queue"].name == queue


# -- a consumer that takes no messages -------------------------------------------------------------------------------


class Broker:
    """A fake broker, its clock, and what the worker would be restarted for."""

    def __init__(self) -> None:
        self.waiting, self.now = 0, 1000.0
        self.restarts: list[str] = []


@pytest.fixture
def broker() -> Broker:
    return Broker()


@pytest.fixture
def watchdog(tmp_path, broker, monkeypatch) -> Watchdog:
    watchdog = Watchdog("worker", home=tmp_path, limit=600)
    monkeypatch.setattr(watchdog, "exit_because", broker.restarts.append)
    return watchdog


@pytest.fixture
def check(broker, watchdog, monkeypatch) -> QueueCheck:
    monkeypatch.setattr(QueueCheck, "_count_waiting", lambda check: broker.waiting)
    monkeypatch.setattr("fantasyf1.ops.worker.time.monotonic", lambda: broker.now)
    return QueueCheck(watchdog, [settings.DEFAULT_QUEUE])


def test_a_worker_that_takes_no_message_is_restarted(check, broker):
    broker.waiting = 3
    assert check() == ""
    broker.now += DEAF_SECONDS + 1
    assert check() == "3 messages wait, and none has been taken for 31 s."
    assert broker.restarts == []
    broker.now += MAX_DEAF_SECONDS
    check()
    assert broker.restarts == ["3 messages wait, and none has been taken for 151 s."]


def test_a_worker_that_takes_messages_slowly_is_not(check, broker, watchdog):
    broker.waiting = 3
    for _ in range(10):
        watchdog.begin("a task")
        watchdog.end()
        assert check() == ""
        broker.now += MAX_DEAF_SECONDS


def test_a_worker_whose_threads_are_busy_is_not(check, broker, watchdog):
    broker.waiting = 3
    for thread in range(settings.WORKER_THREADS):
        watchdog._working[thread] = Work("a long task", broker.now)
    for _ in range(10):
        assert check() == ""
        broker.now += MAX_DEAF_SECONDS
    assert broker.restarts == []


@pytest.mark.parametrize("error", [OperationalError, ResponseError])
def test_without_a_broker_the_worker_is_in_trouble_but_is_not_restarted(check, broker, monkeypatch, error):
    def fail(check: QueueCheck) -> int:
        raise error("Connection refused")

    monkeypatch.setattr(QueueCheck, "_count_waiting", fail)
    for _ in range(10):
        assert check() == "The broker does not work: Connection refused"
        broker.now += MAX_DEAF_SECONDS
    assert broker.restarts == []


@pytest.mark.skipif(not settings.BROKER_URL, reason="needs Redis: script/test brings one")
def test_it_counts_what_waits_in_its_queues(watchdog):
    with app.connection_for_write() as connection:
        for queue in ("counted", "counted-too", "another"):
            connection.SimpleQueue(queue).put({})
        try:
            assert QueueCheck(watchdog, ["counted", "counted-too"])._count_waiting() == 2
        finally:
            for queue in ("counted", "counted-too", "another"):
                connection.SimpleQueue(queue).clear()


def test_a_worker_that_has_not_connected_to_the_broker_is_not_healthy():
    check = module._ready_check()
    assert check() == "The worker does not take messages yet."
    signals.worker_ready.send(sender=None)
    assert check() == ""
