"""Views of notifications: the list, marking as read, preferences."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from accounts import services
from accounts.forms import NewsForm, SeenForm
from accounts.http import SignedInRequest
from accounts.models import Notification
from accounts.selectors import news_wishes, notifications_of
from fantasyf1.kit import clock

ON_A_PAGE = 25


@login_required
@require_safe
def news(request: SignedInRequest) -> HttpResponse:
    """List the user's notifications, latest first, with the form for their preferences."""
    page = Paginator(notifications_of(request.user), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "news": page,
        "latest": notifications_of(request.user).order_by("-pk").first(),
        "form": NewsForm(initial=news_wishes(request.user)),
    }
    return render(request, "accounts/news.html", context)


@login_required
@require_safe
def open_news(request: SignedInRequest, pk: int) -> HttpResponse:
    """Mark the notification as read and redirect to the page that it links to."""
    notification = _own(request, pk)
    services.mark_read(notification=notification, now=clock.now())
    is_safe = url_has_allowed_host_and_scheme(notification.url, allowed_hosts=None)
    return redirect(notification.url if is_safe else reverse("accounts:news"))


@login_required
@require_POST
def read_news(request: SignedInRequest, pk: int) -> HttpResponse:
    services.mark_read(notification=_own(request, pk), now=clock.now())
    return _back(request)


@login_required
@require_POST
def read_all_news(request: SignedInRequest) -> HttpResponse:
    """Mark everything up to the latest notification shown as read; later ones stay unread."""
    form = SeenForm(request.POST)
    if form.is_valid():
        services.mark_all_read(user=request.user, up_to=form.cleaned_data["up_to"], now=clock.now())
    return _back(request)


@login_required
@require_POST
def choose_news(request: SignedInRequest) -> HttpResponse:
    form = NewsForm(request.POST)
    if form.is_valid():
        services.choose_news(user=request.user, wishes=form.cleaned_data)
        messages.success(request, "Your choice holds from the next news on.")
    return redirect("accounts:news")


def _own(request: SignedInRequest, pk: int) -> Notification:
    return get_object_or_404(notifications_of(request.user), pk=pk)


def _back(request: HttpRequest) -> HttpResponse:
    """Redirect to the page of the list given by `?page=`."""
    page = request.GET.get("page", "")
    return redirect(reverse("accounts:news") + (f"?page={page}" if page.isdecimal() else ""))
