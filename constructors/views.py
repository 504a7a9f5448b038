"""Rename a constructor. The page with its points is in `fantasyf1.pages`."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import SignedInRequest
from core.errors import Refused

from . import services
from .selectors import constructors_visible_to


@login_required
@require_POST
def rename(request: SignedInRequest, pk: int) -> HttpResponse:
    constructor = get_object_or_404(constructors_visible_to(request.user), pk=pk)
    try:
        services.rename_constructor(constructor=constructor, by=request.user, name=request.POST.get("name", ""))
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, _("Your constructor is now called “%(name)s”.") % {"name": constructor.name})
    return redirect("pages:constructor", pk)
