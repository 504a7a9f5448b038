"""Tests of the settings: a wrong value in the environment ends the start with one sentence that names the variable."""

import subprocess
import sys
from base64 import urlsafe_b64decode

import pytest
from django.conf import settings

from tests.test_supervisor import clean_env

INVALID_VALUES = [
    ("DATABASE_URL", "mysql://localhost/f1", "DATABASE_URL is invalid: it must be like postgresql://"),
    ("DATABASE_URL", "postgresql://localhost:port/f1", "DATABASE_URL is invalid"),
    ("DATABASE_URL", "sqlite://", "DATABASE_URL is invalid"),
    ("REDIS_URL", "http://localhost", "REDIS_URL is invalid: it must be like redis://"),
    ("BROKER_URL", "http://localhost", "BROKER_URL is invalid: it must be like redis://"),
    ("WORKER_THREADS", "0", "WORKER_THREADS is invalid: it must be greater than zero"),
    ("TASK_SECONDS", "0", "TASK_SECONDS is invalid: it must be greater than zero"),
    ("F1_API_URL", "api.example", "F1_API_URL is invalid: it must be a URL"),
    ("F1_API_URL", "http://[", "F1_API_URL is invalid"),
    ("F1_API_PER_SECOND", "0", "F1_API_PER_SECOND is invalid: it must be greater than zero"),
    ("F1_API_TIMEOUT_SECONDS", "soon", "F1_API_TIMEOUT_SECONDS is invalid: Not a valid number."),
    ("EMAIL_URL", "gopher://mail", "EMAIL_URL is invalid: it must be like smtp"),
    ("SENTRY_DSN", "abc", "SENTRY_DSN is invalid"),
    ("DEBUG", "perhaps", "DEBUG is invalid: Not a valid boolean."),
    ("HTTPS", "2", "HTTPS is invalid: Not a valid boolean."),
    ("LOG_LEVEL", "LOUD", "LOG_LEVEL is invalid: it must be DEBUG"),
    ("SITE_URL", "f1.example.org", "SITE_URL is invalid: it must be the address of the site"),
    ("SITE_URL", "https://f1.example.org/game/", "SITE_URL is invalid: it must be the address of the site"),
    ("WEB_THREADS", "-1", "WEB_THREADS is invalid: it must be greater than zero"),
    ("OUTGOING_ALLOWED_NETWORKS", "10.0.0.0/8,home", "OUTGOING_ALLOWED_NETWORKS is invalid: it must be networks"),
    ("OUTGOING_ALLOWED_NETWORKS", "10.0.0.1/8", "OUTGOING_ALLOWED_NETWORKS is invalid: it must be networks"),
    ("VAPID_PRIVATE_KEY", "abc", "VAPID_PRIVATE_KEY is invalid: it must be 32 bytes"),
    ("VAPID_PRIVATE_KEY", "_" * 42 + "8", "VAPID_PRIVATE_KEY is invalid: it must be 32 bytes"),
    ("VAPID_SUBJECT", "admin@example.org", "VAPID_SUBJECT is invalid: it must be like mailto:"),
    ("METRICS_TOKEN", "short", "METRICS_TOKEN is too weak"),
    ("METRICS_ADDRESS", "9100", "METRICS_ADDRESS is invalid: it must be a host and a port"),
    ("METRICS_ADDRESS", "0.0.0.0:port", "METRICS_ADDRESS is invalid"),
    ("METRICS_CERTIFICATE_ADDRESS", "https://caddy:443", "METRICS_CERTIFICATE_ADDRESS is invalid"),
    ("FANTASYF1_HOME", "/dev/null", "FANTASYF1_HOME is invalid: /dev/null"),
    ("FANTASYF1_CLOCK", "2025-07-03T12:00:00Z", "FANTASYF1_CLOCK is for rehearsals and works only with DEBUG=true."),
]


def run_check(**variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", "check"]
    environment = clean_env(**variables)
    return subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("name", "value", "sentence"), INVALID_VALUES, ids=[f"{name}={value}" for name, value, _ in INVALID_VALUES]
)
def test_it_refuses_a_wrong_value_with_a_sentence(tmp_path, name, value, sentence):
    done = run_check(**{"FANTASYF1_HOME": str(tmp_path), name: value})
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Fantasy F1 cannot start: {sentence}")
    assert done.stderr.count("\n") == 1


def site_url(tmp_path, **variables: str) -> str:
    return setting(tmp_path, "SITE_URL", **variables)


