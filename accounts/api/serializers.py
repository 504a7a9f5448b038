"""API serializers of accounts."""

from typing import Any

from rest_framework import serializers

from accounts.models import User
from core.api.fields import UTCDateTimeField
from core.formatting.avatars import initials


class PasswordField(serializers.CharField):
    """A password, not trimmed. The maximum length keeps huge passwords from the hasher."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, max_length=1000, write_only=True, style={"input_type": "password"})


class RegisterSerializer(serializers.Serializer[Any]):
    username = serializers.CharField(max_length=150, help_text="Letters, digits and . + - _, unique in any case.")
    email = serializers.EmailField(max_length=254)
    password = PasswordField()
    time_zone = serializers.CharField(max_length=64, default="UTC", help_text="Such as Europe/Berlin.")
    invitation = serializers.CharField(
        max_length=400,
        default="",
        allow_blank=True,
        help_text="Where signing up takes one.",
    )


class EmailSerializer(serializers.Serializer[Any]):
    email = serializers.EmailField(max_length=254)


class ResetSerializer(serializers.Serializer[Any]):
    token = serializers.CharField(max_length=400, help_text="What stands in the link of the mail.")
    new_password = PasswordField()


class LoginSerializer(serializers.Serializer[Any]):
    username = serializers.CharField(max_length=254, help_text="The user name or the e-mail address.")
    password = PasswordField()
    code = serializers.CharField(
        max_length=10,
        default="",
        allow_blank=True,
        help_text="Of the authenticator app, for those who have one, or one of their recovery codes.",
    )


class RefreshSerializer(serializers.Serializer[Any]):
    refresh = serializers.CharField(max_length=4000)


class PasswordChangeSerializer(serializers.Serializer[Any]):
    current_password = PasswordField()
    new_password = PasswordField()


class ProfileSerializer(serializers.Serializer[Any]):
    time_zone = serializers.CharField(max_length=64, required=False)


class UserSerializer(serializers.ModelSerializer[User]):
    """A person, as only he sees himself."""

    email = serializers.EmailField(source="shown_email", help_text="Confirmed or not.")
    date_joined = UTCDateTimeField(read_only=True)

    class Meta:
        model = User
        fields = ("id", "username", "email", "time_zone", "date_joined")
        read_only_fields = fields


class TokensSerializer(serializers.Serializer[Any]):
    access = serializers.CharField(help_text="Sent as `Authorization: Bearer ...`; lives for 30 minutes.")
    refresh = serializers.CharField(help_text="Gets the next pair of tokens; lives for 30 days.")


class RegisteredSerializer(TokensSerializer):
    user = UserSerializer()


class PersonSerializer(serializers.ModelSerializer[User]):
    """A person, as others see him."""

    initials = serializers.SerializerMethodField(help_text="What stands for him beside his name: a letter or two.")

    class Meta:
        model = User
        fields = ("id", "username", "initials", "bio")
        read_only_fields = fields

    def get_initials(self, user: User) -> str:
        return initials(user.username)


class FindSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=150, default="", help_text="A whole user name, in any case.")
    email = serializers.CharField(max_length=254, default="", help_text="A whole address, in any case.")
