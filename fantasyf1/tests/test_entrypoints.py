"""Shutdown of a process on SIGTERM."""

import subprocess
import sys

# The pipe that tells the event loop of signals is full when the signal arrives, as when thousands of streams close.
BUSY = """
import asyncio, os, signal
from contextlib import suppress
from fantasyf1.ops.entrypoints import stop_on_sigterm

async def main():
    stopped = asyncio.Event()
    stop_on_sigterm(asyncio.get_running_loop(), stopped.set)
    pipe = signal.set_wakeup_fd(-1)
    signal.set_wakeup_fd(pipe, warn_on_full_buffer=False)
    with suppress(BlockingIOError):
        while True:
            os.write(pipe, bytes(4096))
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(stopped.wait(), 10)

asyncio.run(main())
"""


def test_it_stops_although_the_event_loop_misses_the_signal():
    subprocess.run([sys.executable, "-c", BUSY], check=True, timeout=120)
