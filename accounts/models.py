"""Users, sessions, API token families, changes of e-mail addresses, and invitations."""

import hashlib
import uuid
import zoneinfo
from datetime import datetime, timedelta
from typing import ClassVar

from django.contrib.auth.models import AbstractUser, AnonymousUser
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.confusables import folded, skeleton
from core.derived_fields import DerivedField, DerivesFields
from core.formatting.avatars import Mark
from core.formatting.devices import device_name
from core.quiet_hours import QuietHours


def validate_time_zone(name: str) -> None:
    """Raise `ValidationError` for a name that is not in the IANA time zone database."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(
            gettext("“%(name)s” is not a time zone. Choose one such as Europe/Berlin.") % {"name": name}
        )


class User(DerivesFields, AbstractUser):
    """A user. No two user names differ in case only or look alike, so that “Bob” or “b0b” cannot impersonate “bob”.

    Display names are unique in each league only (`leagues.models.Membership`).
    """

    class Badge(models.TextChoices):
        HELMET = "helmet", _("Helmet")
        FLAG = "flag", _("Chequered flag")
        STAR = "star", _("Star")
        BOLT = "bolt", _("Bolt of lightning")
        WHEEL = "wheel", _("Wheel")
        TROPHY = "trophy", _("Trophy")
        CROWN = "crown", _("Crown")
        SHIELD = "shield", _("Shield")

    class Theme(models.TextChoices):
        SYSTEM = "system", _("System")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    class Contrast(models.TextChoices):
        SYSTEM = "system", _("System")
        MORE = "more", _("More")

    class Colour(models.IntegerChoices):
        """The avatar colours of `static/css/tokens.css`."""

        BLUE = 1, _("Blue")
        GREEN = 2, _("Green")
        BROWN = 3, _("Brown")
        PURPLE = 4, _("Purple")
        GREY = 5, _("Grey")
        PINK = 6, _("Pink")
        RED = 7, _("Red")
        OLIVE = 8, _("Olive")

    username_key = DerivedField(
        source="username", derive=folded, help_text=_("The user name as it is compared with others: without case.")
    )
    username_skeleton = DerivedField(
        source="username",
        derive=skeleton,
        help_text=_("What the user name has in common with names that look like it."),
    )
    display_name = models.CharField(
        _("display name"),
        max_length=40,
        blank=True,
        help_text=_("The name that others see. It can have spaces. Leave it empty to use your user name."),
    )
    language = models.CharField(
        _("language"), max_length=10, blank=True, help_text=_("Empty: the language that the browser asks for.")
    )
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_time_zone])
    # core.web.appearance reads both.
    theme = models.CharField(
        _("theme"), max_length=6, choices=Theme, blank=True, help_text=_("Empty: what each browser has chosen.")
    )
    contrast = models.CharField(
        _("contrast"), max_length=6, choices=Contrast, blank=True, help_text=_("Empty: what each browser has chosen.")
    )

    quiet_from = models.TimeField(
        _("quiet hours from"), null=True, blank=True, help_text=_("When quiet hours start, in the user's time zone.")
    )
    quiet_until = models.TimeField(
        _("quiet hours until"), null=True, blank=True, help_text=_("When they end. It can be on the next morning.")
    )

    bio = models.CharField(_("bio"), max_length=280, blank=True)
    mark_colour = models.PositiveSmallIntegerField(
        _("colour"), choices=Colour, null=True, blank=True, help_text=_("Of the avatar. Empty: one by name.")
    )
    mark_badge = models.CharField(
        _("badge"), max_length=10, choices=Badge, blank=True, help_text=_("On the avatar. Empty: the initials.")
    )
    discoverable = models.BooleanField(_("others can see my profile"), default=True)
    found_by_name = models.BooleanField(_("others can find me by my user name"), default=True)
    found_by_email = models.BooleanField(_("others can find me by my e-mail address"), default=False)

    pick_links = models.BooleanField(_("links in messages let me pick without signing in"), default=True)
    pick_links_version = models.PositiveIntegerField(
        default=0, editable=False, help_text=_("Incremented to revoke all pick links at once.")
    )

    credentials_version = models.PositiveIntegerField(
        default=0, editable=False, help_text=_("Incremented to end all sessions and tokens at once.")
    )
    # The fields that decide whether a session or token is still valid. Bulk queries load only these.
    CREDENTIAL_FIELDS: ClassVar = ("password", "credentials_version")

    last_seen_at = models.DateTimeField(
        _("last seen at"), null=True, blank=True, help_text=_("When the user last used the site, to within a day.")
    )

    class Meta(AbstractUser.Meta):
        constraints = [
            models.UniqueConstraint(fields=["username_key"], name="one_user_per_username_key"),
            models.UniqueConstraint(fields=["username_skeleton"], name="one_user_per_username_skeleton"),
            models.UniqueConstraint(
                Lower("email"),
                name="one_user_per_email",
                condition=~models.Q(email=""),
                violation_error_message=_("This e-mail address is already in use."),
            ),
        ]

    def __str__(self) -> str:
        return self.shown_name

    @property
    def shown_name(self) -> str:
        """The name that others see: the display name, else the user name."""
        return self.display_name or self.username

    @property
    def mark(self) -> Mark:
        """The avatar that the user has chosen."""
        return Mark(self.mark_colour, self.mark_badge)

    @property
    def shown_email(self) -> str:
        """The address to show to the user: the confirmed one, else an unconfirmed one, else an empty string."""
        return self.email or self.emailaddress_set.values_list("email", flat=True).first() or ""

    @property
    def quiet_hours(self) -> QuietHours | None:
        """The hours in which the user's pick clock stands still and e-mail and push wait; None if they have none."""
        if self.quiet_from is None or self.quiet_until is None:
            return None
        return QuietHours(self.time_zone, self.quiet_from, self.quiet_until)

    @property
    def public_bio(self) -> str:
        """The bio as others see it: empty if they may not see the profile."""
        return self.bio if self.discoverable else ""

    @property
    def credentials_digest(self) -> str:
        """SHA-256 hex digest that changes with the password, however it is changed, and on signing out everywhere."""
        return hashlib.sha256(f"{self.credentials_version}:{self.password}".encode()).hexdigest()

    @property
    def pick_links_digest(self) -> str:
        """SHA-256 hex digest that changes with the credentials, and when pick links are switched off."""
        return hashlib.sha256(f"{self.pick_links_version}:{self.credentials_digest}".encode()).hexdigest()

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        # Django hashes only the password.
        return salted_hmac("accounts.session", self.credentials_digest, secret=secret, algorithm="sha256").hexdigest()


