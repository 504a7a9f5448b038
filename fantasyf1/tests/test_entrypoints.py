"""Shutdown of a process on a signal."""

import subprocess
import sys

# The pipe that tells the event loop of signals is full when the signal arrives, as when thousands of streams close.
BUSY = """
import asyncio, os, signal
from contextlib import suppress
from fantasyf1.process_signals import call_on_signal

async def main():
    stopped = asyncio.Event()
    call_on_signal(asyncio.get_running_loop(), signal.SIGTERM, stopped.set)
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
