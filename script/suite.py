"""Run the checks and the tests for `script/test`: all tests on real services, beside them the checks and SQLite.

script/test                     everything
script/test --only-tests        the tests, without the checks
script/test drafts -k undo      these tests on PostgreSQL and Redis (any pytest argument)

Every test run writes its results and durations to build/test-reports/ as JUnit XML and prints its slowest tests.
"""

import argparse
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from services import Services

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
REPORTS = ROOT / "build" / "test-reports"
APPS = ("fantasyf1", "core", "notifications", "accounts", "races", "leagues", "constructors", "drafts", "scoring")
# The environment variables of the settings, which are removed from the environment of a test run.
SETTINGS_VARIABLES = (
    "DATABASE_URL", "REDIS_URL", "DEBUG", "HTTPS", "HOST", "PORT", "SECRET_KEY", "JWT_SIGNING_KEY", "ALLOWED_HOSTS",
    "CSRF_TRUSTED_ORIGINS", "ADMIN_USERNAME", "ADMIN_PASSWORD", "EMAIL_URL", "DEFAULT_FROM_EMAIL", "SENTRY_DSN",
    "LOG_LEVEL", "STATIC_ROOT", "WEB_THREADS", "DJANGO_SETTINGS_MODULE", "F1_API_URL", "FANTASYF1_CLOCK",
    "FANTASYF1_CLOCK_STARTED_AT", "API_PER_MINUTE_AND_USER", "API_PER_MINUTE_AND_ADDRESS", "CORS_ALLOWED_ORIGINS",
    "SITE_URL", "OUTGOING_ALLOWED_NETWORKS", "VAPID_PRIVATE_KEY", "VAPID_SUBJECT", "APPRISE_URLS",
    "NOTIFICATIONS_PER_SECOND", "ENCRYPTION_KEYS", "HSTS_INCLUDE_SUBDOMAINS", "HSTS_PRELOAD",
    "DRAIN_SECONDS", "BROKER_URL", "WORKER_THREADS", "TASK_SECONDS", "OFFLINE_PAGES", "BACKUPS",
    "BACKUP_DIR", "BACKUP_AGE_RECIPIENT", "BACKUP_DATABASE_URL", "BACKUP_KEEP_DAILY", "BACKUP_KEEP_WEEKLY",
    "BACKUP_KEEP_MONTHLY", "BACKUP_S3_BUCKET", "BACKUP_S3_ENDPOINT", "BACKUP_S3_REGION", "BACKUP_S3_PREFIX",
    "BACKUP_S3_ACCESS_KEY_ID", "BACKUP_S3_SECRET_ACCESS_KEY",
    "LOG_FORMAT", "SENTRY_ENVIRONMENT", "SENTRY_TRACES", "TASK_EVENTS",
    "METRICS", "METRICS_TOKEN", "METRICS_ADDRESS", "METRICS_CERTIFICATE_ADDRESS",
    "PUBLIC_STATUS",
)  # fmt: skip
# Autovacuum analyzes tables at times that depend on the machine. In a test database it finds only rows that were rolled
# back and records that the tables are empty, so the next test gets the query plans of empty tables.
POSTGRESQL_OPTIONS = ("autovacuum=off",)
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass
class Step:
    """One line of the summary."""

    name: str
    passed: bool
    seconds: float
    closing: str = ""

    def __str__(self) -> str:
        return f"{'ok' if self.passed else 'FAILED':<7}{self.name:<30}{self.seconds:7.1f} s  {self.closing}".rstrip()


