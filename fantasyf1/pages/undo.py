"""Take back an action: the target of the button in a message."""

import hashlib

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.http import SignedInRequest
from core import clock
from core import undo as core_undo
from core.errors import Refused
from core.idempotency import run_text_once
from core.web.requests import next_url


@login_required
@require_POST
def undo(request: SignedInRequest) -> HttpResponse:
    """Take back what the token says, at most once, and show the page again that had the button."""
    token = request.POST.get("undo", "")
    try:
        offered = core_undo.read(token, request.user)
        if offered is None:
            raise Http404
        sentence = run_text_once(
            user=request.user,
            key=f"undo-{hashlib.sha256(token.encode()).hexdigest()}",
            request=token,
            act=lambda: offered.undo.run(request.user, offered.params, clock.now()),
        )
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, sentence)
    return redirect(next_url(request, "home"))
