"""A player's wish list, do-not-draft list and autodraft switch."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from accounts.http import SignedInApiRequest
from constructors.models import Constructor
from core import clock
from core.api.viewsets import BaseViewSet, error_responses
from core.errors import Invalid
from races.models import Driver

from .. import rules, selectors, services
from . import serializers
from .viewsets import playable_constructor


@extend_schema(tags=["wish list"])
class WishListViewSet(BaseViewSet):
    """Only the player of a constructor can see its lists."""

    @extend_schema(
        summary="Get your wish list and do-not-draft list",
        responses={200: serializers.WishListsSerializer, **error_responses(401, 403, 404)},
    )
    def show(self, request: SignedInApiRequest, constructor_id: int) -> Response:
        return self._lists_response(playable_constructor(request, constructor_id))

    @extend_schema(
        summary="Replace your wish list and do-not-draft list",
        request=serializers.NewWishListsSerializer,
        responses={200: serializers.WishListsSerializer, **error_responses(400, 401, 403, 404)},
    )
    def replace(self, request: SignedInApiRequest, constructor_id: int) -> Response:
        constructor = playable_constructor(request, constructor_id)
        body = self.validate_body(serializers.NewWishListsSerializer)
        refs = [*(wish["driver_id"] for wish in body["wish_list"]), *body["do_not_draft"]]
        ids = _driver_ids(refs, field="wish_list")
        services.set_wishes(
            constructor=constructor,
            by=request.user,
            wishes=[rules.Wish(ids[wish["driver_id"]], wish["not_with_first_team"]) for wish in body["wish_list"]],
            unwanted=[ids[ref] for ref in body["do_not_draft"]],
        )
        return self._lists_response(constructor)

    @extend_schema(
        summary="Make one change to your lists",
        request=serializers.WishChangeSerializer,
        responses={200: serializers.WishListsSerializer, **error_responses(400, 401, 403, 404)},
    )
    def change(self, request: SignedInApiRequest, constructor_id: int) -> Response:
        constructor = playable_constructor(request, constructor_id)
        body = self.validate_body(serializers.WishChangeSerializer)
        driver = _driver_ids([body["driver_id"]], field="driver_id")[body["driver_id"]]
        change = rules.WishChange(body["change"], driver)
        services.change_wishes(constructor=constructor, by=request.user, change=change)
        return self._lists_response(constructor)

    @extend_schema(
        summary="Preview the picks that your lists would give",
        responses={200: serializers.ForeseenSerializer, **error_responses(401, 403, 404)},
    )
    def preview(self, request: SignedInApiRequest, constructor_id: int) -> Response:
        constructor = playable_constructor(request, constructor_id)
        page = selectors.wish_list_page(constructor, selectors.lists_of(constructor))
        foreseen = {
            "draft_id": page.draft.pk if page.draft else None,
            "race_id": page.draft.race_id if page.draft else None,
            "picks": [entry.driver if entry else None for entry in page.foreseen],
        }
        return self.respond(serializers.ForeseenSerializer, foreseen)

    def _lists_response(self, constructor: Constructor) -> Response:
        found = selectors.lists_of(constructor)
        lists = {
            "constructor_id": constructor.pk,
            "wish_list": [
                {"driver": item.driver, "not_with_first_team": item.not_with_first_team} for item in found.wishes
            ],
            "do_not_draft": found.unwanted,
        }
        return self.respond(serializers.WishListsSerializer, lists)


def _driver_ids(refs: Iterable[str], *, field: str) -> dict[str, int]:
    """Return driver ids by reference. Raises `Invalid` for an unknown reference."""
    refs = list(refs)
    found: dict[str, int] = dict(Driver.objects.filter(ref__in=refs).values_list("ref", "pk"))
    for ref in refs:
        if ref not in found:
            raise Invalid(_("There is no driver “%(driver)s”.") % {"driver": ref}, field=field)
    return found


@extend_schema(tags=["wish list"])
class AutodraftViewSet(BaseViewSet):
    @extend_schema(
        summary="Get your autodraft setting",
        responses={200: serializers.AutodraftSerializer, **error_responses(401, 403, 404)},
    )
    def show(self, request: SignedInApiRequest, constructor_id: int) -> Response:
        return self.respond(serializers.AutodraftSerializer, playable_constructor(request, constructor_id))

    @extend_schema(
        summary="Set autodraft to off, on or once",
        request=serializers.AutodraftSerializer,
        responses={200: serializers.AutodraftSerializer, **error_responses(400, 401, 403, 404)},
        description="If you switch it on during your turn, it picks at once.",
    )
    def switch(self, request: SignedInApiRequest, constructor_id: int) -> Response:
        constructor = playable_constructor(request, constructor_id)
        body = self.validate_body(serializers.AutodraftSerializer)
        switched = services.set_autodraft(constructor=constructor, by=request.user, now=clock.now(), **body)
        return self.respond(serializers.AutodraftSerializer, switched)
