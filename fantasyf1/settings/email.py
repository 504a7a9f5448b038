"""The mail server, by `EMAIL_URL`."""

from django.core.exceptions import ImproperlyConfigured

from fantasyf1.settings.env import read

_mail = read("dj_email_url", "EMAIL_URL", "console:")
if "EMAIL_BACKEND" not in _mail:
    raise ImproperlyConfigured(
        "EMAIL_URL is invalid: it must be like smtp://host:25, submission://user:password@host:587, or console:"
    )
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
# Without a mail server, e-mails are printed, and administrators issue links to reset passwords.
HAS_MAIL_SERVER = not EMAIL_BACKEND.endswith(("console.EmailBackend", "dummy.EmailBackend"))
EMAIL_HOST = _mail["EMAIL_HOST"]
EMAIL_PORT = _mail["EMAIL_PORT"]
EMAIL_HOST_USER = _mail["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = _mail["EMAIL_USE_TLS"]
EMAIL_USE_SSL = _mail["EMAIL_USE_SSL"]
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = read("str", "DEFAULT_FROM_EMAIL", "Fantasy F1 <fantasyf1@localhost>")
