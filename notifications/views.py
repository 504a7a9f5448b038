"""Views of notifications: the list, marking as read and unread, deleting, channels, push, unsubscribing from e-mail."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock
from core.errors import Refused
from core.undo import offer

from . import kinds, services, undos, unsubscribing
from .channels import web_push
from .forms import MarkAllReadForm, NotificationPreferencesForm, PushSubscriptionForm
from .http import SignedInRequest
from .leagues import leagues_of
from .models import Notification, PushSubscription
from .selectors import notification_preferences, notifications_of, push_subscriptions_of
from .services.push_subscriptions import SESSION_KEY

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
def notification_counter(request: SignedInRequest) -> HttpResponse:
    """How many notifications are unread: the part of the header that pages fetch when there is news."""
    return render(request, "notifications/counter.html")


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
    now = clock.now()
    if form.is_valid() and services.mark_all_read(user=request.user, up_to=form.cleaned_data["up_to"], now=now):
        offer(request, _("All your news is marked as read."), undos.ALL_READ, read_at=now.isoformat())
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
    context = {
        "form": form,
        "leagues": leagues,
        "league": league,
        "league_name": leagues.get(league or 0),
        "subscriptions": push_subscriptions_of(request.user),
        "own_subscription": request.session.get(SESSION_KEY),
        "push_key": web_push.public_key(),
    }
    return render(request, "notifications/preferences.html", context)


# -- push --------------------------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def push(request: SignedInRequest) -> HttpResponse:
    """Turn on push in this browser. With GET: what its service worker needs to do so again with new keys."""
    if request.method != "POST":
        return JsonResponse({"key": web_push.public_key(), "token": get_token(request)})
    form = PushSubscriptionForm(request.POST)
    if form.is_valid():
        _subscribe(request, form.cleaned_data)
    else:
        messages.error(request, _("Your browser did not turn on push. Try again."))
    return redirect("notifications:preferences")


def _subscribe(request: SignedInRequest, keys: Mapping[str, str]) -> None:
    browser = {"kind": PushSubscription.Kind.WEBPUSH, "name": request.headers.get("User-Agent", "")}
    try:
        subscription = services.subscribe_to_push(user=request.user, **browser, **keys, now=clock.now())
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        request.session[SESSION_KEY] = subscription.pk
        messages.success(request, _("Push is on in this browser."))


@login_required
@require_POST
def check_push(request: SignedInRequest) -> HttpResponse:
    """Whether this browser's subscription is one of the user's (204), or was removed or is another user's (410)."""
    endpoint = request.POST.get("endpoint", "")
    subscription = push_subscriptions_of(request.user).filter(endpoint=endpoint, kind="webpush").first()
    if subscription is None:
        return HttpResponse(status=HTTPStatus.GONE)
    request.session[SESSION_KEY] = subscription.pk
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@login_required
@require_POST
def test_push(request: SignedInRequest, pk: int) -> HttpResponse:
    subscription = get_object_or_404(push_subscriptions_of(request.user), pk=pk)
    try:
        services.send_test_push(subscription=subscription, now=clock.now())
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, _("Sent. The device shows it in a moment."))
    return redirect("notifications:preferences")


@login_required
@require_POST
def remove_push(request: SignedInRequest, pk: int) -> HttpResponse:
    services.remove_push_subscription(subscription=get_object_or_404(push_subscriptions_of(request.user), pk=pk))
    messages.success(request, _("Removed. Nothing more is pushed to that device."))
    return redirect("notifications:preferences")


# -- e-mail ------------------------------------------------------------------------------------------------------------


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
