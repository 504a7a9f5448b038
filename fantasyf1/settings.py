"""All settings. What differs between installations comes from environment variables; see docs/configuration.md.

Without any environment variable the site runs in *embedded* mode: SQLite, a file cache and a file broker in the data
directory, and nothing else to install. `DATABASE_URL` and `REDIS_URL` replace them with PostgreSQL and Redis.
"""

import atexit
import os
import shutil
import tempfile
import time
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit, urlunsplit

import django_stubs_ext
import sentry_sdk
from celery.schedules import crontab
from corsheaders.defaults import default_headers
from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvValidationError, ValidationError
from redis.backoff import NoBackoff
from redis.retry import Retry
from sentry_sdk.utils import BadDsn

from fantasyf1.ops import data_dir

# Lets forms and admins be parametrised with their model, for the type checker.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
TESTING = bool(os.environ.get("PYTEST_VERSION"))
# The one place that holds the version is pyproject.toml.
VERSION = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["version"]


def _parts(text: str) -> SplitResult:
    """The parts of a URL, all empty if it is invalid."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return SplitResult("", "", "", "", "")
    return parts


def _http_url(text: str) -> None:
    if _parts(text).scheme not in ("http", "https") or not _parts(text).hostname:
        raise ValidationError("it must be a URL such as https://example.org/")


def _database_url(text: str) -> None:
    parts = _parts(text)
    if text and parts.scheme not in ("postgres", "postgresql") and not (parts.scheme == "sqlite" and parts.path):
        raise ValidationError("it must be like postgresql://user:password@host:5432/name or sqlite:////path/to/file")


def _redis_url(text: str) -> None:
    if text and (_parts(text).scheme not in ("redis", "rediss") or not _parts(text).hostname):
        raise ValidationError("it must be like redis://host:6379")


def _positive(number: float) -> None:
    if number <= 0:
        raise ValidationError("it must be greater than zero")


def _origins(texts: list[str]) -> None:
    for text in texts:
        parts = _parts(text)
        if parts.scheme not in ("http", "https") or not parts.hostname or text != f"{parts.scheme}://{parts.netloc}":
            raise ValidationError("it must be origins such as https://app.example.org, without a path")


def _not_negative(number: int) -> None:
    if number < 0:
        raise ValidationError("it must be zero or more")


def _registration(how: str) -> None:
    if how not in ("open", "invite", "closed"):
        raise ValidationError("it must be open, invite or closed")


def _log_level(name: str) -> None:
    if name not in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"):
        raise ValidationError("it must be DEBUG, INFO, WARNING, ERROR or CRITICAL")


env = Env(eager=True)


def _read(kind: str, name: str, *args: Any, **kwargs: Any) -> Any:
    """Read one environment variable. Raises `ImproperlyConfigured` with a sentence that names it if it is invalid."""
    try:
        return getattr(env, kind)(name, *args, **kwargs)
    except EnvValidationError as error:
        raise ImproperlyConfigured(f"{name} is invalid: {_sentence(error)}") from error


def _sentence(error: EnvValidationError) -> str:
    messages = error.error_messages
    return " ".join(str(message) for message in (messages if isinstance(messages, list) else messages.values()))


def _default_data_dir() -> Path:
    """`var/`; for tests a temporary directory, so that they do not touch the data of a local server."""
    if not TESTING:
        return BASE_DIR / "var"
    folder = Path(tempfile.mkdtemp(prefix="fantasyf1-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


# -- environment -----------------------------------------------------------------------------------------------------

FANTASYF1_HOME = Path(_read("str", "FANTASYF1_HOME", "") or _default_data_dir()).expanduser().resolve()
try:
    data_dir.ensure_data_dir(FANTASYF1_HOME)
except OSError as error:
    raise ImproperlyConfigured(f"FANTASYF1_HOME is invalid: {FANTASYF1_HOME}: {error.strerror}.") from error
DATABASE_URL = _read("str", "DATABASE_URL", "", validate=_database_url)
REDIS_URL = _read("str", "REDIS_URL", "", validate=_redis_url)
EMBEDDED = not DATABASE_URL

DEBUG = _read("bool", "DEBUG", False)
HTTPS = _read("bool", "HTTPS", not EMBEDDED and not DEBUG and not TESTING)
SECRET_KEY = _read("str", "SECRET_KEY", "") or data_dir.read_or_create_secret(FANTASYF1_HOME, "secret-key")
JWT_SIGNING_KEY = _read("str", "JWT_SIGNING_KEY", "") or data_dir.read_or_create_secret(
    FANTASYF1_HOME, "jwt-signing-key"
)
ALLOWED_HOSTS = _read("list", "ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = _read("list", "CSRF_TRUSTED_ORIGINS", [])
# The number of own proxies in front of the site. Each appends the address of its client to X-Forwarded-For.
TRUSTED_PROXIES = _read("int", "TRUSTED_PROXIES", 0, validate=_not_negative)
# Concurrent Django requests per process (fantasyf1.asgi).
WEB_THREADS = _read("int", "WEB_THREADS", 8, validate=_positive)
ADMIN_USERNAME = _read("str", "ADMIN_USERNAME", "admin")
ADMIN_PASSWORD = _read("str", "ADMIN_PASSWORD", "")

F1_API_URL = _read("str", "F1_API_URL", "https://api.jolpi.ca/ergast/f1/", validate=_http_url).rstrip("/") + "/"
F1_API_TIMEOUT_SECONDS = _read("float", "F1_API_TIMEOUT_SECONDS", 10.0, validate=_positive)
F1_API_PER_SECOND = _read("int", "F1_API_PER_SECOND", 4, validate=_positive)
F1_API_PER_HOUR = _read("int", "F1_API_PER_HOUR", 500, validate=_positive)


def _clock_start() -> datetime | None:
    text = _read("str", "FANTASYF1_CLOCK", "")
    if not text:
        return None
    if not DEBUG:
        raise ImproperlyConfigured("FANTASYF1_CLOCK is for rehearsals and works only with DEBUG=true.")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ImproperlyConfigured("FANTASYF1_CLOCK must be a date and time such as 2025-07-03T12:00:00Z.") from error
    if moment.tzinfo is None:
        raise ImproperlyConfigured("FANTASYF1_CLOCK must include a time zone, as in 2025-07-03T12:00:00Z.")
    return moment.astimezone(UTC)


CLOCK_STARTS_AT = _clock_start()
# The supervisor sets this for its processes, so that they share one start time.
CLOCK_STARTED_AT = _read("float", "FANTASYF1_CLOCK_STARTED_AT", time.time())

# -- the application -------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "fantasyf1.apps.ProjectConfig",
    "fantasyf1.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "rest_framework_simplejwt",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "corsheaders",
    "django_celery_beat",
    "django_htmx",
    "allauth",
    "fantasyf1.apps.EmailAddressesConfig",
    "fantasyf1.apps.TwoFactorConfig",
    "core",
    "notifications",
    "accounts",
    "races",
    "leagues",
    "constructors",
    "drafts",
    "scoring",
]

MIDDLEWARE = [
    "core.web.request_ids.RequestIdMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "core.web.middleware.PrivateCacheControlMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.api.middleware.ApiTrailingSlashMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.TimeZoneMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "fantasyf1.urls"
WSGI_APPLICATION = "fantasyf1.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.web.context_processors.server_time",
                "core.web.context_processors.version",
                "notifications.context_processors.unread_notifications",
            ],
            # Every template has the tags of the elements.
            "builtins": ["core.templatetags.elements"],
        },
    },
]

# -- database and cache ----------------------------------------------------------------------------------------------


def _sqlite(path: str) -> dict[str, Any]:
    # Writers queue instead of failing half-way: every transaction takes the write lock when it begins and waits for it
    # if necessary; readers are not blocked (WAL). tests/test_database.py checks these options.
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }


def _database() -> dict[str, Any]:
    if EMBEDDED:
        return _sqlite(str(FANTASYF1_HOME / "fantasyf1.sqlite3"))
    configuration: dict[str, Any] = dict(_read("dj_db_url", "DATABASE_URL"))
    if configuration["ENGINE"] == "django.db.backends.sqlite3":
        return _sqlite(configuration["NAME"])
    configuration["CONN_MAX_AGE"] = 0
    configuration["OPTIONS"] = {
        **configuration.get("OPTIONS", {}),
        # The pool owns the connections; a thread that ends returns its connection.
        "pool": False if TESTING else {"min_size": 1, "max_size": _read("int", "DATABASE_POOL_SIZE", 8), "timeout": 10},
        "options": "-c lock_timeout=10s -c statement_timeout=60s",
    }
    return configuration


DATABASES = {"default": _database()}


def redis_database(number: int) -> str:
    """REDIS_URL with another database number, so that cache and broker are separate."""
    parts = urlsplit(REDIS_URL)
    return str(urlunsplit(parts._replace(path=f"/{number}")))


if REDIS_URL:
    CACHES: dict[str, dict[str, Any]] = {
        "default": {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": redis_database(1),
            "KEY_PREFIX": "fantasyf1",
            "OPTIONS": {
                "SOCKET_CONNECT_TIMEOUT": 0.3,
                "SOCKET_TIMEOUT": 0.3,
                # The client's default retries would delay a page for seconds when Redis is down.
                "CONNECTION_POOL_KWARGS": {"retry": Retry(NoBackoff(), 0)},
            },
        }
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": FANTASYF1_HOME / "cache",
            "KEY_PREFIX": "fantasyf1",
            "OPTIONS": {"MAX_ENTRIES": 20_000},
        }
    }

# -- Celery ----------------------------------------------------------------------------------------------------------

CELERY_BROKER_URL = redis_database(2) if REDIS_URL else f"sqla+sqlite:///{FANTASYF1_HOME / 'broker.sqlite3'}"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"socket_connect_timeout": 2, "socket_timeout": 5} if REDIS_URL else {"connect_args": {"timeout": 20}}
)
# Enqueueing is best-effort (core.tasks.enqueue): it fails at once and never delays a page.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True
CELERY_TASK_TIME_LIMIT = 600
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULER = "fantasyf1.ops.scheduler:SeedingDatabaseScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 5


def _every(seconds: int, task: str) -> dict[str, Any]:
    # A task that could not run in time expires: the next one finds the same work in the database.
    return {"task": task, "schedule": timedelta(seconds=seconds), "options": {"expire_seconds": max(seconds * 2, 30)}}


# The initial schedules. Once in the database, they belong to the administrator (fantasyf1.ops.scheduler).
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "Make bot picks": _every(3, "drafts.tasks.make_bot_picks"),
    "Expire due turns": _every(3, "drafts.tasks.expire_due_turns"),
    "Open due drafts": _every(10, "drafts.tasks.open_due_drafts"),
    "Lock due drafts": _every(10, "drafts.tasks.lock_due_drafts"),
    "Schedule missing drafts": _every(60, "drafts.tasks.schedule_drafts"),
    "Catch up scores": _every(60, "scoring.tasks.catch_up_scores"),
    "Send correction notifications": _every(60, "scoring.tasks.notify_of_corrections"),
    "Verify scores": {
        "task": "scoring.tasks.verify_scores",
        "schedule": crontab(hour="3", minute="40"),
        "options": {"expire_seconds": 6 * 3600},
    },
    "Record demonstration results": _every(300, "scoring.tasks.record_demonstration_results"),
    "Send due emails": _every(60, "notifications.tasks.send_due_emails"),
    "Delete old emails": _every(86_400, "notifications.tasks.delete_old_emails"),
    "Delete expired sessions": _every(86_400, "accounts.tasks.delete_expired_sessions"),
    "Delete expired rate limits": _every(3600, "core.tasks.delete_expired_rate_limits"),
    "Delete expired API tokens": _every(3600, "accounts.tasks.delete_expired_token_families"),
    "Expire league invitations": _every(3600, "leagues.tasks.expire_invitations"),
    "Delete expired idempotency keys": _every(3600, "core.tasks.delete_expired_idempotency_keys"),
    "Delete old notifications": _every(86_400, "notifications.tasks.delete_old_notifications"),
    "Poll race results": _every(60, "races.tasks.poll_results"),
    "Schedule result checks": _every(3600, "races.tasks.schedule_result_checks"),
    "Sync race calendar": {
        "task": "races.tasks.sync_calendar",
        "schedule": crontab(hour="4", minute="20"),
        "options": {"expire_seconds": 6 * 3600},
    },
}

# -- authentication, and the API -------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.NameOrEmailBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
# Who may sign up: everyone, users with an invitation, or nobody.
REGISTRATION = _read("str", "REGISTRATION", "invite" if HTTPS else "open", validate=_registration)
# Whether e-mail addresses must be confirmed. Without a mail server that is impossible.
CONFIRM_EMAIL = _read("bool", "CONFIRM_EMAIL", bool(_read("str", "EMAIL_URL", "")))
# Rate limits of sign-in attempts, per username and per IP address (accounts.services.rate_limits).
SIGN_IN_TRIES_PER_NAME = _read("int", "SIGN_IN_TRIES_PER_NAME", 10, validate=_positive)
SIGN_IN_TRIES_PER_ADDRESS = _read("int", "SIGN_IN_TRIES_PER_ADDRESS", 100, validate=_positive)
SIGN_IN_WINDOW_SECONDS = _read("int", "SIGN_IN_WINDOW_SECONDS", 900, validate=_positive)
# Whether superusers need two-factor authentication to enter the admin.
ADMINISTRATORS_NEED_CODES = _read("bool", "ADMINISTRATORS_NEED_CODES", not EMBEDDED and not DEBUG and not TESTING)

# django-allauth (docs/decisions/0014). It does not use `User.email`, which only holds a confirmed address, copied from
# the table of e-mail addresses (accounts.receivers).
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
# New users are signed in at once. Several accounts may have the same address until one of them confirms it, so no
# response reveals whether an address is registered. The form itself sends the confirmation e-mail, for pages and API.
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 3
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
# One address per account. A new address replaces it once it is confirmed.
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "accounts.tokens.ResetTokenGenerator"  # noqa: S105 - a class
PASSWORD_RESET_TIMEOUT = 2 * 3600
# allauth's rate limits use the cache and are not atomic. Ours are in the database.
ACCOUNT_RATE_LIMITS = False
MFA_ADAPTER = "accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Fantasy F1"
MFA_TOTP_TOLERANCE = 1
# An unconfirmed address does not prevent users from setting up two-factor authentication.
MFA_ALLOW_UNVERIFIED_EMAIL = True

LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "pages:my_leagues"
LOGOUT_REDIRECT_URL = "home"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["core.api.parsers.BoundedJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "core.api.pagination.DefaultPagination",
    "DEFAULT_THROTTLE_CLASSES": [
        "core.api.throttling.UserThrottle",
        "core.api.throttling.AddressThrottle",
    ],
    "DEFAULT_SCHEMA_CLASS": "core.api.schema.ProjectAutoSchema",
    "EXCEPTION_HANDLER": "core.api.exceptions.exception_handler",
    "NUM_PROXIES": TRUSTED_PROXIES,
    # The OpenAPI schema describes the operations; OPTIONS is disabled.
    "DEFAULT_METADATA_CLASS": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=30),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=30),
    "SIGNING_KEY": JWT_SIGNING_KEY,
    "AUDIENCE": "fantasyf1-api",
    "ISSUER": "fantasyf1",
}
API_PER_MINUTE_AND_USER = _read("int", "API_PER_MINUTE_AND_USER", 1_200, validate=_not_negative)
API_PER_MINUTE_AND_ADDRESS = _read("int", "API_PER_MINUTE_AND_ADDRESS", 6_000, validate=_not_negative)

# Other sites whose pages may use the API: none by default. They send a token, never a cookie.
CORS_ALLOWED_ORIGINS = _read("list", "CORS_ALLOWED_ORIGINS", [], validate=_origins)
CORS_URLS_REGEX = r"^/(api|live)/"
CORS_ALLOW_HEADERS = [
    *default_headers,
    "idempotency-key",
    "if-none-match",
    "last-event-id",
    "x-request-id",
]
CORS_EXPOSE_HEADERS = [
    "ETag",
    "Idempotent-Replayed",
    "Retry-After",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
    "X-Request-ID",
]

SPECTACULAR_SETTINGS = {
    "TITLE": "Fantasy F1",
    "DESCRIPTION": "Draft, score and follow a fantasy Formula 1 league. Sign in and send your token as a bearer token.",
    "VERSION": VERSION,
    "SERVE_INCLUDE_SCHEMA": False,
    # Separate components for requests and responses: text in a request must not be empty.
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "core.api.examples.add_examples",
        "core.api.schema.extract_shared_components",
        "drafts.api.stream_schema.add_stream_to_schema",
    ],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "RaceState": "races.models.Race.State",
        "SessionKind": "races.models.Session.Kind",
        "ClassificationKind": "races.models.Classification.Kind",
        "LeagueVisibility": "leagues.models.League.Visibility",
        "InvitationState": "leagues.models.Invitation.State",
        "MemberRole": "leagues.models.Membership.Role",
        "GivenRole": "leagues.api.serializers.GIVEN_ROLES",
        "LeagueScoring": "leagues.models.SettingsVersion.Scoring",
        "DraftState": "drafts.models.Draft.State",
        "OrderSource": "drafts.models.Draft.OrderSource",
        "PickSource": "drafts.models.Pick.Source",
        "DraftEventKind": "drafts.models.DraftEvent.Kind",
        "AutodraftSwitch": "constructors.models.Constructor.Autodraft",
    },
}

# -- language, time, files -------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
FORMAT_MODULE_PATH = "fantasyf1.formats"

STATIC_URL = "static/"
STATIC_ROOT = Path(_read("str", "STATIC_ROOT", "") or FANTASYF1_HOME / "static")
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns if it is missing
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG or TESTING
# Look files up when they are requested: a scan of all of them takes as long as the rest of a short test.
WHITENOISE_AUTOREFRESH = DEBUG or TESTING

# -- mail ------------------------------------------------------------------------------------------------------------

_mail = _read("dj_email_url", "EMAIL_URL", "console:")
if "EMAIL_BACKEND" not in _mail:
    raise ImproperlyConfigured(
        "EMAIL_URL is invalid: it must be like smtp://host:25, submission://user:password@host:587, or console:"
    )
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_HOST = _mail["EMAIL_HOST"]
EMAIL_PORT = _mail["EMAIL_PORT"]
EMAIL_HOST_USER = _mail["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = _mail["EMAIL_USE_TLS"]
EMAIL_USE_SSL = _mail["EMAIL_USE_SSL"]
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = _read("str", "DEFAULT_FROM_EMAIL", "Fantasy F1 <fantasyf1@localhost>")

# -- security --------------------------------------------------------------------------------------------------------

SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
if HTTPS:
    # With this prefix, browsers accept the cookie only from this host over HTTPS: a sibling domain cannot set it.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_REDIRECT_EXEMPT = [r"^live/health$"]
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
# No inline scripts or styles, no third-party content, no eval (tests/test_headers.py).
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: []
    for name in (
        "accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer", "microphone", "midi",
        "payment", "serial", "usb", "xr-spatial-tracking",
    )
}  # fmt: skip

# -- logging and Sentry ----------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "core.web.request_ids.RequestIdFilter"}},
    "formatters": {"line": {"format": "{asctime} {levelname} {name} [{request_id}]: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request_id"]}},
    "root": {"handlers": ["console"], "level": _read("str", "LOG_LEVEL", "INFO", validate=_log_level)},
    "loggers": {
        # Django's own handler would log everything twice, and Celery would log every periodic task.
        "django": {"handlers": [], "level": "INFO"},
        **{name: {"level": "WARNING"} for name in ("httpx", "httpcore", "celery", "django_celery_beat")},
    },
}

SENTRY_DSN = _read("str", "SENTRY_DSN", "")
if SENTRY_DSN:
    try:
        sentry_sdk.init(dsn=SENTRY_DSN, send_default_pii=False, traces_sample_rate=_read("float", "SENTRY_TRACES", 0.0))
    except BadDsn as error:
        raise ImproperlyConfigured("SENTRY_DSN is invalid: copy it from your project settings in Sentry.") from error
