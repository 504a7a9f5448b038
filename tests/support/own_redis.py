"""A private Redis that tests can stop, pause, empty and corrupt, and restart on the same port."""

import os
import signal
import subprocess
import time
from contextlib import suppress

import redis

from tests.test_supervisor import free_port, wait_until


class OwnRedis:
    """Runs the same program as the Redis of the test run."""

    def __init__(self) -> None:
        with redis.Redis.from_url(os.environ["REDIS_URL"]) as running:
            self.program = str(running.info("server")["executable"])
        self.port = free_port()
        self.client = redis.Redis(port=self.port, db=1, socket_timeout=5)
        self.start()

    def start(self) -> None:
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen([self.program, *options], stdout=subprocess.DEVNULL)
        wait_until(self._answers)

    def _answers(self) -> bool:
        with suppress(redis.ConnectionError):
            return bool(self.client.ping())
        return False

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    # -- faults ------------------------------------------------------------------------------------------------------

    def stop(self, seconds: float) -> None:
        self.kill()
        time.sleep(seconds)
        self.start()

    def pause(self, seconds: float) -> None:
        self.freeze()
        time.sleep(seconds)
        self.thaw()

    def flush(self, seconds: float) -> None:
        """Empty it again and again."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.client.flushall()
            time.sleep(0.05)

    def corrupt(self, seconds: float) -> None:
        """Replace every value with one of an unexpected type, again and again."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for key in self.client.keys("*"):
                self.client.pipeline().delete(key).rpush(key, "another type").execute()
            time.sleep(0.05)

    def freeze(self) -> None:
        """From now on it accepts connections and does not respond."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def fill(self) -> None:
        """From now on it refuses every write, as a broker does whose memory is full."""
        self.client.config_set("maxmemory", 1)

    def empty(self) -> None:
        self.client.config_set("maxmemory", 0)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGCONT)
        self.process.kill()
        self.process.wait(10)