def setting(tmp_path, name: str, **variables: str) -> str:
    environment = clean_env(FANTASYF1_HOME=str(tmp_path), **variables)
    command = [sys.executable, "-c", f"from fantasyf1 import settings; print(settings.{name})"]
    return subprocess.run(
        command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_links_begin_with_the_listening_address_unless_the_site_has_another(tmp_path):
    assert site_url(tmp_path, HTTPS="false", HOST="0.0.0.0", PORT="8123") == "http://127.0.0.1:8123"  # noqa: S104
    assert site_url(tmp_path, SITE_URL="https://f1.example.org/") == "https://f1.example.org"


def test_the_key_of_push_messages_is_generated_once_and_kept(tmp_path):
    key = setting(tmp_path, "VAPID_PRIVATE_KEY")
    assert len(urlsafe_b64decode(key + "=")) == 32
    assert setting(tmp_path, "VAPID_PRIVATE_KEY") == key == (tmp_path / "vapid-private-key").read_text()
    assert setting(tmp_path, "VAPID_PRIVATE_KEY", VAPID_PRIVATE_KEY=key[::-1]) == key[::-1]


def test_push_services_reach_the_operator_at_the_site_or_by_email(tmp_path):
    assert setting(tmp_path, "VAPID_SUBJECT", SITE_URL="https://f1.example.org") == "https://f1.example.org"
    sender = "Fantasy F1 <f1@example.org>"
    assert setting(tmp_path, "VAPID_SUBJECT", HTTPS="false", DEFAULT_FROM_EMAIL=sender) == "mailto:f1@example.org"
    assert setting(tmp_path, "VAPID_SUBJECT", VAPID_SUBJECT="mailto:me@example.org") == "mailto:me@example.org"


PRODUCTION = [{"HTTPS": "true"}, {"DATABASE_URL": "postgresql://f1@localhost/f1", "HTTPS": "false"}]


@pytest.mark.parametrize("variables", PRODUCTION, ids=["HTTPS", "PostgreSQL"])
def test_production_does_not_start_without_the_address_of_the_site(tmp_path, variables):
    done = run_check(FANTASYF1_HOME=str(tmp_path), **variables)
    assert done.returncode == 1
    assert done.stderr.startswith("Fantasy F1 cannot start: SITE_URL is not set. Set it to the address of the site")
    assert site_url(tmp_path, SITE_URL="https://f1.example.org", **variables) == "https://f1.example.org"


def test_a_developer_on_postgresql_needs_no_address(tmp_path):
    assert site_url(tmp_path, DATABASE_URL="postgresql://f1@localhost/f1", DEBUG="true") == "http://127.0.0.1:8000"


def test_a_data_folder_that_others_share_is_refused(tmp_path):
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o1777)
    done = run_check(FANTASYF1_HOME=str(folder))
    sentence = f"FANTASYF1_HOME is invalid: {folder} cannot be made private to your user (it is shared by all users)."
    assert done.stderr.startswith(f"Fantasy F1 cannot start: {sentence}")


@pytest.mark.parametrize("moment", ["yesterday", "2025-13-01T00:00:00Z", "2025-07-03T12:00:00"])
def test_an_invalid_clock_is_refused(tmp_path, moment):
    done = run_check(FANTASYF1_HOME=str(tmp_path), DEBUG="true", FANTASYF1_CLOCK=moment)
    assert done.returncode == 1
    assert done.stderr.startswith("Fantasy F1 cannot start: FANTASYF1_CLOCK must")


def test_an_error_about_a_url_does_not_reveal_its_password(tmp_path):
    done = run_check(FANTASYF1_HOME=str(tmp_path), DATABASE_URL="mysql://me:hush@localhost/f1")
    assert "hush" not in done.stdout + done.stderr


# -- secrets -----------------------------------------------------------------------------------------------------------

STRONG, OTHER = "kM3vQ8sTzW1xYbN6rLpD0hJcGfUaEo5i", "Zt7RwB2nXmK9qVyLs4PgCdHj0uFaEo1i"
WEAK_KEYS = [
    ("SECRET_KEY", STRONG[:31], "SECRET_KEY is too weak: it must have at least 32 random characters."),
    ("SECRET_KEY", "abcd" * 20, "SECRET_KEY is too weak: it must have at least 32 random characters."),
    ("SECRET_KEY", f"django-insecure-{STRONG}", "SECRET_KEY is too weak: it looks like a key from an example."),
    ("JWT_SIGNING_KEY", f"change-me-{STRONG}", "JWT_SIGNING_KEY is too weak: it looks like a key from an example."),
    ("JWT_SIGNING_KEY", "x", "JWT_SIGNING_KEY is too weak: it must have at least 32 random characters."),
    ("JWT_SIGNING_KEY", OTHER, "SECRET_KEY and JWT_SIGNING_KEY must not be the same."),
]


