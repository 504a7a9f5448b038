"""The command line of the benchmarks: run one by name, and print a table or one JSON object.

The exit code is 1 when the report has failures.
"""

import argparse
import sys
from importlib import import_module

from .report import Report

# The name on the command line: the module that has `run`, and what --help says.
BENCHMARKS = {
    "browser": ("bench.browser", "league home and draft room in a browser: weight, paint, layout shift, a pick"),
    "clockfaults": (
        "bench.clock_faults",
        "how late turns run out while the broker or the clock's worker does not work",
    ),
    "leaderboard": (
        "bench.leaderboard",
        "a league's table by the API, in full and not modified, beside the least that can be done",
    ),
    "metrics": ("bench.metrics", "a league's front page and a pick with metrics, beside the same without"),
    "monday": ("bench.monday_opening", "200 drafts that open in the same second: pages, picks and streams meanwhile"),
    "notifications": ("bench.notifications", "100,000 players told their points, and “your turn” meanwhile"),
    "page": ("bench.page", "a league's front page, beside its template alone"),
    "pick": ("bench.pick", "a pick through the service and through the API, beside the same statements by hand"),
    "scoring": ("bench.scoring", "200,000 picks in 10,000 leagues scored, ranked and cached, beside SQL by hand"),
    "seasonsize": ("bench.season_size", "rows and bytes of a league with a whole season, by table"),
    "slowclients": ("bench.slow_clients", "the landing page while 200 clients send bodies that do not arrive"),
    "streams": ("bench.streams", "one event to thousands of live clients: time to the last, and memory for each"),
    "weeks": ("bench.clock_simulation", "10,000 league-weeks through the rules of the clock"),
}


def main(arguments: list[str]) -> int:
    """Run the benchmark that the arguments name; returns the exit code."""
    known = "\n".join(f"  {name:<14}{description}" for name, (_module, description) in BENCHMARKS.items())
    parser = argparse.ArgumentParser(
        prog="script/bench",
        description=f"Measure, and hold against a floor.\n\n{known}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", choices=BENCHMARKS, metavar="NAME")
    parser.add_argument("--quick", action="store_true", help="a short form, to see that it works")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    options = parser.parse_args(arguments)
    module, _description = BENCHMARKS[options.name]
    report: Report = import_module(module).run(quick=options.quick)
    print(report.as_json() if options.json else report.as_table())
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
