"""API serializers of accounts."""

from typing import Any

from rest_framework import serializers

from accounts.models import TokenFamily, User
from core.api.fields import TimeOfDayField, UTCDateTimeField
from core.formatting.avatars import initials


class PasswordField(serializers.CharField):
    """A password, not trimmed. The maximum length keeps huge passwords from the hasher."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, max_length=1000, write_only=True, style={"input_type": "password"})


USERNAME_HELP = "Letters of one script, digits and . + - _; unique, ignoring case, among names that look alike."


class RegisterSerializer(serializers.Serializer[Any]):
    username = serializers.CharField(max_length=150, help_text=USERNAME_HELP)
    email = serializers.EmailField(max_length=254)
    password = PasswordField()
    time_zone = serializers.CharField(
        max_length=64, default="UTC", help_text="A name from the IANA time zone database, such as Europe/Berlin."
    )
    invitation = serializers.CharField(
        max_length=400,
        default="",
        allow_blank=True,
        help_text="An invitation code, on sites that require one to sign up.",
    )


class EmailSerializer(serializers.Serializer[Any]):
    email = serializers.EmailField(max_length=254)


class EmailChangeSerializer(EmailSerializer):
    """A new address, with your password: an app that you left open should not change it."""

    password = PasswordField()


class ResetSerializer(serializers.Serializer[Any]):
    token = serializers.CharField(max_length=400, help_text="The token in the link of the e-mail.")
    new_password = PasswordField()


class LoginSerializer(serializers.Serializer[Any]):
    username = serializers.CharField(max_length=254, help_text="Your user name or e-mail address.")
    password = PasswordField()
    code = serializers.CharField(
        max_length=10,
        default="",
        allow_blank=True,
        help_text="The code from your authenticator app, or a recovery code, if you use two-factor authentication.",
    )


class RefreshSerializer(serializers.Serializer[Any]):
    refresh = serializers.CharField(max_length=4000)


class PasswordChangeSerializer(serializers.Serializer[Any]):
    current_password = PasswordField()
    new_password = PasswordField()


QUIET_HOURS = "Both or neither, at most 12 hours apart, in your time zone. Your pick clocks stop in between."


class BadgeField(serializers.ChoiceField):
    """The badge of an avatar, which may be empty. Read-only fields of models leave that out of the schema."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(User.Badge.choices, allow_blank=True, help_text="Empty: the initials.", **kwargs)


class LookField(serializers.ChoiceField):
    """How pages look, which may be left to each browser."""

    def __init__(self, choices: Any, **kwargs: Any) -> None:
        text = "How the pages look on all your devices. Empty: as each of your browsers has chosen."
        super().__init__(choices, allow_blank=True, help_text=text, **kwargs)


class ProfileSerializer(serializers.Serializer[Any]):
    """Fields that you leave out keep their values."""

    username = serializers.CharField(max_length=150, required=False, help_text=USERNAME_HELP)
    display_name = serializers.CharField(
        max_length=40,
        required=False,
        allow_blank=True,
        help_text="The name that others see. Empty: your user name. Unique among the members of each of your leagues.",
    )
    language = serializers.CharField(
        max_length=10,
        required=False,
        allow_blank=True,
        help_text="The language of your pages, e-mails and notifications: en-gb or de. Empty: that of your browser."
        " Responses of the API are in the language of `Accept-Language`.",
    )
    theme = LookField(User.Theme.choices, required=False)
    contrast = LookField(User.Contrast.choices, required=False)
    time_zone = serializers.CharField(max_length=64, required=False)
    quiet_from = TimeOfDayField(required=False, allow_null=True, help_text=QUIET_HOURS)
    quiet_until = TimeOfDayField(required=False, allow_null=True, help_text="It can be on the next morning.")
    bio = serializers.CharField(
        max_length=280, required=False, allow_blank=True, help_text="Others read it. It keeps its line breaks."
    )
    mark_colour = serializers.ChoiceField(
        User.Colour.choices, required=False, allow_null=True, help_text="Of your avatar. Null: one by your name."
    )
    mark_badge = BadgeField(required=False)
    discoverable = serializers.BooleanField(required=False, help_text="Whether others can see your profile.")
    found_by_name = serializers.BooleanField(required=False, help_text="Whether others can find you by your user name.")
    found_by_email = serializers.BooleanField(
        required=False, help_text="Whether others can find you by your e-mail address."
    )
    pick_links = serializers.BooleanField(
        required=False,
        help_text="Whether links in messages let you pick without signing in. False revokes all links that were sent.",
    )


class OwnPasswordSerializer(serializers.Serializer[Any]):
    """Your password, for what an app that you left open should not do."""

    password = PasswordField()


