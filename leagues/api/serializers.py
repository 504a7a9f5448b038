"""API serializers of leagues, memberships, settings, invitations and webhooks."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from core.api.fields import IdField, UTCDateTimeField

from .. import webhook_events
from ..models import Block, Invitation, League, Membership, SettingsVersion, Webhook, WebhookDelivery
from ..rules import SETTINGS_FIELDS
from ..selectors import LeaguePreview, current_settings

GIVEN_ROLES = [(role.value, role.label) for role in (Membership.Role.CO_MANAGER, Membership.Role.MEMBER)]
FIRST_DRAFT_START = (
    "How the league's first draft starts. `window`: with its window, if two people are in by then. `manual`: when a "
    "manager starts it. `now`: at once, with bots in the free places."
)
MAX_CAPACITY = 32_767  # the maximum of the column; the real limit depends on the grid


class SettingsModelSerializer(serializers.ModelSerializer[SettingsVersion]):
    # Without the labels of the model, which repeat the names of the fields in the schema. This is not a docstring,
    # which drf-spectacular would publish as the description of every serializer below that has none.

    def build_standard_field(self, field_name: str, model_field: Any) -> tuple[Any, dict[str, Any]]:
        field_class, options = super().build_standard_field(field_name, model_field)
        options.pop("label", None)
        return field_class, options


class SettingsSerializer(SettingsModelSerializer):
    """The rules of a league. Settings that you leave out keep their values."""

    class Meta:
        model = SettingsVersion
        fields = SETTINGS_FIELDS


class SettingsVersionSerializer(SettingsModelSerializer):
    """One version of a league's settings. Versions never change: a change of the settings adds one."""

    created_at = UTCDateTimeField(read_only=True)
    created_by = serializers.CharField(allow_null=True, read_only=True)

    class Meta:
        model = SettingsVersion
        fields = ("number", *SETTINGS_FIELDS, "created_at", "created_by")
        read_only_fields = fields


class LeagueQuery(serializers.Serializer[Any]):
    season = serializers.IntegerField(
        min_value=1950, max_value=9999, required=False, help_text="Only leagues in the season of the given year."
    )
    visibility = serializers.ChoiceField(
        choices=[League.Visibility.PUBLIC],
        required=False,
        help_text="`public` lists the leagues that anyone can join, instead of your own.",
    )
    search = serializers.CharField(
        max_length=60, required=False, allow_blank=True, help_text="A part of the name, in upper or lower case."
    )


class NewLeagueSerializer(SettingsModelSerializer):
    """A new league. Settings can be in `settings` or next to the name. Those in `settings` take precedence."""

    name = serializers.CharField(max_length=60)
    constructor_name = serializers.CharField(
        max_length=40, default="", allow_blank=True, help_text="By default, your user name."
    )
    visibility = serializers.ChoiceField(choices=League.Visibility.choices, default=League.Visibility.PRIVATE)
    capacity = serializers.IntegerField(
        min_value=1, max_value=MAX_CAPACITY, required=False, help_text="By default, as many as the grid has cars for."
    )
    season = serializers.IntegerField(required=False, help_text="The year. By default, the current season.")
    first_draft_start = serializers.ChoiceField(
        choices=League.FirstDraftStart.choices, default=League.FirstDraftStart.WINDOW, help_text=FIRST_DRAFT_START
    )
    settings = SettingsSerializer(required=False)

    class Meta:
        model = SettingsVersion
        fields = (
            "name", "constructor_name", "visibility", "capacity", "season", "first_draft_start", *SETTINGS_FIELDS,
            "settings",
        )  # fmt: skip

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Merge settings given beside the name and in `settings`; the latter take precedence."""
        flat = {name: attrs.pop(name) for name in SETTINGS_FIELDS if name in attrs}
        return {**attrs, "settings": {**flat, **attrs.get("settings", {})}}


class ContinueSerializer(serializers.Serializer[Any]):
    """How a league continues in the next season."""

    name = serializers.CharField(max_length=60, required=False, help_text="By default, the name of the old league.")
    capacity = serializers.IntegerField(
        min_value=1,
        max_value=MAX_CAPACITY,
        required=False,
        help_text="By default, that of the old league, as far as the grid has cars.",
    )
    first_order = serializers.ChoiceField(
        choices=League.FirstOrder.choices,
        default=League.FirstOrder.REVERSE_STANDINGS,
        help_text="The order of the first draft. The standings of this moment count, later corrections do not.",
    )
    settings = SettingsSerializer(required=False)


class LeagueChangesSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=60, required=False)
    visibility = serializers.ChoiceField(choices=League.Visibility.choices, required=False)
    capacity = serializers.IntegerField(min_value=1, max_value=MAX_CAPACITY, required=False)
    first_draft_start = serializers.ChoiceField(
        choices=League.FirstDraftStart.choices, required=False, help_text=FIRST_DRAFT_START
    )


class LeagueSerializer(serializers.Serializer[Any]):
    """A league as the caller sees it."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    code = serializers.SerializerMethodField(help_text="The code to join with. Null if you are not a member.")
    season = serializers.IntegerField(source="season.year")
    is_demonstration = serializers.BooleanField(source="season.is_demonstration")
    visibility = serializers.ChoiceField(choices=League.Visibility.choices)
    capacity = serializers.IntegerField(help_text="The maximum number of constructors.")
    first_draft_start = serializers.ChoiceField(choices=League.FirstDraftStart.choices, help_text=FIRST_DRAFT_START)
    players = serializers.IntegerField(help_text="The number of current members, without bots.")
    role = serializers.ChoiceField(
        choices=Membership.Role.choices, allow_null=True, help_text="Your own role; null if you are not a member."
    )
    created_at = UTCDateTimeField()
    archived_at = UTCDateTimeField(allow_null=True)
    predecessor_id = serializers.SerializerMethodField(
        help_text="The league of an earlier season that this one continues. Null if you are not a member."
    )

    def get_code(self, league: Any) -> str | None:
        return league.code if league.role else None

    def get_predecessor_id(self, league: Any) -> int | None:
        return league.predecessor_id if league.role else None