@pytest.mark.parametrize(("name", "key", "sentence"), WEAK_KEYS)
def test_production_does_not_start_with_keys_that_can_be_guessed(tmp_path, name, key, sentence):
    variables = {"FANTASYF1_HOME": str(tmp_path), "HTTPS": "true", "SITE_URL": "https://f1.example.org"}
    keys = {"SECRET_KEY": OTHER, "JWT_SIGNING_KEY": STRONG, name: key}
    done = run_check(**variables, **keys)
    assert done.stderr.startswith(f"Fantasy F1 cannot start: {sentence}")
    assert key not in done.stderr or key == "x"


def test_good_keys_are_accepted_and_a_developer_may_have_any(tmp_path):
    production = {"FANTASYF1_HOME": str(tmp_path), "HTTPS": "true", "SITE_URL": "https://f1.example.org"}
    assert run_check(**production, SECRET_KEY=STRONG, JWT_SIGNING_KEY=OTHER).returncode == 0
    assert run_check(FANTASYF1_HOME=str(tmp_path), SECRET_KEY="x", JWT_SIGNING_KEY="x").returncode == 0


FILE_VALUES = [
    ("SECRET_KEY", STRONG),
    ("JWT_SIGNING_KEY", OTHER),
    ("ADMIN_PASSWORD", "correct horse"),
    ("REDIS_URL", "redis://:hush@localhost:6379"),
    ("BROKER_URL", "redis://:hush@localhost:6380"),
]


@pytest.mark.parametrize(("name", "value"), FILE_VALUES)
def test_a_secret_can_come_from_a_file(tmp_path, name, value):
    (file := tmp_path / "file").write_text(f"{value}\n")
    assert setting(tmp_path / "home", name, **{f"{name}_FILE": str(file)}) == value


@pytest.mark.parametrize(
    ("given", "broker"),
    [
        ({"REDIS_URL": "redis://cache:6379"}, "redis://cache:6379/2"),
        ({"REDIS_URL": "redis://cache:6379", "BROKER_URL": "redis://broker:6379"}, "redis://broker:6379/2"),
    ],
)
def test_the_broker_can_have_a_redis_of_its_own(tmp_path, given, broker):
    assert setting(tmp_path, "CELERY_BROKER_URL", **given) == broker
    assert setting(tmp_path, "CACHES['default']['LOCATION']", **given) == "redis://cache:6379/1"


def test_the_addresses_of_database_and_mail_server_can_come_from_files(tmp_path):
    (tmp_path / "database").write_text("postgresql://f1:hush@db.example:5432/f1\n")
    (tmp_path / "mail").write_text("submission://f1:hush@mail.example:587\n")
    files = {"DATABASE_URL_FILE": str(tmp_path / "database"), "EMAIL_URL_FILE": str(tmp_path / "mail")}
    shown = setting(tmp_path / "home", "DATABASES['default']['HOST'], settings.EMAIL_HOST", DEBUG="true", **files)
    assert shown == "db.example mail.example"


def test_a_secret_from_a_file_does_not_reach_the_environment_of_other_processes(tmp_path):
    (file := tmp_path / "file").write_text(STRONG)
    shown = setting(
        tmp_path / "home", "SECRET_KEY, __import__('os').environ.get('SECRET_KEY')", SECRET_KEY_FILE=str(file)
    )
    assert shown == f"{STRONG} None"


def test_a_secret_that_is_set_twice_or_whose_file_is_missing_is_refused(tmp_path):
    (file := tmp_path / "file").write_text(STRONG)
    twice = run_check(FANTASYF1_HOME=str(tmp_path), SECRET_KEY=OTHER, SECRET_KEY_FILE=str(file))
    assert twice.stderr == "Fantasy F1 cannot start: SECRET_KEY and SECRET_KEY_FILE are both set. Remove one of them.\n"
    missing = run_check(FANTASYF1_HOME=str(tmp_path), SECRET_KEY_FILE="/no/such/file")
    sentence = "SECRET_KEY_FILE is invalid: /no/such/file: No such file or directory."
    assert missing.stderr == f"Fantasy F1 cannot start: {sentence}\n"
