"""The secret URL of the caller's iCalendar feed."""

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from accounts.http import SignedInApiRequest
from accounts.services import calendar_token
from core.api.viewsets import BaseViewSet, error_responses
from core.web.site import absolute_url

from . import serializers


@extend_schema(tags=["drafts"])
class CalendarViewSet(BaseViewSet):
    @extend_schema(
        summary="Get the URL of your iCalendar feed",
        description=(
            "Subscribe to this URL in a calendar app to see your pick deadlines, your drafts and all sessions of their "
            "seasons, with alarms. The sessions alone are at `/races/{year}/calendar.ics`. The URL needs no token: "
            "anyone who has it can read the names of your leagues. It stops working when you change your password or "
            "sign out everywhere."
        ),
        responses={200: serializers.CalendarAddressSerializer, **error_responses(401)},
    )
    def show(self, request: SignedInApiRequest) -> Response:
        path = reverse("drafts:calendar", args=[calendar_token(request.user)])
        return self.respond(serializers.CalendarAddressSerializer, {"url": absolute_url(path)})
