"""A worker or clock process (the argument) with two more tasks: one that hangs, and one that ends at once.

They create a file named after them in the folder that they are given.
"""

import sys
import threading
from pathlib import Path

from fantasyf1.celery import app
from fantasyf1.ops.entrypoints import ENTRYPOINTS

HANG, END = "tests.tasks.hang", "tests.tasks.end"


@app.task(name=HANG)
def hang(folder: str) -> None:
    (Path(folder) / HANG).touch()
    threading.Event().wait()


@app.task(name=END)
def end(folder: str) -> None:
    (Path(folder) / END).touch()


if __name__ == "__main__":
    ENTRYPOINTS[sys.argv[1]]()
