"""Webhooks of leagues: add, change and remove them, and announce events to them."""

import re
import secrets
from base64 import b64encode
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from core.encryption import encrypt_again
from core.errors import Invalid, NotAllowed, Refused
from core.transactions import atomic
from core.validators import clean_name
from core.web import standard_webhooks
from core.web.outgoing import OutgoingRequestRefused, check_url
from core.web.public_addresses import is_public

from .. import activity_kinds, webhook_events
from ..activity import ActivityKind
from ..models import League, Membership, Webhook, WebhookDelivery
from ..selectors import can_manage, webhooks_of
from ..signals import webhook_deliveries_created
from ..webhook_events import EventType
from .activity_log import log_activity
from .membership import check_not_archived, lock_league

MAX_WEBHOOKS = 5
MAX_NAME_LENGTH = 60
SECRET_BYTES = 32
# Receivers hear of an event within a day, or not at all.
GIVE_UP_AFTER = timedelta(days=1)
BATCH_SIZE = 1000
DISCORD_URL = re.compile(r"https://((ptb|canary)\.)?discord(app)?\.com/api(/v\d+)?/webhooks/\d+/[\w-]+/?(\?.*)?")
SLACK_URL = re.compile(r"https://hooks\.slack\.com/services/[\w/-]+")

Service = Webhook.Service
DisabledReason = Webhook.DisabledReason


# -- announcing --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fact:
    """What happened in a league. `data` holds plain values; a datetime's name ends in `_at`. The league is added."""

    league_id: int
    event: EventType
    data: dict[str, Any]


def announce(*, leagues: Collection[int], facts: Callable[[Collection[int]], Iterable[Fact]], now: datetime) -> None:
    """Announce events to the webhooks of these leagues, in the transaction in which they happen.

    `facts` is called with the ids of the leagues that have webhooks, if there are any, and returns the facts in the
    order in which they happened. Otherwise this takes one query.
    """
    active = Webhook.objects.filter(league__in=leagues, is_active=True, league__archived_at=None)
    webhooks = list(active.select_related("league").order_by("pk"))
    if not webhooks:
        return
    found = facts({webhook.league_id for webhook in webhooks})
    deliveries = [
        _delivery(webhook, fact.event, fact.data, now)
        for fact in found
        for webhook in webhooks
        if webhook.league_id == fact.league_id and fact.event.name in webhook.events
    ]
    WebhookDelivery.objects.bulk_create(deliveries, batch_size=BATCH_SIZE)
    if deliveries:
        webhook_deliveries_created.send(sender=WebhookDelivery)


def announce_member(*, membership: Membership, event: EventType, now: datetime) -> None:
    """Announce that a member joined or left."""

    def facts(_: Collection[int]) -> list[Fact]:
        name = membership.user.shown_name if membership.user else ""
        return [Fact(membership.league_id, event, {"user_id": membership.user_id, "member": name})]

    announce(leagues=[membership.league_id], facts=facts, now=now)


def _delivery(webhook: Webhook, event: EventType, data: dict[str, Any], now: datetime) -> WebhookDelivery:
    league = {"league_id": webhook.league_id, "league": webhook.league.name}
    return WebhookDelivery(
        webhook=webhook,
        event=event.name,
        data={**league, **data},
        created_at=now,
        due_at=now,
        give_up_at=now + GIVE_UP_AFTER,
    )


# -- managing ----------------------------------------------------------------------------------------------------------


@atomic
def add_webhook(
    *, league: League, by: User, service: str, name: str, url: str, now: datetime, events: Collection[str] | None = None
) -> Webhook:
    """Connect a service; by default with all events. Signed JSON gets a secret."""
    league = _lock_managed(league, by)
    check_not_archived(league)
    if webhooks_of(league).count() >= MAX_WEBHOOKS:
        raise Refused(_("A league can have at most %(most)s webhooks.") % {"most": MAX_WEBHOOKS}, code="too_many")
    if service not in Service.values:
        raise Invalid(_("Choose Discord, Slack or signed JSON."), field="service")
    webhook = Webhook(
        league=league,
        service=service,
        name=clean_name(name, longest=MAX_NAME_LENGTH, field="name"),
        events=_checked_events(webhook_events.choosable_names() if events is None else events),
        created_by=by,
        created_at=now,
    )
    webhook.set_url(_checked_url(url, service))
    if service == Service.GENERIC:
        webhook.set_secret(_new_secret())
    webhook.save()
    _log(webhook, activity_kinds.WEBHOOK_ADDED, by, now)
    return webhook


@atomic
def change_webhook(
    *,
    webhook: Webhook,
    by: User,
    name: str | None = None,
    url: str | None = None,
    events: Collection[str] | None = None,
) -> Webhook:
    """Change the name, the address or the events; None keeps what is there."""
    webhook = _lock_managed_webhook(webhook, by)
    if name is not None:
        webhook.name = clean_name(name, longest=MAX_NAME_LENGTH, field="name")
    if url is not None:
        webhook.set_url(_checked_url(url, webhook.service))
    if events is not None:
        webhook.events = _checked_events(events)
    webhook.save(update_fields=["name", "encrypted_url", "url_ending", "events"])
    return webhook


