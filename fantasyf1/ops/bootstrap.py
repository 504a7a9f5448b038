"""Bootstrap of an installation: tables, an administrator, seasons, a demonstration league, static files.

Every step first checks whether it is done, so a second start takes almost no time.
"""

import fcntl
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.exceptions import InconsistentMigrationHistory
from django.db.migrations.executor import MigrationExecutor

from core import clock
from core.web import static_files
from fantasyf1.ops import data_dir, database
from fantasyf1.ops.backups.creation import back_up
from fantasyf1.ops.backups.errors import BackupError
from leagues.models import League
from notifications.channels import mail_server
from races.models import Season

Say = Callable[[str], None]

ADMINISTRATOR_FILE = "admin-password"
DEMONSTRATION_NAME, DEMONSTRATION_FILE = "demo", "demo-password"


def prepare(*, empty: bool, say: Say) -> None:
    """Bring everything up to date; with `empty`, create no league. Calls `say` with a line for each step."""
    with _exclusive_lock(), database.exclusive_lock(connection, say=say):
        _prepare_tables(say)
        _prepare_administrator(say)
        _prepare_seasons(say)
        if not empty:
            _prepare_demonstration(say)
        say(mail_server.status_line())


def collect_static_files(*, say: Say) -> None:
    """Collect the static files if one of them has changed. A container image does this when it is built."""
    if settings.WHITENOISE_USE_FINDERS:
        return
    with _exclusive_lock():
        digest_file, digest = settings.FANTASYF1_HOME / "static.sha256", _static_digest()
        if not digest_file.exists() or digest_file.read_text() != digest:
            say("Collecting static files.")
            call_command("collectstatic", verbosity=0, interactive=False)
            digest_file.write_text(digest)


def sign_in_instructions() -> list[str]:
    """One line for each account whose password was generated or configured, if that password is still valid."""
    lines = []
    name = settings.ADMIN_USERNAME
    if settings.ADMIN_PASSWORD and _is_password_of(name, settings.ADMIN_PASSWORD):
        lines.append(f"Administrator: {name}, with the password in ADMIN_PASSWORD")
    elif _is_password_of(name, _stored_password(ADMINISTRATOR_FILE)):
        lines.append(f"Administrator: {name}, with the password in {settings.FANTASYF1_HOME / ADMINISTRATOR_FILE}")
    else:
        lines.append(
            f"Administrator: {name}, with the password that you set (to change it: manage.py changepassword {name})"
        )
    if _is_password_of(DEMONSTRATION_NAME, password := _stored_password(DEMONSTRATION_FILE)):
        lines.append(f"Demonstration player: {DEMONSTRATION_NAME}, with the password {password}")
    return lines


def _stored_password(file: str) -> str:
    path = settings.FANTASYF1_HOME / file
    return path.read_text().strip() if path.exists() else ""


def _is_password_of(username: str, password: str) -> bool:
    user = get_user_model().objects.filter(username=username).first()
    return bool(user and password and user.check_password(password))


@contextmanager
def _exclusive_lock() -> Iterator[None]:
    """Hold a file lock. A second start on the same data directory waits, and then finds everything done."""
    with (settings.FANTASYF1_HOME / ".preparing").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _prepare_tables(say: Say) -> None:
    executor = MigrationExecutor(connection)
    _require_known_migrations(executor)
    if plan := executor.migration_plan(executor.loader.graph.leaf_nodes()):
        if executor.loader.applied_migrations and settings.BACKUPS:
            _back_up_before(len(plan), say)
        say("Creating the database tables.")
        call_command("migrate", verbosity=0, interactive=False)
    # Also after a dump was restored, which contains the tables and not the settings of a role.
    database.ensure_timeouts(connection)


def _back_up_before(migrations: int, say: Say) -> None:
    """Back up a database that an earlier version has set up. Raises `CommandError`: then nothing has been changed."""
    say(f"Backing up the database before {migrations} migrations change it.")
    try:
        backup = back_up(now=clock.now())
    except BackupError as error:
        raise CommandError(
            f"{error} Nothing has been changed. Correct the cause, or set BACKUPS=false to upgrade without a backup."
        ) from error
    say(f"The backup is {backup.path}.")


def _require_known_migrations(executor: MigrationExecutor) -> None:
    """Raise `CommandError` for a database with applied migrations of this project that this version does not have, or
    with applied migrations whose dependencies are not applied.

    Django would fail half-way through, on a table that exists already, or with a traceback. Unknown migrations of other
    packages are allowed: they may squash theirs and drop the old ones.
    """
    loader = executor.loader
    own_apps = {config.label for config in apps.get_app_configs() if Path(config.path).parent == settings.BASE_DIR}
    unknown = [key for key in loader.applied_migrations if key[0] in own_apps and key not in loader.disk_migrations]
    if unknown:
        name = ".".join(min(unknown))
        raise _unsupported_database(f"contains migrations that this version does not have, such as {name}")
    try:
        loader.check_consistent_history(connection)
    except InconsistentMigrationHistory as error:
        raise _unsupported_database("lacks migrations that this version applies first") from error


def _unsupported_database(reason: str) -> CommandError:
    return CommandError(
        f"The database {reason}. It was created by a newer version, or by one from before the first release, which"
        " cannot be upgraded. Start that version, or use a new database: set FANTASYF1_HOME to an empty folder, or"
        " DATABASE_URL to an empty database."
    )


def _static_digest() -> str:
    """A hash of the name, size and modification time of every source file: fast, and enough to detect a change. What is
    made of the sources depends on the storage too.
    """
    storage_code = Path(static_files.__file__).read_bytes()
    files = [
        (name, (stat := Path(storage.path(name)).stat()).st_size, stat.st_mtime_ns)
        for finder in get_finders()
        for name, storage in finder.list([])
    ]
    return hashlib.sha256(repr(sorted(files)).encode() + storage_code).hexdigest()


def _prepare_administrator(say: Say) -> None:
    users = get_user_model().objects
    user = users.filter(username=settings.ADMIN_USERNAME).first()
    if user is None:
        password = settings.ADMIN_PASSWORD or data_dir.read_or_create_secret(
            settings.FANTASYF1_HOME, ADMINISTRATOR_FILE, length=12
        )
        users.create_superuser(settings.ADMIN_USERNAME, password=password)
        say(f"Created the administrator {settings.ADMIN_USERNAME}.")
    elif settings.ADMIN_PASSWORD and _is_password_of(user.get_username(), _stored_password(ADMINISTRATOR_FILE)):
        # Only a generated password is replaced, never one that a user has chosen.
        user.set_password(settings.ADMIN_PASSWORD)
        user.save(update_fields=["password"])
        say(f"Set the password of the administrator {settings.ADMIN_USERNAME} to ADMIN_PASSWORD.")


def _prepare_seasons(say: Say) -> None:
    if not Season.objects.filter(is_demonstration=False).exists():
        say("Loading the seasons.")
        call_command("load_seasons")


def _prepare_demonstration(say: Say) -> None:
    if not League.objects.exists():
        say("Creating the demonstration league.")
        call_command("make_demonstration")
