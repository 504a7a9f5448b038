"""Brings `.venv` up to date with a lock file, then becomes that environment's Python: environment.py LOCK ARGUMENTS...

Runs on the system's Python with nothing installed, so it uses the standard library alone. A mark in the environment
tells which lock file is installed; another mark stands while an installation is going on, so that an environment whose
installation was interrupted is made anew.
"""

import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
UNFINISHED = ENVIRONMENT / ".installing"


def main(lock: str, arguments: list[str]) -> None:
    # Without a handler SIGTERM would end this process and leave pip running.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    with (ROOT / ".venv.lock").open("w") as alone:
        fcntl.flock(alone, fcntl.LOCK_EX)
        bring_up_to_date(ROOT / lock)
    os.chdir(ROOT)
    os.execv(PYTHON, [str(PYTHON), *arguments])  # noqa: S606 - exactly what is wanted


def bring_up_to_date(lock: Path) -> None:
    """Install what `lock` lists, unless that is what is installed."""
    mark = ENVIRONMENT / f".{lock.name}.sha256"
    wanted = f"{hashlib.sha256(lock.read_bytes()).hexdigest()} {ENVIRONMENT}"
    if UNFINISHED.exists() or not is_usable():
        make()
    if mark.exists() and mark.read_text() == wanted:
        return
    print(f"Installing the packages of {lock.name} into .venv (only when they change).", flush=True)
    UNFINISHED.touch()
    pip = [str(PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--require-hashes"]
    if run([*pip, "-r", str(lock)]) != 0:
        sys.exit("Fantasy F1 cannot start: the packages could not be installed; pip says why above.")
    mark.write_text(wanted)
    UNFINISHED.unlink()


def is_usable() -> bool:
    """Whether the environment has a Python that is new enough, stands where it was made, and has pip."""
    check = "import pip, sys; sys.exit(sys.version_info < (3, 11))"
    with suppress(OSError):
        return subprocess.run([PYTHON, "-c", check], stderr=subprocess.DEVNULL).returncode == 0
    return False


def make() -> None:
    """Make the environment, from nothing; it counts as unfinished until its packages are in it."""
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    ENVIRONMENT.mkdir()
    UNFINISHED.touch()
    if run([sys.executable, "-m", "venv", str(ENVIRONMENT)]) != 0:
        sys.exit("Fantasy F1 cannot start: Python could not make the environment .venv; it says why above.")


def run(command: list[str]) -> int:
    """Run a command and return its exit status. It ends with this process, together with all that it started."""
    process = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
    try:
        return process.wait()
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


if __name__ == "__main__":
    try:
        main(sys.argv[1], sys.argv[2:])
    except KeyboardInterrupt:
        sys.exit(130)
