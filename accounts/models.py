"""Users: who signs in, in which time zone he lives, and how others may call him."""

import zoneinfo

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower


def known_time_zone(name: str) -> None:
    """Refuse a name that the IANA time zone database does not have."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(f"“{name}” is not a time zone. Choose one such as Europe/Berlin.")


class User(AbstractUser):
    """A person. Names and addresses are unique whatever their case, so that nobody can pose as “Bob” by “bob”."""

    time_zone = models.CharField(max_length=64, default="UTC", validators=[known_time_zone])

    quiet_from = models.TimeField(null=True, blank=True, help_text="When the quiet hours begin, in the own time zone.")
    quiet_until = models.TimeField(null=True, blank=True, help_text="When they end; it may be on the next morning.")

    class Meta(AbstractUser.Meta):
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="one_user_per_username",
                violation_error_message="This user name is taken.",
            ),
            models.UniqueConstraint(
                Lower("email"),
                name="one_user_per_email",
                condition=~models.Q(email=""),
                violation_error_message="This e-mail address is already in use.",
            ),
        ]