@atomic
def turn_webhook_on_or_off(*, webhook: Webhook, by: User, is_active: bool, now: datetime) -> Webhook:
    """Turn a webhook on, or off: what it waits for is then not sent. Turning it on forgets earlier failures."""
    webhook = _lock_managed_webhook(webhook, by)
    if webhook.is_active == is_active:
        return webhook
    webhook.is_active = is_active
    webhook.disabled_at = None if is_active else now
    webhook.disabled_reason = "" if is_active else DisabledReason.BY_MANAGER
    webhook.failed_deliveries, webhook.failing_since = 0, None
    webhook.save(update_fields=["is_active", "disabled_at", "disabled_reason", "failed_deliveries", "failing_since"])
    drop_waiting(webhook)
    return webhook


@atomic
def rotate_webhook_secret(*, webhook: Webhook, by: User) -> Webhook:
    """Give a webhook with signed JSON a new secret. The old one signs nothing from now on."""
    webhook = _lock_managed_webhook(webhook, by)
    if webhook.service != Service.GENERIC:
        raise Refused(_("Only webhooks with signed JSON have a secret."), code="no_secret")
    webhook.set_secret(_new_secret())
    webhook.save(update_fields=["encrypted_secret"])
    return webhook


@atomic
def encrypt_webhook_secrets_again() -> int:
    """Encrypt all addresses and secrets with the first of the keys; returns how many webhooks that were.

    Raises `DecryptionError` if the key of one of them is missing. No row is changed then.
    """
    webhooks: list[Webhook] = list(Webhook.objects.locked().order_by("pk"))
    for webhook in webhooks:
        webhook.encrypted_url = encrypt_again(webhook.encrypted_url)
        webhook.encrypted_secret = encrypt_again(webhook.encrypted_secret) if webhook.encrypted_secret else ""
    Webhook.objects.bulk_update(webhooks, ["encrypted_url", "encrypted_secret"], batch_size=BATCH_SIZE)
    return len(webhooks)


@atomic
def remove_webhook(*, webhook: Webhook, by: User, now: datetime) -> None:
    """Delete a webhook with its log. Also possible in an archived league."""
    league = _lock_managed(webhook.league, by)
    _log(webhook, activity_kinds.WEBHOOK_REMOVED, by, now)
    webhooks_of(league).filter(pk=webhook.pk).delete()


def drop_waiting(webhook: Webhook) -> None:
    """Send nothing of what the webhook waits for."""
    waiting = WebhookDelivery.objects.filter(webhook=webhook, state=WebhookDelivery.State.WAITING)
    waiting.update(state=WebhookDelivery.State.DROPPED, last_error=gettext_noop("The webhook was turned off."))


def lock_webhook(webhook: Webhook) -> Webhook:
    """Lock the row until the transaction ends. Raises `Webhook.DoesNotExist` if it has been deleted."""
    locked: Webhook = Webhook.objects.locked().select_related("league").get(pk=webhook.pk)
    return locked


def check_manages(league: League, by: User) -> None:
    if not can_manage(by, league):
        raise NotAllowed(_("Only the league's managers can manage its webhooks."))


def _lock_managed(league: League, by: User) -> League:
    check_manages(league, by)
    return lock_league(league)


def _lock_managed_webhook(webhook: Webhook, by: User) -> Webhook:
    check_not_archived(_lock_managed(webhook.league, by))
    return lock_webhook(webhook)


def _log(webhook: Webhook, kind: ActivityKind, by: User, now: datetime) -> None:
    """Log that a webhook was added or removed, without its address."""
    log_activity(webhook.league, kind, by=by, now=now, webhook=webhook.name, service=webhook.service)


def _new_secret() -> str:
    return standard_webhooks.PREFIX + b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def _checked_events(names: Collection[str]) -> list[str]:
    """The names without duplicates, in the order of the registry."""
    unknown = set(names) - set(webhook_events.choosable_names())
    if unknown:
        raise Invalid(_("There is no event “%(name)s”.") % {"name": min(unknown)}, field="events")
    if not names:
        raise Invalid(_("Choose at least one event."), field="events")
    return [name for name in webhook_events.choosable_names() if name in names]


def _checked_url(text: str, service: str) -> str:
    text = text.strip()
    try:
        url = check_url(text)
    except OutgoingRequestRefused as refused:
        raise Invalid(str(refused), field="url") from refused
    _check_literal_address(url.host)
    # An operator who admits networks may run servers that are compatible with Discord or Slack.
    if not settings.OUTGOING_ALLOWED_NETWORKS:
        _check_belongs_to_service(text, service)
    return text


def _check_literal_address(host: str) -> None:
    """Refuse an IP address that is not public. The addresses of names are checked at each connection."""
    try:
        address = ip_address(host)
    except ValueError:
        return
    is_own = any(address in ip_network(network) for network in settings.OUTGOING_ALLOWED_NETWORKS)
    if not is_own and not is_public(address):
        raise Invalid(_("%(host)s is not a public address.") % {"host": host}, field="url")


def _check_belongs_to_service(text: str, service: str) -> None:
    if service == Service.DISCORD and not DISCORD_URL.fullmatch(text):
        sentence = _(
            "The address of a Discord webhook begins with https://discord.com/api/webhooks/. Copy it from the settings "
            "of the channel."
        )
        raise Invalid(sentence, field="url")
    if service == Service.SLACK and not SLACK_URL.fullmatch(text):
        sentence = _(
            "The address of a Slack webhook begins with https://hooks.slack.com/services/. Copy it from the settings "
            "of the app."
        )
        raise Invalid(sentence, field="url")
