"""The data directory, the mode of the installation, apps, middleware, templates, languages and static files."""

import atexit
import shutil
import tempfile
import time
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import django_stubs_ext
from django.core.exceptions import ImproperlyConfigured

from fantasyf1 import catalogues
from fantasyf1.ops import data_dir
from fantasyf1.ops.address import Address
from fantasyf1.settings.env import (
    BASE_DIR,
    TESTING,
    database_url,
    http_url,
    not_negative,
    origin,
    positive,
    read,
    redis_url,
)

# Lets forms and admins be parametrised with their model, for the type checker.
django_stubs_ext.monkeypatch()
# The one place that holds the version is pyproject.toml.
VERSION = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["version"]


def _default_data_dir() -> Path:
    """`var/`; for tests a temporary directory, so that they do not touch the data of a local server."""
    if not TESTING:
        return BASE_DIR / "var"
    folder = Path(tempfile.mkdtemp(prefix="fantasyf1-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


FANTASYF1_HOME = Path(read("str", "FANTASYF1_HOME", "") or _default_data_dir()).expanduser().resolve()
try:
    data_dir.protect(FANTASYF1_HOME)
except PermissionError as _error:
    raise ImproperlyConfigured(
        f"FANTASYF1_HOME is invalid: {FANTASYF1_HOME} cannot be made private to your user ({_error.strerror}). Others"
        " could read its secrets: choose a folder that belongs to your user."
    ) from _error
except OSError as _error:
    raise ImproperlyConfigured(f"FANTASYF1_HOME is invalid: {FANTASYF1_HOME}: {_error.strerror}.") from _error
DATABASE_URL = read("str", "DATABASE_URL", "", validate=database_url)
REDIS_URL = read("str", "REDIS_URL", "", validate=redis_url)
# Celery's Redis. One of its own evicts nothing, while that of the cache may evict anything.
BROKER_URL = read("str", "BROKER_URL", "", validate=redis_url) or REDIS_URL
EMBEDDED = not DATABASE_URL

DEBUG = read("bool", "DEBUG", False)
HTTPS = read("bool", "HTTPS", not EMBEDDED and not DEBUG and not TESTING)
# Other people use the site, so what only a developer may leave out is required.
IS_PRODUCTION = not TESTING and (HTTPS or not (EMBEDDED or DEBUG))


def _default_site_url() -> str:
    """The listening address. Raises `ImproperlyConfigured` in production, where the address is another one."""
    if TESTING:
        return "http://testserver"
    if IS_PRODUCTION:
        raise ImproperlyConfigured(
            "SITE_URL is not set. Set it to the address of the site, such as https://f1.example.org: all links in"
            " e-mails, invitations and calendars begin with it."
        )
    try:
        return Address.from_environment().url
    except ValueError as _error:
        raise ImproperlyConfigured(str(_error)) from _error


# What all links that leave the site begin with.
SITE_URL = (read("str", "SITE_URL", "", validate=origin) or _default_site_url()).rstrip("/")
SECRET_KEY = read("str", "SECRET_KEY", "") or data_dir.read_or_create_secret(FANTASYF1_HOME, "secret-key")
ALLOWED_HOSTS = read("list", "ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = read("list", "CSRF_TRUSTED_ORIGINS", [])
# The number of own proxies in front of the site. Each appends the address of its client to X-Forwarded-For.
TRUSTED_PROXIES = read("int", "TRUSTED_PROXIES", 0, validate=not_negative)
# Concurrent Django requests per process (fantasyf1.asgi).
WEB_THREADS = read("int", "WEB_THREADS", 8, validate=positive)
# How long a web process goes on serving after SIGTERM, so that proxies notice (fantasyf1.draining).
DRAIN_SECONDS = read("float", "DRAIN_SECONDS", 0.5 if EMBEDDED else 4.0, validate=not_negative)
# Whether browsers keep copies of pages for when they are offline (templates/service_worker.js).
OFFLINE_PAGES = read("bool", "OFFLINE_PAGES", True)
ADMIN_USERNAME = read("str", "ADMIN_USERNAME", "admin")
ADMIN_PASSWORD = read("str", "ADMIN_PASSWORD", "")

F1_API_URL = read("str", "F1_API_URL", "https://api.jolpi.ca/ergast/f1/", validate=http_url).rstrip("/") + "/"
F1_API_TIMEOUT_SECONDS = read("float", "F1_API_TIMEOUT_SECONDS", 10.0, validate=positive)
F1_API_PER_SECOND = read("int", "F1_API_PER_SECOND", 4, validate=positive)
F1_API_PER_HOUR = read("int", "F1_API_PER_HOUR", 500, validate=positive)


def _clock_start() -> datetime | None:
    text = read("str", "FANTASYF1_CLOCK", "")
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
CLOCK_STARTED_AT = read("float", "FANTASYF1_CLOCK_STARTED_AT", time.time())

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
    "fantasyf1.apps.FailedTasksConfig",
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
    "core.web.request_log.RequestLogMiddleware",
    "core.web.request_metrics.ViewNameMiddleware",
    "core.web.languages.AcceptedLanguageMiddleware",
    "core.web.security_headers.SecurityHeadersMiddleware",
    "core.web.hosts.AllowedHostMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "core.web.compression.PageCompressionMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "core.web.middleware.CacheControlMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.api.middleware.ApiTrailingSlashMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.LanguageMiddleware",
    "core.web.offline.ReaderMiddleware",
    "core.web.appearance.AppearanceMiddleware",
    "accounts.middleware.TimeZoneMiddleware",
    "accounts.middleware.LastSeenMiddleware",
    "accounts.middleware.DeviceCookieMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "core.web.offline.CopyMessagesMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "core.idempotency.IdempotencyErrorsMiddleware",
    "core.web.middleware.RateLimitedMiddleware",
    "core.web.form_addresses.FormAddressMiddleware",
]

ROOT_URLCONF = "fantasyf1.urls"
WSGI_APPLICATION = "fantasyf1.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # The texts of the operator come before ours (docs/operating.md).
        "DIRS": [FANTASYF1_HOME / "templates", BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.web.context_processors.server_time",
                "core.web.context_processors.version",
                "core.web.context_processors.appearance",
                "notifications.context_processors.unread_notifications",
            ],
            # Every template has the tags of the elements.
            "builtins": ["core.templatetags.elements"],
        },
    },
]

LANGUAGE_CODE = "en-gb"
# In their own words, for readers who do not understand the present one.
LANGUAGES = [("en-gb", "English"), ("de", "Deutsch")]
LANGUAGE_COOKIE_NAME = "language"
CATALOGUES = BASE_DIR / "locale"
LOCALE_PATHS = [
    catalogues.compiled_folder(CATALOGUES, preferred=BASE_DIR / "build" / "locale", fallback=FANTASYF1_HOME / "locale")
]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
FORMAT_MODULE_PATH = "fantasyf1.formats"

STATIC_URL = "static/"
STATIC_ROOT = Path(read("str", "STATIC_ROOT", "") or FANTASYF1_HOME / "static")
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns if it is missing
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "core.web.fonts.FontFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or TESTING
        else "core.web.static_files.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG or TESTING
# Look files up when they are requested: a scan of all of them takes as long as the rest of a short test.
WHITENOISE_AUTOREFRESH = DEBUG or TESTING
