"""The command line: `script/attack [--quick] [NAME ...]`. The exit status is 1 if an attempt got through."""

import argparse
import itertools
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fantasyf1.settings")

from attacks import accounts, api, drafts, pages, slow_clients, stored_data
from attacks.report import Attack, Result, as_table
from attacks.servers import running
from attacks.target import Target

ATTACKS: list[Attack] = [
    attack for module in (slow_clients, pages, accounts, api, drafts, stored_data) for attack in module.ATTACKS
]


def _run(attack: Attack, target: Target) -> Result:
    result = Result(attack)
    try:
        for attempt in attack.run(target):
            result.attempts.append(attempt)
    except Exception as error:  # noqa: BLE001 - the other attacks go on
        result.error = f"{type(error).__name__}: {error}"
    return result


def run(attacks: list[Attack], *, quick: bool) -> list[Result]:
    """Run the attacks, each on a server of its kind; attacks of the same kind share one."""
    results = []
    for kind, group in itertools.groupby(sorted(attacks, key=lambda attack: attack.server), lambda a: a.server):
        with running(kind, quick=quick) as target:
            results += [_run(attack, target) for attack in group]
    return results


def main(arguments: list[str]) -> int:
    """Run the attacks that the arguments name, or all; returns the exit status."""
    known = "\n".join(f"  {attack.name:<26}{attack.description}" for attack in ATTACKS)
    parser = argparse.ArgumentParser(
        prog="script/attack",
        description=f"Attack servers that are started for it, and print what held.\n\n{known}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="the attacks to run (default: all)")
    parser.add_argument("--quick", action="store_true", help="fewer attempts of each kind")
    options = parser.parse_args(arguments)
    names = {attack.name for attack in ATTACKS}
    if unknown := set(options.names) - names:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    chosen = [attack for attack in ATTACKS if not options.names or attack.name in options.names]
    results = run(chosen, quick=options.quick)
    print(as_table(results))
    return 1 if any(result.failures() for result in results) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
