"""Views of notifications: the list, marking as read and unread, deleting, channels, unsubscribing from e-mail."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock

from . import kinds, services, unsubscribing
from .forms import MarkAllReadForm, NotificationPreferencesForm
from .http import SignedInRequest
from .leagues import leagues_of
from .models import Notification
from .selectors import notification_preferences, notifications_of

PAGE_SIZE = 25


@login_required
@require_safe
def notification_list(request: SignedInRequest) -> HttpResponse:
    """List the user's notifications, latest first."""
    page = Paginator(notifications_of(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"notifications": page, "latest": notifications_of(request.user).order_by("-pk").first()}
    return render(request, "notifications/list.html", context)


@login_required
@require_safe
def open_notification(request: SignedInRequest, pk: int) -> HttpResponse:
    """Mark the notification as read and redirect to the page that it links to."""
    notification = _notification_or_404(request, pk)
    services.mark_read(notification=notification, now=clock.now())
    is_safe = url_has_allowed_host_and_scheme(notification.url, allowed_hosts=None)
    return redirect(notification.url if is_safe else reverse("notifications:list"))


@login_required
@require_POST
def mark_notification_read(request: SignedInRequest, pk: int) -> HttpResponse:
    services.mark_read(notification=_notification_or_404(request, pk), now=clock.now())
    return _redirect_to_list(request)


@login_required
@require_POST
def mark_notification_unread(request: SignedInRequest, pk: int) -> HttpResponse:
    services.mark_unread(notification=_notification_or_404(request, pk))
    return _redirect_to_list(request)


@login_required
@require_POST
def delete_notification(request: SignedInRequest, pk: int) -> HttpResponse:
    services.delete_notification(notification=_notification_or_404(request, pk))
    messages.success(request, _("Deleted."))
    return _redirect_to_list(request)


@login_required
@require_POST
def mark_all_notifications_read(request: SignedInRequest) -> HttpResponse:
    """Mark everything up to the latest notification shown as read; later ones stay unread."""
    form = MarkAllReadForm(request.POST)
    if form.is_valid():
        services.mark_all_read(user=request.user, up_to=form.cleaned_data["up_to"], now=clock.now())
    return _redirect_to_list(request)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def notification_preferences_page(request: SignedInRequest) -> HttpResponse:
    """Choose the channels of each kind, for all leagues or, with `?league=`, for one."""
    leagues = leagues_of(request.user)
    league = _league_or_404(request, leagues)
    preferences = notification_preferences(request.user, league=league)
    form = NotificationPreferencesForm(request.POST or None, preferences=preferences)
    if request.method == "POST" and form.is_valid():
        services.set_notification_preferences(user=request.user, preferences=form.preferences, league=league)
        messages.success(request, _("Saved. This applies to new notifications."))
        return redirect(request.get_full_path())
    context = {"form": form, "leagues": leagues, "league": league, "league_name": leagues.get(league or 0)}
    return render(request, "notifications/preferences.html", context)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Turn off e-mail of some kinds, without signing in. Mail programs send the POST request themselves (RFC 8058)."""
    try:
        user_id, names = unsubscribing.read(token)
    except BadSignature as error:
        raise Http404 from error
    user = get_user_model().objects.filter(pk=user_id, is_active=True).first()
    chosen = [kind for kind in kinds.optional_kinds() if kind.name in names]
    if user is None or not chosen:
        raise Http404
    if request.method == "POST":
        services.set_notification_preferences(
            user=user, preferences={kind.name: {kinds.EMAIL: False} for kind in chosen}, every_league=True
        )
    return render(request, "notifications/unsubscribe.html", {"kinds": chosen, "is_done": request.method == "POST"})


def _league_or_404(request: SignedInRequest, leagues: Mapping[int, Any]) -> int | None:
    """The league of the query parameter, among the user's leagues; None for all leagues."""
    value = request.GET.get("league", "")
    if not value:
        return None
    if not value.isdecimal() or int(value) not in leagues:
        raise Http404
    return int(value)


def _notification_or_404(request: SignedInRequest, pk: int) -> Notification:
    return get_object_or_404(notifications_of(request.user), pk=pk)


def _redirect_to_list(request: HttpRequest) -> HttpResponse:
    """Redirect to the page of the list given by `?page=`."""
    page = request.GET.get("page", "")
    return redirect(reverse("notifications:list") + (f"?page={page}" if page.isdecimal() else ""))
