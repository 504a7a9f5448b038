"""Users, sign-in, passwords, two-factor authentication (django-allauth)."""

from fantasyf1.settings.base import DEBUG, EMBEDDED, HTTPS
from fantasyf1.settings.env import TESTING, positive, read, registration

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
REGISTRATION = read("str", "REGISTRATION", "invite" if HTTPS else "open", validate=registration)
# Whether e-mail addresses must be confirmed. Without a mail server that is impossible.
CONFIRM_EMAIL = read("bool", "CONFIRM_EMAIL", bool(read("str", "EMAIL_URL", "")))
# Rate limits of sign-in attempts, per username and per IP address (accounts.services.rate_limits).
SIGN_IN_TRIES_PER_NAME = read("int", "SIGN_IN_TRIES_PER_NAME", 10, validate=positive)
SIGN_IN_TRIES_PER_ADDRESS = read("int", "SIGN_IN_TRIES_PER_ADDRESS", 100, validate=positive)
SIGN_IN_WINDOW_SECONDS = read("int", "SIGN_IN_WINDOW_SECONDS", 900, validate=positive)
# How many invitations, reminders and nudges a user may send a day: to the same recipient, and in all
# (leagues.services.contact_limits).
INVITATIONS_PER_DAY_AND_RECIPIENT = read("int", "INVITATIONS_PER_DAY_AND_RECIPIENT", 5, validate=positive)
INVITATIONS_PER_DAY_AND_SENDER = read("int", "INVITATIONS_PER_DAY_AND_SENDER", 30, validate=positive)
# Whether superusers need two-factor authentication to enter the admin.
ADMINISTRATORS_NEED_CODES = read("bool", "ADMINISTRATORS_NEED_CODES", not EMBEDDED and not DEBUG and not TESTING)

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