class Suite:
    """Runs the steps and records how each of them ended. Checks may run in another thread than the tests."""

    def __init__(self, home: Path) -> None:
        self.steps: list[Step] = []
        self._printing = threading.Lock()
        self._test_runs: list[subprocess.Popen[str]] = []
        self._is_interrupted = False
        self.env = {
            name: value for name, value in os.environ.items() if name.removesuffix("_FILE") not in SETTINGS_VARIABLES
        }
        # One bytecode cache for all the processes of a run, whatever the environment says, and none in the tree.
        self.env.pop("PYTHONDONTWRITEBYTECODE", None)
        self.env |= {
            "FANTASYF1_HOME": str(home),
            "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}",
            "PYTHONPYCACHEPREFIX": str(home / "bytecode"),
        }

    def check(self, name: str, command: list[str], **env: str) -> None:
        """Run a check; its output is shown when it fails."""
        started = time.monotonic()
        done = subprocess.run(command, cwd=ROOT, env=self.env | env, capture_output=True, text=True)
        output = done.stdout + done.stderr if done.returncode != 0 else ""
        self._record(Step(name, done.returncode == 0, time.monotonic() - started), output)

    def tests(
        self, name: str, report: str, arguments: list[str], env: dict[str, str], *, is_beside: bool = False
    ) -> None:
        """Run pytest, print its output, and keep its report as build/test-reports/REPORT.xml.

        The output is printed line by line; that of a run beside another one is printed when it ends.
        """
        if self._is_interrupted:
            return
        arguments = [*arguments, f"--junitxml={REPORTS / report}.xml", "--durations=30", "--durations-min=1"]
        command = f"\n{name}: pytest {' '.join(arguments)}"
        self._print(command)
        started, closing, lines = time.monotonic(), "", [command]
        process = subprocess.Popen(
            [sys.executable, "-m", "pytest", *arguments],
            cwd=ROOT,
            env=self.env | env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._test_runs.append(process)
        try:
            for line in process.stdout or ():
                if is_beside:
                    lines.append(line.rstrip("\n"))
                else:
                    self._print(line.rstrip("\n"))
                closing = line.strip() or closing
            code = process.wait()
        finally:
            _end_group(process)
        if is_beside:
            self._print("\n".join(lines))
        self._record(Step(name, code == 0, time.monotonic() - started, closing))

    def end_tests(self) -> None:
        """End the test runs that other threads wait for, and start no more."""
        self._is_interrupted = True
        for process in self._test_runs:
            if process.poll() is None:
                _end_group(process)

    def note_failure(self, name: str, sentence: str) -> None:
        """Record a failure that no command is needed for."""
        self._record(Step(name, False, 0.0, sentence))

    def _record(self, step: Step, output: str = "") -> None:
        self.steps.append(step)
        self._print(f"{step}\n{output}".rstrip())

    def _print(self, text: str) -> None:
        with self._printing:
            print(text, flush=True)


def _end_group(process: subprocess.Popen[str]) -> None:
    """End pytest and every process that it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()


def run_checks(suite: Suite, services: Services) -> None:
    """Linters, types, import directions, migrations and Django's own view of a production installation."""
    pages = ["templates", *(f"{app}/templates" for app in APPS if (ROOT / app / "templates").is_dir())]
    suite.check("ruff check", ["ruff", "check", "."])
    suite.check("ruff format", ["ruff", "format", "--check", "."])
    suite.check("mypy", ["mypy", "."])
    suite.check("import-linter", ["lint-imports"])
    suite.check("translations are complete", [sys.executable, "script/translations.py", "--check"])
    suite.check("licences", [sys.executable, "script/inventory.py", "--check"])
    suite.check("documentation site", [sys.executable, "script/build_docs.py"])
    suite.check("djlint", ["djlint", "--quiet", "--lint", *pages])
    manage = [sys.executable, "manage.py"]
    suite.check("no migration is missing", [*manage, "makemigrations", "--check", "--dry-run"])
    described = f"{sys.executable} manage.py spectacular --validate --fail-on-warn | diff -u docs/openapi.yaml -"
    suite.check("docs/openapi.yaml is up to date", ["bash", "-o", "pipefail", "-c", described])
    production = services.env | {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": "fantasyf1.example",
        "SITE_URL": "https://fantasyf1.example",
        "HTTPS": "true",
    }
    suite.check("check --deploy", [*manage, "check", "--deploy", "--fail-level", "WARNING"], **production)


def find_chromium() -> str | None:
    """An installed Chromium, else Playwright's own."""
    from playwright.sync_api import sync_playwright

    if found := next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None):
        return found
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


# Tests that the run's database does not change: pure rules, documents, and those with an installation of their own.
DATABASE_INDEPENDENT = (
    "*/test_*_pages.py",
    "*/test_api*.py",
    "*/test_client.py",
    "*/test_pages.py",
    "*/test_rules*.py",
    "accounts/tests/test_account_api.py",
    "accounts/tests/test_allauth.py",
    "accounts/tests/test_auth_api.py",
    "accounts/tests/test_marks.py",
    "accounts/tests/test_mfa.py",
    "accounts/tests/test_quiet_hours.py",
    "accounts/tests/test_reauthentication.py",
    "core/tests/test_charts.py",
    "core/tests/test_circuit.py",
    "core/tests/test_compression.py",
    "core/tests/test_confusables.py",
    "core/tests/test_database_errors.py",
    "core/tests/test_downloads.py",
    "core/tests/test_elements.py",
    "core/tests/test_flags.py",
    "core/tests/test_fonts.py",
    "core/tests/test_outgoing.py",
    "core/tests/test_response_headers.py",
    "core/tests/test_sandbox.py",
    "core/tests/test_translation.py",
    "core/tests/test_static_files.py",
    "drafts/tests/test_calendars.py",
    "drafts/tests/test_clock_simulation.py",
    "drafts/tests/test_history.py",
    "drafts/tests/test_notifications.py",
    "drafts/tests/test_spectators.py",
    "fantasyf1/pages/tests/test_appearance.py",
    "fantasyf1/pages/tests/test_formula1.py",
    "fantasyf1/pages/tests/test_help.py",
    "fantasyf1/pages/tests/test_invitation.py",
    "fantasyf1/pages/tests/test_league_rules.py",
    "fantasyf1/pages/tests/test_practice.py",
    "fantasyf1/pages/tests/test_practice_race.py",
    "fantasyf1/pages/tests/test_social_cards.py",
    "fantasyf1/tests/test_buffered_wsgi.py",
    "fantasyf1/tests/test_data_dir.py",
    "fantasyf1/tests/test_entrypoints.py",
    "fantasyf1/tests/test_formats.py",
    "fantasyf1/tests/test_heartbeats.py",
    "fantasyf1/tests/test_javascript_catalog.py",
    "fantasyf1/tests/test_request_bodies.py",
    "leagues/tests/test_notifications.py",
    "leagues/tests/test_points_curve.py",
    "notifications/tests/test_kinds.py",
    "notifications/tests/test_operator_channel.py",
    "notifications/tests/test_push.py",
    "races/tests/test_circuit_outlines.py",
    "races/tests/test_fixtures.py",
    "races/tests/test_polling.py",
    "races/tests/test_results_admin.py",
    "tests/test_admin_scoping.py",
    "tests/test_architecture.py",
    "tests/test_attacks.py",
    "tests/test_bench_monday.py",
    "tests/test_design.py",
    "tests/test_documentation.py",
    "tests/test_flower.py",
    "tests/test_form_addresses.py",
    "tests/test_generated_client.py",
    "tests/test_headers.py",
    "tests/test_html_checks.py",
    "tests/test_landing_page.py",
    "tests/test_languages.py",
    "tests/test_live_permissions.py",
    "tests/test_logs.py",
    "tests/test_move_to_postgresql.py",
    "tests/test_page_titles.py",
    "tests/test_page_weights.py",
    "tests/test_play_command.py",
    "tests/test_proxy.py",
    "tests/test_reconnect_storm.py",
    "tests/test_rehearsal.py",
    "tests/test_request_ids.py",
    "tests/test_schemathesis.py",
    "tests/test_screenshots.py",
    "tests/test_season_replay.py",
    "tests/test_sentry.py",
    "tests/test_settings.py",
    "tests/test_slow_clients.py",
    "tests/test_supervisor.py",
    "tests/test_translation_marks.py",
    "tests/test_two_hundred_drafts.py",
    "tests/test_upgrade_command.py",
    "tests/test_version.py",
    "tests/test_whose_turn.py",
    "tests/test_wiring.py",
    "tests/test_words.py",
)


