"""Installs a lock file into `.venv`, then executes that environment's Python: environment.py LOCK ARGUMENTS...

Runs on the system's Python and uses only the standard library. A marker file in the environment records which lock file
is installed. Another one exists during an installation, so that an interrupted one is detected and starts over.
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
    with (ROOT / ".venv.lock").open("w") as lock_file:
        fcntl.flock(lock_file, fcntl.LOCK_EX)
        bring_up_to_date(ROOT / lock)
    os.chdir(ROOT)
    os.execv(PYTHON, [str(PYTHON), *arguments])  # noqa: S606 - no shell is intended


def bring_up_to_date(lock: Path) -> None:
    """Install the packages in `lock`, unless they are installed."""
    marker = ENVIRONMENT / f".{lock.name}.sha256"
    expected = f"{hashlib.sha256(lock.read_bytes()).hexdigest()} {ENVIRONMENT}"
    if UNFINISHED.exists() or not is_usable():
        create_environment()
    if marker.exists() and marker.read_text() == expected:
        return
    print(f"Installing the packages of {lock.name} into .venv (only when they change).", flush=True)
    UNFINISHED.touch()
    pip = [str(PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--require-hashes"]
    if lock.stem.endswith("-dev"):
        pip.append("--no-compile")  # a test run keeps its bytecode elsewhere (script/suite.py)
    if run([*pip, "-r", str(lock)]) != 0:
        sys.exit("Fantasy F1 cannot start: the packages could not be installed. See the output of pip above.")
    marker.write_text(expected)
    UNFINISHED.unlink()


def is_usable() -> bool:
    """Whether the environment has a recent Python with pip and has not been moved."""
    check = "import pip, sys; sys.exit(sys.version_info < (3, 11))"
    with suppress(OSError):
        return subprocess.run([PYTHON, "-c", check], stderr=subprocess.DEVNULL).returncode == 0
    return False


def create_environment() -> None:
    """Create the environment from scratch. It counts as unfinished until its packages are installed."""
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    ENVIRONMENT.mkdir()
    UNFINISHED.touch()
    if run([sys.executable, "-m", "venv", str(ENVIRONMENT)]) != 0:
        sys.exit("Fantasy F1 cannot start: Python could not create the environment .venv. See its output above.")


def run(command: list[str]) -> int:
    """Run a command and return its exit status. Its process group is killed if this process exits first."""
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