class UserSerializer(serializers.ModelSerializer[User]):
    """The current user, with the fields that only they can see."""

    email = serializers.EmailField(source="shown_email", help_text="May be unconfirmed.")
    quiet_from = TimeOfDayField(allow_null=True, read_only=True)
    quiet_until = TimeOfDayField(allow_null=True, read_only=True)
    theme = LookField(User.Theme.choices, read_only=True)
    contrast = LookField(User.Contrast.choices, read_only=True)
    mark_badge = BadgeField(read_only=True)
    date_joined = UTCDateTimeField(read_only=True)

    class Meta:
        model = User
        fields = (
            "id", "username", "display_name", "email", "language", "theme", "contrast", "time_zone", "quiet_from",
            "quiet_until", "bio", "mark_colour", "mark_badge", "discoverable", "found_by_name", "found_by_email",
            "pick_links", "date_joined",
        )  # fmt: skip
        read_only_fields = fields
        # Django's own text would allow an @.
        extra_kwargs = {"username": {"help_text": USERNAME_HELP}}


class TokensSerializer(serializers.Serializer[Any]):
    access = serializers.CharField(help_text="Send it as `Authorization: Bearer ...`.")
    expires_in = serializers.IntegerField(help_text="Seconds until `access` expires.")
    refresh = serializers.CharField(help_text="Exchange it for a new pair of tokens. Expires after 30 days.")


class RegisteredSerializer(TokensSerializer):
    user = UserSerializer()


class EmailAddressSerializer(serializers.Serializer[Any]):
    email = serializers.CharField(help_text="Your confirmed address. Empty if you have not confirmed one.")
    new_email = serializers.CharField(allow_null=True, help_text="An address that waits to be confirmed.")


class EmailTokenSerializer(serializers.Serializer[Any]):
    token = serializers.CharField(max_length=400, help_text="The token in the link of the e-mail.")


class PasswordResetTokenSerializer(serializers.Serializer[Any]):
    token = serializers.CharField(help_text="Set a new password with it, within two hours: `password-reset/confirm`.")


class MfaSerializer(serializers.Serializer[Any]):
    is_on = serializers.BooleanField(help_text="Whether you need a code to sign in.")
    recovery_codes_left = serializers.IntegerField()


class MfaSetUpSerializer(serializers.Serializer[Any]):
    """A secret for an authenticator app."""

    secret = serializers.CharField(help_text="To enter into the app by hand, in Base32.")
    url = serializers.CharField(help_text="The same as an `otpauth` URL, for a QR code.")
    token = serializers.CharField(help_text="Send it back to confirm the secret.")


class MfaConfirmSerializer(serializers.Serializer[Any]):
    token = serializers.CharField(max_length=400, help_text="The token of the secret.")
    code = serializers.CharField(max_length=10, help_text="The code that your authenticator app shows now.")


class RecoveryCodesSerializer(serializers.Serializer[Any]):
    recovery_codes = serializers.ListField(child=serializers.CharField(), help_text="Each of them works once.")


class BrowserSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    device = serializers.CharField(source="device_name", help_text="Empty if unknown.")
    signed_in_at = UTCDateTimeField()


class AppSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    device = serializers.CharField(source="device_name", help_text="Empty if unknown.")
    signed_in_at = UTCDateTimeField(source="created_at")
    refreshed_at = UTCDateTimeField(source="rotated_at", help_text="When it last got a pair of tokens.")
    expires_at = UTCDateTimeField()
    is_current = serializers.SerializerMethodField(help_text="Whether it is the app that sends this request.")

    def get_is_current(self, family: TokenFamily) -> bool:
        return bool(str(family.pk) == self.context["request"].auth["family"])


class SignInsSerializer(serializers.Serializer[Any]):
    """Where a user is signed in, latest first."""

    browsers = BrowserSerializer(many=True)
    apps = AppSerializer(many=True)


class MarkSerializer(serializers.Serializer[Any]):
    """The avatar that a player has chosen."""

    colour = serializers.ChoiceField(User.Colour.choices, allow_null=True, help_text="Null: one by the name.")
    badge = BadgeField()


class PersonSerializer(serializers.ModelSerializer[User]):
    """A user, as others see them."""

    initials = serializers.SerializerMethodField(help_text="One or two letters for an avatar.")
    mark_badge = BadgeField(read_only=True)

    class Meta:
        model = User
        fields = ("id", "username", "display_name", "initials", "mark_colour", "mark_badge", "bio")
        read_only_fields = fields
        extra_kwargs = {"username": {"help_text": USERNAME_HELP}}

    def get_initials(self, user: User) -> str:
        return initials(user.shown_name)


class FindSerializer(serializers.Serializer[Any]):
    # Text of whitespace alone finds nobody. Trimmed by the field, it would be refused, which the schema does not say.
    name = serializers.CharField(
        max_length=150, default="", trim_whitespace=False, help_text="A complete user name. Case is ignored."
    )
    email = serializers.CharField(
        max_length=254, default="", trim_whitespace=False, help_text="A complete e-mail address. Case is ignored."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {name: value.strip() for name, value in attrs.items()}