class LeagueDetailSerializer(LeagueSerializer):
    settings = serializers.SerializerMethodField(help_text="In force from the next draft that opens.")

    @extend_schema_field(SettingsVersionSerializer)
    def get_settings(self, league: League) -> dict[str, Any]:
        rules: dict[str, Any] = SettingsVersionSerializer(current_settings(league)).data
        return rules


class LeagueByCodeSerializer(serializers.Serializer[Any]):
    """What everybody with the code of a league sees before they join."""

    name = serializers.CharField(source="league.name")
    season = serializers.IntegerField(source="league.season.year")
    manager = serializers.CharField(allow_null=True, help_text="The user name. Null if the league has no members.")
    members = serializers.SerializerMethodField(help_text="User names: the manager, then in the order of joining.")
    players = serializers.IntegerField(help_text="The number of current members.")
    capacity = serializers.IntegerField(source="league.capacity", help_text="The maximum number of constructors.")
    is_full = serializers.BooleanField()
    archived_at = UTCDateTimeField(source="league.archived_at", allow_null=True)
    settings = SettingsSerializer(help_text="In force from the next draft that opens.")

    def get_members(self, preview: LeaguePreview) -> list[str]:
        return [str(member.user) for member in preview.members]


class CodeSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(max_length=40, help_text="Eight letters and digits, in upper or lower case.")
    constructor_name = serializers.CharField(max_length=40, default="", allow_blank=True)


class JoinSerializer(serializers.Serializer[Any]):
    constructor_name = serializers.CharField(max_length=40, default="", allow_blank=True)


class MemberSerializer(serializers.Serializer[Any]):
    user_id = serializers.IntegerField(allow_null=True)
    username = serializers.CharField(source="user.username", default="former player")
    display_name = serializers.CharField(
        source="user.shown_name", default="former player", help_text="The name to show: by default, the user name."
    )
    role = serializers.ChoiceField(choices=Membership.Role.choices)
    joined_at = UTCDateTimeField()


class RemovalSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=200, default="", allow_blank=True, help_text="Why. The member reads it.")
    ban = serializers.BooleanField(default=False, help_text="Whether the member cannot join again.")


class BanSerializer(serializers.Serializer[Any]):
    """A removed member who cannot join again."""

    user_id = serializers.IntegerField()
    username = serializers.CharField(source="user.username")
    reason = serializers.CharField()
    created_at = UTCDateTimeField()


class ActivitySerializer(serializers.Serializer[Any]):
    """An entry of a league's activity log."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    by = serializers.CharField(source="by_name", help_text="The name of the person who did it.")
    by_user_id = serializers.IntegerField(
        source="by_id", allow_null=True, help_text="Null if the site did it, or if the account is deleted."
    )
    member_user_id = serializers.IntegerField(
        source="member_id", allow_null=True, help_text="The person whom it concerns, if anyone."
    )
    sentence = serializers.CharField(help_text="What happened, in words.")
    details = serializers.ListField(child=serializers.CharField(), help_text="Lines that say more.")
    happened_at = UTCDateTimeField()


class RoleSerializer(serializers.Serializer[Any]):
    role = serializers.ChoiceField(choices=GIVEN_ROLES)


class HeirSerializer(serializers.Serializer[Any]):
    user_id = IdField(help_text="The member who becomes the manager.")


@extend_schema_serializer(
    examples=[
        OpenApiExample("By user name", {"username": "bob"}),
        OpenApiExample("By e-mail address", {"email": "bob@example.org"}),
    ]
)
class NewInvitationSerializer(serializers.Serializer[Any]):
    """A user name or an e-mail address, not both."""

    username = serializers.CharField(max_length=150, required=False)
    email = serializers.EmailField(max_length=254, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            raise serializers.ValidationError(_("Enter a user name or an e-mail address."))
        return attrs


class InvitationSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    state = serializers.ChoiceField(choices=Invitation.State.choices)
    invited_by = serializers.CharField(allow_null=True)
    created_at = UTCDateTimeField()
    expires_at = UTCDateTimeField()


class SentInvitationSerializer(InvitationSerializer):
    """An invitation as the league's managers see it."""

    username = serializers.CharField(source="user.username", default=None, allow_null=True)
    email = serializers.CharField(help_text="Empty if the invitation is to a user name.")
    answered_at = UTCDateTimeField(allow_null=True)
    sent_at = UTCDateTimeField(allow_null=True, help_text="When the e-mail was sent; null if none was sent yet.")


class InvitingLeagueSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    season = serializers.IntegerField(source="season.year")


class ReceivedInvitationSerializer(InvitationSerializer):
    """An invitation as the invited person sees it."""

    league = InvitingLeagueSerializer()


class InvitationTokenSerializer(serializers.Serializer[Any]):
    token = serializers.CharField(max_length=43, help_text="The last part of the link in the e-mail.")


class BlockSerializer(serializers.Serializer[Block]):
    """A person or a league of which you get no invitations."""

    id = serializers.IntegerField()
    user_id = serializers.IntegerField(source="blocked_user_id", allow_null=True, help_text="Null for a league.")
    league_id = serializers.IntegerField(allow_null=True, help_text="Its first season. Null for a person.")
    name = serializers.CharField(source="__str__", help_text="The name of the person or of the league.")
    created_at = UTCDateTimeField()


class NewBlockSerializer(serializers.Serializer[Any]):
    """A user or a league, not both."""

    user_id = serializers.IntegerField(min_value=1, required=False)
    league_id = serializers.IntegerField(min_value=1, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            raise serializers.ValidationError(_("Name a user or a league."))
        return attrs


class TokenJoinSerializer(InvitationTokenSerializer, JoinSerializer):
    pass


class NewWebhookSerializer(serializers.Serializer[Any]):
    service = serializers.ChoiceField(choices=Webhook.Service.choices)
    name = serializers.CharField(max_length=60)
    url = serializers.CharField(max_length=2000, help_text="Where to post. A secret: no response contains it.")
    events = serializers.ListField(
        child=serializers.ChoiceField(choices=webhook_events.choices()),
        required=False,
        allow_empty=False,
        help_text="The events to send. By default, all.",
    )


class WebhookChangesSerializer(serializers.Serializer[Any]):
    """What you leave out stays as it is."""

    name = serializers.CharField(max_length=60, required=False)
    url = serializers.CharField(max_length=2000, required=False)
    events = serializers.ListField(
        child=serializers.ChoiceField(choices=webhook_events.choices()), required=False, allow_empty=False
    )
    is_active = serializers.BooleanField(required=False, help_text="`true` also forgets earlier failures.")


class WebhookSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    service = serializers.ChoiceField(choices=Webhook.Service.choices)
    name = serializers.CharField()
    url_ending = serializers.CharField(help_text="The last four characters of the address.")
    events = serializers.ListField(child=serializers.CharField())
    is_active = serializers.BooleanField()
    disabled_at = UTCDateTimeField(allow_null=True)
    disabled_reason = serializers.ChoiceField(
        choices=Webhook.DisabledReason.choices, allow_blank=True, help_text="Empty while it is on."
    )
    created_by = serializers.CharField(allow_null=True)
    created_at = UTCDateTimeField()


class WebhookWithSecretSerializer(WebhookSerializer):
    secret = serializers.CharField(help_text="The key of the signatures, `whsec_` and base64. Empty for chats.")


class WebhookDeliverySerializer(serializers.Serializer[Any]):
    """An event on its way to a webhook, and how the last attempt went."""

    id = serializers.IntegerField()
    message_key = serializers.SerializerMethodField(help_text="The `webhook-id` of the requests.")
    event = serializers.CharField()
    state = serializers.ChoiceField(
        choices=WebhookDelivery.State.choices,
        help_text="`parked`: it failed. `dropped`: not sent, because the webhook is off or it was no longer true.",
    )
    attempts = serializers.IntegerField()
    created_at = UTCDateTimeField()
    due_at = UTCDateTimeField(help_text="The next attempt, of deliveries that wait.")
    sent_at = UTCDateTimeField(allow_null=True)
    response_status = serializers.IntegerField(allow_null=True, help_text="Null if there was no answer.")
    duration_ms = serializers.IntegerField(allow_null=True)
    last_error = serializers.CharField(source="shown_error", help_text="Empty if it was delivered.")

    def get_message_key(self, delivery: WebhookDelivery) -> str:
        return f"msg_{delivery.message_id.hex}"
