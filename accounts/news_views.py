"""The browser's door to what a person has been told."""

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
    """What the person has been told, the latest first, and what he wants to be told of."""
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
    """Go to the page that tells more; who has gone there has read it."""
    one = _own(request, pk)
    services.mark_read(notification=one, now=clock.now())
    is_ours = url_has_allowed_host_and_scheme(one.url, allowed_hosts=None)
    return redirect(one.url if is_ours else reverse("accounts:news"))


@login_required
@require_POST
def read_news(request: SignedInRequest, pk: int) -> HttpResponse:
    services.mark_read(notification=_own(request, pk), now=clock.now())
    return _back(request)


@login_required
@require_POST
def read_all_news(request: SignedInRequest) -> HttpResponse:
    """Read everything that stood on the page; what came after it was shown stays unread."""
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
    """To the page of the list that one came from."""
    page = request.GET.get("page", "")
    return redirect(reverse("accounts:news") + (f"?page={page}" if page.isdecimal() else ""))
