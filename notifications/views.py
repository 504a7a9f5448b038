"""Views of notifications: the list, marking as read, preferences."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core import clock

from . import services
from .forms import MarkAllReadForm, NotificationPreferencesForm
from .http import SignedInRequest
from .models import Notification
from .selectors import notification_preferences, notifications_of

PAGE_SIZE = 25


@login_required
@require_safe
def notification_list(request: SignedInRequest) -> HttpResponse:
    """List the user's notifications, latest first, with the form for their preferences."""
    page = Paginator(notifications_of(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "notifications": page,
        "latest": notifications_of(request.user).order_by("-pk").first(),
        "form": NotificationPreferencesForm(initial=notification_preferences(request.user)),
    }
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
def mark_all_notifications_read(request: SignedInRequest) -> HttpResponse:
    """Mark everything up to the latest notification shown as read; later ones stay unread."""
    form = MarkAllReadForm(request.POST)
    if form.is_valid():
        services.mark_all_read(user=request.user, up_to=form.cleaned_data["up_to"], now=clock.now())
    return _redirect_to_list(request)


@login_required
@require_POST
def change_notification_preferences(request: SignedInRequest) -> HttpResponse:
    form = NotificationPreferencesForm(request.POST)
    if form.is_valid():
        services.set_notification_preferences(user=request.user, preferences=form.cleaned_data)
        messages.success(request, _("Saved. This applies to new notifications."))
    return redirect("notifications:list")


def _notification_or_404(request: SignedInRequest, pk: int) -> Notification:
    return get_object_or_404(notifications_of(request.user), pk=pk)


def _redirect_to_list(request: HttpRequest) -> HttpResponse:
    """Redirect to the page of the list given by `?page=`."""
    page = request.GET.get("page", "")
    return redirect(reverse("notifications:list") + (f"?page={page}" if page.isdecimal() else ""))
