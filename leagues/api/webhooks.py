"""API viewset of the webhooks of leagues, for their managers."""

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.response import Response

from accounts.http import SignedInApiRequest
from core import clock
from core.api.viewsets import BaseViewSet, error_responses

from .. import selectors, services
from ..models import Webhook
from . import serializers
from .viewsets import managed_league

MANAGERS_ONLY = gettext_lazy("Only the league's managers can manage its webhooks.")


@extend_schema(tags=["webhooks"])
class WebhookViewSet(BaseViewSet):
    # The responses with a secret must not be stored, and no transaction may wait for the service that is tested.
    without_idempotency_key = ("create", "rotate_secret", "test")

    def _webhook(self, request: SignedInApiRequest, league_id: int, webhook_id: int) -> Webhook:
        league = managed_league(request, league_id, MANAGERS_ONLY)
        return get_object_or_404(selectors.webhooks_of(league), pk=webhook_id)

    @extend_schema(
        summary="List a league's webhooks",
        responses={200: serializers.WebhookSerializer(many=True), **error_responses(401, 403, 404)},
    )
    def list(self, request: SignedInApiRequest, league_id: int) -> Response:
        league = managed_league(request, league_id, MANAGERS_ONLY)
        return self.respond_with_page(serializers.WebhookSerializer, selectors.webhooks_of(league))

    @extend_schema(
        summary="Connect a league to Discord, Slack or a program of yours",
        request=serializers.NewWebhookSerializer,
        responses={201: serializers.WebhookWithSecretSerializer, **error_responses(400, 401, 403, 404, 409)},
        description=(
            "At most 5 per league. Signed JSON gets a `secret`, which only this response contains. Verify the requests "
            "as [Standard Webhooks](https://www.standardwebhooks.com) describes."
        ),
    )
    def create(self, request: SignedInApiRequest, league_id: int) -> Response:
        league = managed_league(request, league_id, MANAGERS_ONLY)
        data = self.validate_body(serializers.NewWebhookSerializer)
        webhook = services.add_webhook(league=league, by=request.user, now=clock.now(), **data)
        return self.respond(serializers.WebhookWithSecretSerializer, webhook, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Get a webhook", responses={200: serializers.WebhookSerializer, **error_responses(401, 403, 404)}
    )
    def retrieve(self, request: SignedInApiRequest, league_id: int, webhook_id: int) -> Response:
        return self.respond(serializers.WebhookSerializer, self._webhook(request, league_id, webhook_id))

    @extend_schema(
        summary="Change a webhook, or turn it on or off",
        request=serializers.WebhookChangesSerializer,
        responses={200: serializers.WebhookSerializer, **error_responses(400, 401, 403, 404, 409)},
    )
    def partial_update(self, request: SignedInApiRequest, league_id: int, webhook_id: int) -> Response:
        webhook = self._webhook(request, league_id, webhook_id)
        changes = self.validate_body(serializers.WebhookChangesSerializer)
        is_active = changes.pop("is_active", webhook.is_active)
        services.change_webhook(webhook=webhook, by=request.user, **changes)
        webhook = services.turn_webhook_on_or_off(
            webhook=webhook, by=request.user, is_active=is_active, now=clock.now()
        )
        return self.respond(serializers.WebhookSerializer, webhook)

    @extend_schema(
        summary="Disconnect a webhook", request=None, responses={204: None, **error_responses(401, 403, 404)}
    )
    def destroy(self, request: SignedInApiRequest, league_id: int, webhook_id: int) -> Response:
        webhook = self._webhook(request, league_id, webhook_id)
        services.remove_webhook(webhook=webhook, by=request.user, now=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        summary="Send a test to a webhook",
        request=None,
        responses={200: serializers.WebhookDeliverySerializer, **error_responses(401, 403, 404, 409, 429)},
        description="The test is sent at once and tried once. The response says how it went.",
    )
    def test(self, request: SignedInApiRequest, league_id: int, webhook_id: int) -> Response:
        webhook = self._webhook(request, league_id, webhook_id)
        delivery = services.send_webhook_test(webhook=webhook, by=request.user, now=clock.now())
        return self.respond(serializers.WebhookDeliverySerializer, delivery)

    @extend_schema(
        summary="Give a webhook with signed JSON a new secret",
        request=None,
        responses={200: serializers.WebhookWithSecretSerializer, **error_responses(401, 403, 404, 409)},
        description="The old secret signs nothing from now on. Only this response contains the new one.",
    )
    def rotate_secret(self, request: SignedInApiRequest, league_id: int, webhook_id: int) -> Response:
        webhook = self._webhook(request, league_id, webhook_id)
        rotated = services.rotate_webhook_secret(webhook=webhook, by=request.user)
        return self.respond(serializers.WebhookWithSecretSerializer, rotated)

    @extend_schema(
        summary="List the last 20 deliveries to a webhook, latest first",
        responses={200: serializers.WebhookDeliverySerializer(many=True), **error_responses(401, 403, 404)},
    )
    def deliveries(self, request: SignedInApiRequest, league_id: int, webhook_id: int) -> Response:
        webhook = self._webhook(request, league_id, webhook_id)
        return self.respond_with_page(serializers.WebhookDeliverySerializer, list(selectors.webhook_log(webhook)))
