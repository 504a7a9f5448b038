"""Pages on which managers connect a league to Discord, Slack or a program of theirs."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import SignedInRequest
from core import clock
from core.errors import Refused
from core.web.forms import add_refusal

from .. import services
from ..forms import AddWebhookForm, ChangeWebhookForm
from ..http import managed_league_or_404
from ..models import Webhook, WebhookDelivery
from ..selectors import webhook_log, webhooks_of

State = WebhookDelivery.State


def _webhook_or_404(request: SignedInRequest, pk: int, webhook_pk: int) -> Webhook:
    return get_object_or_404(webhooks_of(managed_league_or_404(request, pk)), pk=webhook_pk)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def webhooks(request: SignedInRequest, pk: int) -> HttpResponse:
    """List the league's webhooks, and add one. The response to that shows the secret, which no other page does."""
    league = managed_league_or_404(request, pk)
    form = AddWebhookForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            webhook = services.add_webhook(league=league, by=request.user, now=clock.now(), **form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("“%(webhook)s” is connected. Send a test.") % {"webhook": webhook.name})
            return _webhook_page(request, webhook, secret=webhook.secret) if webhook.secret else _to_page(webhook)
    context = {"league": league, "webhooks": webhooks_of(league), "form": form, "most": services.MAX_WEBHOOKS}
    return render(request, "leagues/webhooks.html", context, status=422 if form.errors else 200)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def webhook(request: SignedInRequest, pk: int, webhook_pk: int) -> HttpResponse:
    """Show a webhook with its last deliveries, and change its name, address and events."""
    found = _webhook_or_404(request, pk, webhook_pk)
    if request.method != "POST":
        return _webhook_page(request, found)
    form = ChangeWebhookForm(request.POST)
    if form.is_valid():
        try:
            services.change_webhook(webhook=found, by=request.user, **form.changes())
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The webhook is saved."))
            return _to_page(found)
    return _webhook_page(request, found, form)


def _webhook_page(
    request: SignedInRequest, webhook: Webhook, form: ChangeWebhookForm | None = None, *, secret: str = ""
) -> HttpResponse:
    context = {
        "league": webhook.league,
        "webhook": webhook,
        "form": form or ChangeWebhookForm(initial={"name": webhook.name, "events": webhook.events}),
        "log": webhook_log(webhook),
        "secret": secret,
    }
    return render(request, "leagues/webhook.html", context, status=422 if form else 200)


def _to_page(webhook: Webhook) -> HttpResponse:
    return redirect("leagues:webhook", webhook.league_id, webhook.pk)


@login_required
@require_POST
def test(request: SignedInRequest, pk: int, webhook_pk: int) -> HttpResponse:
    """Send a test, and say what the service answered."""
    webhook = _webhook_or_404(request, pk, webhook_pk)
    try:
        delivery = services.send_webhook_test(webhook=webhook, by=request.user, now=clock.now())
    except Refused as refused:
        messages.error(request, refused.sentence)
        return _to_page(webhook)
    if delivery.state == State.SENT:
        sentence = _("The test arrived: the service answered %(status)s.") % {"status": delivery.response_status}
        messages.success(request, sentence)
    else:
        messages.error(request, _("The test did not arrive. %(reason)s") % {"reason": delivery.shown_error})
    return _to_page(webhook)


@never_cache
@login_required
@require_POST
def rotate_secret(request: SignedInRequest, pk: int, webhook_pk: int) -> HttpResponse:
    """Make a new secret. The response shows it, and no other page does."""
    webhook = _webhook_or_404(request, pk, webhook_pk)
    try:
        rotated = services.rotate_webhook_secret(webhook=webhook, by=request.user)
    except Refused as refused:
        messages.error(request, refused.sentence)
        return _to_page(webhook)
    return _webhook_page(request, rotated, secret=rotated.secret)


@login_required
@require_POST
def switch(request: SignedInRequest, pk: int, webhook_pk: int) -> HttpResponse:
    """Turn the webhook off, or with `on` in the form, on."""
    webhook, is_active = _webhook_or_404(request, pk, webhook_pk), "on" in request.POST
    try:
        services.turn_webhook_on_or_off(webhook=webhook, by=request.user, is_active=is_active, now=clock.now())
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, _("The webhook is on.") if is_active else _("The webhook is off."))
    return _to_page(webhook)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: SignedInRequest, pk: int, webhook_pk: int) -> HttpResponse:
    """Ask whether to disconnect a webhook, and disconnect it: its address and its log are deleted."""
    webhook = _webhook_or_404(request, pk, webhook_pk)
    if request.method != "POST":
        return render(request, "leagues/remove_webhook.html", {"league": webhook.league, "webhook": webhook})
    services.remove_webhook(webhook=webhook, by=request.user, now=clock.now())
    messages.success(request, _("“%(webhook)s” is disconnected.") % {"webhook": webhook.name})
    return redirect("leagues:webhooks", pk)
