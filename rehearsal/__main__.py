"""The command line of the rehearsal. The exit status is 1 if a goal was missed.

The goals: no acknowledged pick is lost and none counts twice. Each fault is over within 10 seconds. No request fails,
except for those in flight when a process was killed, and those sent while the database was away.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rehearsal.clients import Clients, Drafts, Ledger, Site
from rehearsal.compose import ROOT
from rehearsal.drill import Drill, Outcome, as_line, as_table, hold_to_goal
from rehearsal.faults import Fault, all_faults
from rehearsal.installation import Installation


class Game:
    """The process that creates players and leagues (`rehearsal.game`)."""

    def __init__(self, installation: Installation) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "rehearsal.game"],
            cwd=ROOT,
            env=installation.site_environment() | {"DJANGO_SETTINGS_MODULE": "fantasyf1.settings"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.players: dict[str, Any] = self._answer()

    def make_leagues(self, count: int) -> list[dict[str, Any]]:
        assert self._process.stdin
        self._process.stdin.write(f"{count}\n")
        self._process.stdin.flush()
        leagues: list[dict[str, Any]] = self._answer()
        return leagues

    def _answer(self) -> Any:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("The process that creates the leagues has ended.")
        return json.loads(line)

    def close(self) -> None:
        self._process.communicate()


@contextmanager
def running(logs: Path) -> Iterator[Installation]:
    """An installation in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="fantasyf1-rehearsal-") as folder:
        installation = Installation(Path(folder), logs)
        try:
            installation.start()
            yield installation
        finally:
            installation.stop()


def rehearse(installation: Installation, is_chosen: Callable[[Fault], bool]) -> list[Outcome]:
    """Provoke the chosen faults in turn while the clients play; prints each outcome as it is known."""
    game, ledger, drafts = Game(installation), Ledger(), Drafts()
    site = Site(installation.url, installation.tls(), game.players)
    clients = Clients(site, ledger, drafts, installation.connect_to_database)
    drill = Drill(installation, ledger, drafts, game.make_leagues)
    outcomes = []
    try:
        drill.warm_up(clients.start)
        for fault in filter(is_chosen, all_faults(installation, ledger.wait_for_pick)):
            outcomes.append(drill.run(fault))
            print(as_line(outcomes[-1]), *outcomes[-1].failures, sep="\n    ", flush=True)
    finally:
        clients.stop()
        game.close()
    print(f"\n{len(ledger.picks)} picks were acknowledged, {ledger.replayed} of them to a request sent again.")
    return outcomes


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="script/rehearse", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="only a few faults")
    parser.add_argument("--any-duration", action="store_true", help="let a fault take longer, as on a busy machine")
    parser.add_argument("--only", metavar="TEXT", default="", help="only the faults whose names contain this")
    parser.add_argument("--logs", type=Path, default=ROOT / "build/rehearsal", help="the folder for the logs")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    with running(options.logs) as installation:
        print(f"All services are up. Load: {os.getloadavg()[0]:.1f}. Logs: {options.logs}", flush=True)
        outcomes = rehearse(
            installation, lambda fault: options.only in fault.name and (fault.is_quick or not options.quick)
        )
    if not outcomes:
        sys.exit("No fault has a name that contains this.")
    if not options.any_duration:
        hold_to_goal(outcomes)
    print(f"\n{as_table(outcomes)}")
    return 1 if any(outcome.failures for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