# Two workers; one that is finished early takes tests from the other. Their tests often wait for servers, browsers and
# the database, so there is time for one more worker: the checks, then SQLite.
PARALLEL = ("-n", "2", "--dist", "worksteal")
ONE_WORKER = ("-n", "1")
# A test that hangs ends its worker with the stack of each thread, and fails.
END_WHAT_HANGS = ("-o", "faulthandler_timeout=900", "-o", "faulthandler_exit_on_timeout=true")


def run_tests(suite: Suite, services: Services, chosen: list[str]) -> None:
    """All tests on PostgreSQL and Redis, or those that were chosen."""
    if chromium := find_chromium():
        suite.env["FANTASYF1_CHROMIUM"] = chromium
    else:
        suite.note_failure("Chromium", "Not found: install chromium, or run .venv/bin/playwright install chromium.")
    # Chosen tests can be long forms, which take hours.
    arguments = chosen or [*END_WHAT_HANGS]
    suite.tests("Tests on PostgreSQL and Redis", "postgresql", [*PARALLEL, *arguments], services.env)


def run_core_on_sqlite(suite: Suite) -> None:
    """The tests that a database changes, on SQLite."""
    arguments = [
        *ONE_WORKER,
        *END_WHAT_HANGS,
        "-m",
        "not postgresql and not browser",
        *(f"--ignore-glob={pattern}" for pattern in DATABASE_INDEPENDENT),
    ]
    home = Path(suite.env["FANTASYF1_HOME"]) / "sqlite"
    home.mkdir()
    env = {"FANTASYF1_HOME": str(home), "STATE_MACHINE_RUNS": "120"}
    suite.tests("Core on SQLite", "sqlite", arguments, env, is_beside=True)


@contextmanager
def beside(suite: Suite, call: Callable[[], None]) -> Iterator[None]:
    """Run what is called in a thread while the block runs. If the block is interrupted, tests in the thread end too."""
    thread = threading.Thread(target=call)
    thread.start()
    try:
        yield
    except BaseException:
        suite.end_tests()
        raise
    finally:
        thread.join()


def main(arguments: list[str]) -> int:
    """Run what was asked for; 0 when all of it passed."""
    parser = argparse.ArgumentParser(
        prog="script/test", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only-tests", action="store_true", help="leave out linters, types and checks")
    options, chosen = parser.parse_known_args(arguments)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    with (
        tempfile.TemporaryDirectory(prefix="fantasyf1-test-") as home,
        Services(postgresql_options=POSTGRESQL_OPTIONS) as services,
    ):
        suite = Suite(Path(home))

        def run_the_rest() -> None:
            if not options.only_tests:
                run_checks(suite, services)
            run_core_on_sqlite(suite)

        if chosen:
            run_tests(suite, services, chosen)
        else:
            with beside(suite, run_the_rest):
                run_tests(suite, services, chosen)
    return _summarize(suite.steps)


def _summarize(steps: list[Step]) -> int:
    """Print how every step ended and, last of all, pytest's own closing line of the full run."""
    print("\nSummary", *steps, sep="\n")
    print(next(step.closing for step in steps if step.name.startswith("Tests on")), flush=True)
    return 0 if all(step.passed for step in steps) else 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