UserOrAnonymous = User | AnonymousUser


class TokenFamilyQuerySet(models.QuerySet["TokenFamily"]):
    def active(self) -> "TokenFamilyQuerySet":
        """Families not revoked, of active users. Check `has_current_credentials` too: it compares the credentials."""
        return self.filter(revoked_at=None, user__is_active=True)


class TokenFamily(models.Model):
    """One sign-in of an app: a chain of single-use refresh tokens, each exchanged for the next (token rotation).

    Access tokens carry the id of their family too, so revoking the family revokes them.
    """

    class RevocationReason(models.TextChoices):
        """Why a family was revoked."""

        LOGOUT = "logout", _("Signed out")
        EVERYWHERE = "everywhere", _("Signed out everywhere")
        REPLAY = "replay", _("A used token was sent again")
        CREDENTIALS = "credentials", _("The password was changed or the account was closed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="token_families")
    credentials = models.CharField(max_length=64, help_text=_("The user's `credentials_digest` at sign-in."))
    current = models.CharField(max_length=64, help_text=_("SHA-256 of the ID of the unused token."))
    previous = models.CharField(max_length=64, blank=True, help_text=_("SHA-256 of the ID of the token used last."))
    device = models.CharField(max_length=100, blank=True, help_text=_("The app's user agent."))
    created_at = models.DateTimeField()
    rotated_at = models.DateTimeField(help_text=_("When the current token was issued."))
    expires_at = models.DateTimeField(help_text=_("When the current token expires."))
    revoked_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=11, choices=RevocationReason.choices, blank=True)

    objects: ClassVar = TokenFamilyQuerySet.as_manager()

    class Meta:
        ordering = ["-rotated_at"]
        verbose_name = _("token family")
        verbose_name_plural = _("token families")
        indexes = [models.Index(fields=["expires_at"], name="token_families_by_expiry")]

    def __str__(self) -> str:
        return gettext("%(device)s of %(user)s") % {"device": self.device or gettext("an app"), "user": self.user}

    @property
    def device_name(self) -> str:
        return device_name(self.device)

    @property
    def has_current_credentials(self) -> bool:
        """Are the user's credentials the same as at sign-in?"""
        return constant_time_compare(self.credentials, self.user.credentials_digest)


class BrowserSession(models.Model):
    """Describes one of the user's sessions, so that they can review it and end it. Deleted with the session."""

    session = models.OneToOneField(Session, on_delete=models.CASCADE, related_name="browser")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="browsers")
    device = models.CharField(max_length=200, blank=True, help_text=_("The browser's user agent."))
    signed_in_at = models.DateTimeField()

    class Meta:
        ordering = ["-signed_in_at", "-pk"]
        verbose_name = _("browser session")
        verbose_name_plural = _("browser sessions")

    def __str__(self) -> str:
        return gettext("%(user)s since %(time)s") % {"user": self.user, "time": self.signed_in_at}

    @property
    def device_name(self) -> str:
        return device_name(self.device)


class EmailChange(models.Model):
    """A confirmed e-mail address that was replaced or removed. A link in an e-mail to it undoes that for seven days."""

    UNDO_PERIOD: ClassVar = timedelta(days=7)

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="email_changes")
    old_email = models.EmailField()
    changed_at = models.DateTimeField()
    undone_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When this change or an earlier one was undone, which ends the link.")
    )

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("change of an e-mail address")
        verbose_name_plural = _("changes of e-mail addresses")

    def __str__(self) -> str:
        return gettext("%(user)s on %(time)s") % {"user": self.user, "time": self.changed_at}

    @property
    def undo_until(self) -> datetime:
        return self.changed_at + self.UNDO_PERIOD


class AccountInvitation(models.Model):
    """A single-use invitation to sign up, for sites without open registration. Anyone who has the link can use it."""

    invited_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("invited by")
    )
    email = models.EmailField(
        _("e-mail address"),
        blank=True,
        help_text=_("We send the link to this address. If you leave it empty, share the link yourself."),
    )
    created_at = models.DateTimeField(_("created at"))
    expires_at = models.DateTimeField(_("expires at"))
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("account invitation")
        verbose_name_plural = _("account invitations")

    def __str__(self) -> str:
        return gettext("Invitation for %(email)s") % {"email": self.email} if self.email else gettext("Invitation")
