"""API viewsets of leagues, memberships, members and settings."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, permissions, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.http import SignedInApiRequest
from accounts.models import User
from core import clock
from core.api.viewsets import BaseViewSet, error_responses
from core.confusables import folded
from core.errors import Invalid, NotAllowed
from races.models import Season
from races.selectors import current_year, season_for_year, year_for_new_leagues
from races.services import get_or_create_season

from .. import selectors, services
from ..models import League, Membership
from . import serializers

BANS_ARE_FOR_MANAGERS = gettext_lazy("Only the league's managers can see who cannot join again.")


def _season(year: int | None) -> Season:
    """Return the season of a year, by default the one that new leagues can draft in. Its calendar may be unknown."""
    now = clock.now()
    upcoming = [year_for_new_leagues(now), current_year(now)]
    chosen = upcoming[0] if year is None else year
    if chosen is not None and chosen in upcoming:
        return get_or_create_season(year=chosen)
    season = None if chosen is None else season_for_year(chosen)
    if season is None:
        raise Invalid(_("This season is not available."), field="season")
    return season


def visible_league(request: Request, league_id: int) -> League:
    """Return a league visible to the caller, with its season. Raises 404 for any other."""
    return get_object_or_404(selectors.leagues_visible_to(request.user).select_related("season"), pk=league_id)


def accessible_league(request: Request, league_id: int) -> League:
    """Return a league whose member resources are open to the caller, with its season. Raises 404 for any other."""
    return get_object_or_404(selectors.leagues_accessible_to(request.user).select_related("season"), pk=league_id)


def managed_league(request: Request, league_id: int, refusal: StrOrPromise) -> League:
    """Return a league that the caller manages. Raises 404 if it is not accessible, else `NotAllowed(refusal)`."""
    league = accessible_league(request, league_id)
    if not selectors.can_manage(request.user, league):
        raise NotAllowed(str(refusal))
    return league


class BaseLeagueViewSet(BaseViewSet):
    def league_response(self, league_id: int, status: int = status.HTTP_200_OK) -> Response:
        """Respond with the league as the caller sees it now."""
        league = get_object_or_404(selectors.visible_leagues_with_role(self.request.user), pk=league_id)
        return self.respond(serializers.LeagueDetailSerializer, league, status)


@extend_schema(tags=["leagues"])
class LeagueViewSet(BaseLeagueViewSet):
    """Visitors can find and see public leagues. For everything else, you must be signed in."""

    permission_classes = (permissions.IsAuthenticatedOrReadOnly,)

    @extend_schema(
        summary="List your leagues, or the public ones",
        parameters=[serializers.LeagueQuery],
        responses={200: serializers.LeagueSerializer(many=True), **error_responses(400, 401, 404)},
    )
    def list(self, request: Request) -> Response:
        query = self.validate_query(serializers.LeagueQuery)
        sought = folded(query.get("search", ""))
        leagues = selectors.visible_leagues_with_role(request.user).filter(folded_name__contains=sought)
        if "season" in query:
            leagues = leagues.filter(season__year=query["season"])
        if "visibility" in query:
            leagues = leagues.filter(visibility=query["visibility"], archived_at=None)
        elif not request.user.is_authenticated:
            raise exceptions.NotAuthenticated
        else:
            leagues = leagues.filter(pk__in=selectors.own_memberships(request.user).values("league"))
        return self.respond_with_page(serializers.LeagueSerializer, leagues)

    @extend_schema(
        summary="Create a league",
        request=serializers.NewLeagueSerializer,
        responses={201: serializers.LeagueDetailSerializer, **error_responses(400, 401, 409)},
    )
    def create(self, request: SignedInApiRequest) -> Response:
        data = self.validate_body(serializers.NewLeagueSerializer)
        season = _season(data.pop("season", None))
        league = services.create_league(creator=request.user, season=season, now=clock.now(), **data)
        return self.league_response(league.pk, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Get a league", responses={200: serializers.LeagueDetailSerializer, **error_responses(401, 404)}
    )
    def retrieve(self, request: Request, league_id: int) -> Response:
        return self.league_response(league_id)

    @extend_schema(
        summary="Change a league's name, visibility or capacity, or how its first draft starts",
        request=serializers.LeagueChangesSerializer,
        responses={200: serializers.LeagueDetailSerializer, **error_responses(400, 401, 403, 404, 409)},
    )
    def partial_update(self, request: SignedInApiRequest, league_id: int) -> Response:
        league, changes = visible_league(request, league_id), self.validate_body(serializers.LeagueChangesSerializer)
        if start := changes.pop("first_draft_start", None):
            services.plan_first_draft(league=league, by=request.user, start=start, now=clock.now())
        services.change_league(league=league, by=request.user, **changes)
        return self.league_response(league_id)

    @extend_schema(
        summary="Delete a league that has never drafted",
        request=None,
        responses={204: None, **error_responses(401, 403, 404, 409)},
        description="Refused once somebody has picked: such a league can only be archived. The members are notified.",
    )
    def destroy(self, request: SignedInApiRequest, league_id: int) -> Response:
        services.delete_league(league=visible_league(request, league_id), by=request.user, now=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["leagues"])
class LeagueByCodeViewSet(BaseViewSet):
    permission_classes = (permissions.AllowAny,)

    @extend_schema(
        summary="See a league before you join it by code",
        operation_id="leagues_by_code",
        responses={200: serializers.LeagueByCodeSerializer, **error_responses(401, 404)},
        description="Anyone who has the code can see this, without signing in.",
    )
    def retrieve(self, request: Request, code: str) -> Response:
        preview = selectors.preview_by_code(code)
        if preview is None:
            raise exceptions.NotFound(_("No league has this code."), code="unknown_code")
        return self.respond(serializers.LeagueByCodeSerializer, preview)


@extend_schema(tags=["leagues"])
class MembershipViewSet(BaseLeagueViewSet):
    @extend_schema(
        summary="Join a league by code",
        operation_id="leagues_join_by_code",
        request=serializers.CodeSerializer,
        responses={201: serializers.LeagueDetailSerializer, **error_responses(400, 401, 404, 409)},
    )
    def join_by_code(self, request: SignedInApiRequest) -> Response:
        membership = services.join_by_code(
            user=request.user, now=clock.now(), **self.validate_body(serializers.CodeSerializer)
        )
        return self.league_response(membership.league_id, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Join a public league",
        request=serializers.JoinSerializer,
        responses={201: serializers.LeagueDetailSerializer, **error_responses(400, 401, 404, 409)},
    )
    def join(self, request: SignedInApiRequest, league_id: int) -> Response:
        league = visible_league(request, league_id)
        services.join_league(
            user=request.user, league=league, now=clock.now(), **self.validate_body(serializers.JoinSerializer)
        )
        return self.league_response(league_id, status.HTTP_201_CREATED)

    @extend_schema(summary="Leave a league", request=None, responses={204: None, **error_responses(401, 404, 409)})
    def leave(self, request: SignedInApiRequest, league_id: int) -> Response:
        services.leave_league(user=request.user, league=visible_league(request, league_id), now=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        summary="Archive a league",
        request=None,
        responses={200: serializers.LeagueDetailSerializer, **error_responses(401, 403, 404, 409)},
        description="No more drafts open and nobody can join. The league's history stays readable.",
    )
    def archive(self, request: SignedInApiRequest, league_id: int) -> Response:
        services.archive_league(league=visible_league(request, league_id), by=request.user, now=clock.now())
        return self.league_response(league_id)

    @extend_schema(
        summary="Restore an archived league",
        request=None,
        responses={200: serializers.LeagueDetailSerializer, **error_responses(401, 403, 404, 409)},
        description="A league that continues in a later season stays archived (409, `already_continued`).",
    )
    def unarchive(self, request: SignedInApiRequest, league_id: int) -> Response:
        services.unarchive_league(league=visible_league(request, league_id), by=request.user, now=clock.now())
        return self.league_response(league_id)

    @extend_schema(
        summary="Continue a league in the next season",
        operation_id="leagues_continue",
        request=serializers.ContinueSerializer,
        responses={201: serializers.LeagueDetailSerializer, **error_responses(400, 401, 403, 404, 409)},
        description=(
            "Possible once the results of the season's last race are in. Responds with the new league. The old one is "
            "archived, and its members are invited to the new one. Settings that you leave out keep their values."
        ),
    )
    def continue_league(self, request: SignedInApiRequest, league_id: int) -> Response:
        league = visible_league(request, league_id)
        data = self.validate_body(serializers.ContinueSerializer)
        continued = services.continue_league(league=league, by=request.user, now=clock.now(), **data)
        return self.league_response(continued.pk, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Make another member the manager",
        request=serializers.HeirSerializer,
        responses={200: serializers.LeagueDetailSerializer, **error_responses(400, 401, 403, 404, 409)},
    )
    def transfer(self, request: SignedInApiRequest, league_id: int) -> Response:
        league = accessible_league(request, league_id)
        successor = _member_or_404(league, self.validate_body(serializers.HeirSerializer)["user_id"])
        services.transfer_management(league=league, by=request.user, to=successor)
        return self.league_response(league_id)


@extend_schema(tags=["leagues"])
class MemberViewSet(BaseViewSet):
    # `constructors.api` has the routes and adds each member's constructor. This is not a docstring, which
    # drf-spectacular would publish as the description of every action.

    member_serializer: type[serializers.MemberSerializer] = serializers.MemberSerializer

    def members_of(self, league: League) -> QuerySet[Membership]:
        return selectors.active_members(league)

    @extend_schema(
        summary="List a league's members",
        responses={200: serializers.MemberSerializer(many=True), **error_responses(401, 404)},
    )
    def list(self, request: Request, league_id: int) -> Response:
        return self.respond_with_page(self.member_serializer, self.members_of(accessible_league(request, league_id)))

    @extend_schema(
        summary="Make a member a co-manager, or a co-manager a member",
        request=serializers.RoleSerializer,
        responses={200: serializers.MemberSerializer, **error_responses(400, 401, 403, 404, 409)},
    )
    def partial_update(self, request: SignedInApiRequest, league_id: int, user_id: int) -> Response:
        league = accessible_league(request, league_id)
        member = _member_or_404(league, user_id)
        services.set_role(league=league, by=request.user, user=member, **self.validate_body(serializers.RoleSerializer))
        return self.respond(self.member_serializer, self.members_of(league).get(user=member))

    @extend_schema(
        summary="Remove a member from the league",
        request=None,
        responses={204: None, **error_responses(401, 403, 404, 409)},
        description="As if the member had left: their picks and points stay. Only the manager can remove a co-manager.",
    )
    def destroy(self, request: SignedInApiRequest, league_id: int, user_id: int) -> Response:
        league = accessible_league(request, league_id)
        services.remove_member(league=league, by=request.user, user=_member_or_404(league, user_id), now=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        summary="Remove a member, with a reason, and refuse them re-entry if you want",
        request=serializers.RemovalSerializer,
        responses={204: None, **error_responses(400, 401, 403, 404, 409)},
        description="The member is notified with the reason, and reads it again if they are banned and try to join.",
    )
    def remove(self, request: SignedInApiRequest, league_id: int, user_id: int) -> Response:
        league = accessible_league(request, league_id)
        member, body = _member_or_404(league, user_id), self.validate_body(serializers.RemovalSerializer)
        services.remove_member(league=league, by=request.user, user=member, now=clock.now(), **body)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["leagues"])
class BanViewSet(BaseViewSet):
    @extend_schema(
        summary="List the removed members who cannot join again, latest first",
        responses={200: serializers.BanSerializer(many=True), **error_responses(401, 403, 404)},
    )
    def list(self, request: SignedInApiRequest, league_id: int) -> Response:
        league = managed_league(request, league_id, BANS_ARE_FOR_MANAGERS)
        return self.respond_with_page(serializers.BanSerializer, selectors.bans_of(league))

    @extend_schema(
        summary="Allow a removed member to join again",
        request=None,
        responses={204: None, **error_responses(401, 403, 404)},
    )
    def destroy(self, request: SignedInApiRequest, league_id: int, user_id: int) -> Response:
        league = managed_league(request, league_id, BANS_ARE_FOR_MANAGERS)
        ban = get_object_or_404(selectors.bans_of(league), user__pk=user_id)
        services.lift_ban(league=league, by=request.user, user=ban.user, now=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["leagues"])
class ActivityViewSet(BaseViewSet):
    @extend_schema(
        summary="List a league's activity log, latest first",
        responses={200: serializers.ActivitySerializer(many=True), **error_responses(401, 404)},
        description="Who changed what, and when. For all members.",
    )
    def list(self, request: Request, league_id: int) -> Response:
        log = selectors.activity_of(accessible_league(request, league_id))
        return self.respond_with_page(serializers.ActivitySerializer, log)


def _member_or_404(league: League, user_id: int) -> User:
    return get_object_or_404(User, memberships__in=selectors.active_members(league), pk=user_id)


@extend_schema(tags=["leagues"])
class SettingsViewSet(BaseViewSet):
    @extend_schema(
        summary="List the versions of a league's settings, latest first",
        responses={200: serializers.SettingsVersionSerializer(many=True), **error_responses(401, 404)},
    )
    def list(self, request: Request, league_id: int) -> Response:
        versions = selectors.settings_versions(accessible_league(request, league_id))
        return self.respond_with_page(serializers.SettingsVersionSerializer, versions)

    @extend_schema(
        summary="Get the settings that the next draft opens with",
        responses={200: serializers.SettingsVersionSerializer, **error_responses(401, 404)},
    )
    def next(self, request: Request, league_id: int) -> Response:
        league = accessible_league(request, league_id)
        return self.respond(serializers.SettingsVersionSerializer, selectors.current_settings(league))

    @extend_schema(
        summary="Change a league's settings from the next draft that opens",
        request=serializers.SettingsSerializer,
        responses={
            201: serializers.SettingsVersionSerializer,
            200: serializers.SettingsVersionSerializer,
            **error_responses(400, 401, 403, 404),
        },
        description=(
            "Settings that you leave out keep their values. If nothing changes, there is no new version and the status "
            "is 200."
        ),
    )
    def create(self, request: SignedInApiRequest, league_id: int) -> Response:
        league, now = accessible_league(request, league_id), clock.now()
        changes = self.validate_body(serializers.SettingsSerializer)
        version = services.change_settings(league=league, by=request.user, changes=changes, now=now)
        is_new = version.created_at == now
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return self.respond(serializers.SettingsVersionSerializer, version, code)
