"""Signals in a process whose event loop may be busy."""

import asyncio
import signal
from collections.abc import Callable


def call_on_signal(loop: asyncio.AbstractEventLoop, number: signal.Signals, function: Callable[[], None]) -> None:
    """Call `function` in the loop on a signal, perhaps twice, even if the loop is busy.

    While thousands of streams are closing, the pipe that tells the loop of signals is full, and a signal that does not
    fit is lost. So a signal handler calls the function as well.
    """
    loop.add_signal_handler(number, function)
    signal.signal(number, lambda number, frame: loop.call_soon_threadsafe(function))
