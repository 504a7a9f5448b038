"""The browser's door to passwords, addresses and sign-ins."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from accounts import services
from accounts.forms import AboutMeForm, ChangePasswordForm, CodeForm, EmailForm, NewPasswordForm, OwnPasswordForm
from accounts.http import SignedInRequest
from accounts.selectors import apps_of, browsers_of, data_of, has_second_factor
from accounts.services import links
from fantasyf1.kit import clock
from fantasyf1.kit.errors import Refused, TooMany
from fantasyf1.kit.web import add_refusal, client_address, site_of


@never_cache
def forgot_password(request: HttpRequest) -> HttpResponse:
    """Ask for a link to set a new password. The answer is the same whether somebody has the address or not."""
    form = EmailForm(request.POST or None)
    is_sent = False
    if form.is_valid():
        try:
            services.ask_for_reset(
                email=form.cleaned_data["email"],
                site=site_of(request),
                client=client_address(request),
                now=clock.now(),
            )
        except TooMany as refusal:
            return _too_many(request, "accounts/forgot_password.html", form, refusal)
        is_sent = True
    status = 422 if form.errors else 200
    return render(request, "accounts/forgot_password.html", {"form": form, "is_sent": is_sent}, status=status)


@sensitive_post_parameters("new_password")
@never_cache
def reset_password(request: HttpRequest, token: str) -> HttpResponse:
    """Set a new password by the link of a mail."""
    try:
        services.user_of_reset(token)
    except Refused as refusal:
        return render(request, "accounts/reset_password.html", {"sentence": refusal.sentence}, status=404)
    form = NewPasswordForm(request.POST or None)
    if form.is_valid():
        try:
            services.reset_password(token=token, **form.cleaned_data, site=site_of(request), now=clock.now())
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, "Your new password is set. Sign in with it.")
            return redirect("accounts:sign_in")
    return render(request, "accounts/reset_password.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
def confirm_email(request: HttpRequest, token: str) -> HttpResponse:
    """Confirm an address by the link of a mail: by a button, since programs that look at mails follow links."""
    if request.method != "POST":
        return render(request, "accounts/confirm_email.html", {"sentence": "" if _is_good(token) else links.NO_GOOD})
    try:
        services.confirm_email(token=token)
    except Refused as refusal:
        return render(request, "accounts/confirm_email.html", {"sentence": refusal.sentence}, status=422)
    messages.success(request, "Your e-mail address is confirmed.")
    return redirect("accounts:profile" if request.user.is_authenticated else "accounts:sign_in")


@login_required
@require_POST
def change_email(request: SignedInRequest) -> HttpResponse:
    """Give another address, or have the letter for the present one sent again."""
    form = EmailForm(request.POST)
    if not form.is_valid():
        messages.error(request, "This is no e-mail address.")
        return redirect("accounts:profile")
    try:
        services.change_email(
            user=request.user,
            email=form.cleaned_data["email"],
            site=site_of(request),
            client=client_address(request),
            now=clock.now(),
        )
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, "Your address is noted. Where it is to be confirmed, a mail is on its way.")
    return redirect("accounts:profile")


@sensitive_post_parameters("current_password", "new_password")
@never_cache
@login_required
def security(request: SignedInRequest) -> HttpResponse:
    """The own password, and where one is signed in."""
    form = ChangePasswordForm(request.POST or None)
    if form.is_valid():
        try:
            services.change_password(user=request.user, **form.cleaned_data, site=site_of(request), now=clock.now())
        except TooMany as refusal:
            return _too_many(request, "accounts/security.html", form, refusal, **_sign_ins(request))
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            _stay(request)
            messages.success(request, "Your password is changed, and everything else is signed out.")
            return redirect("accounts:security")
    facts = {"form": form, **_sign_ins(request)}
    return render(request, "accounts/security.html", facts, status=422 if form.errors else 200)


@login_required
@require_POST
def end_browser(request: SignedInRequest, pk: int) -> HttpResponse:
    return _ended(request, services.end_browser(user=request.user, pk=pk))


@login_required
@require_POST
def end_app(request: SignedInRequest, pk: UUID) -> HttpResponse:
    return _ended(request, services.end_app(user=request.user, pk=str(pk), now=clock.now()))


@never_cache
@login_required
def second_factor(request: SignedInRequest) -> HttpResponse:
    """Have a code asked for at every sign-in, or no longer."""
    factor = services.prepare_factor(user=request.user)
    form = (OwnPasswordForm if factor.confirmed_at else CodeForm)(request.POST or None)
    if form.is_valid():
        act = services.turn_off_factor if factor.confirmed_at else services.turn_on_factor
        try:
            act(user=request.user, **form.cleaned_data, now=clock.now())
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            said = "Codes are asked for no longer." if factor.confirmed_at else "From now on a code is asked for."
            messages.success(request, said)
            return redirect("accounts:second_factor")
    facts = {"factor": factor, "form": form, "name": f"Fantasy F1:{request.user.username}"}
    return render(request, "accounts/second_factor.html", facts, status=422 if form.errors else 200)


@sensitive_post_parameters("password")
@never_cache
@login_required
def delete_account(request: SignedInRequest) -> HttpResponse:
    """Close the own account for good."""
    form = OwnPasswordForm(request.POST or None)
    if form.is_valid():
        try:
            services.delete_account(user=request.user, **form.cleaned_data, now=clock.now())
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            logout(request)
            messages.success(request, "Your account is deleted. Thank you for playing.")
            return redirect("home")
    return render(request, "accounts/delete_account.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@login_required
@require_safe
def own_data(request: SignedInRequest) -> HttpResponse:
    """All that is kept of the person, as a file."""
    answer = JsonResponse(data_of(request.user), json_dumps_params={"indent": 2, "ensure_ascii": False})
    answer.headers["Content-Disposition"] = 'attachment; filename="fantasy-f1.json"'
    return answer


@login_required
@require_POST
def about_me(request: SignedInRequest) -> HttpResponse:
    """What one says about oneself, and who may find it."""
    form = AboutMeForm(request.POST)
    if form.is_valid():
        services.change_profile(user=request.user, **form.cleaned_data)
        messages.success(request, "Your profile is saved.")
    else:
        messages.error(request, "What you say about yourself has at most 280 characters.")
    return redirect("accounts:profile")


@login_required
@require_POST
def sign_out_everywhere(request: SignedInRequest) -> HttpResponse:
    """End everything but this browser."""
    services.log_out_everywhere(user=request.user, now=clock.now())
    _stay(request)
    messages.success(request, "You are signed out everywhere but here.")
    return redirect("accounts:security")


def _ended(request: HttpRequest, has_ended: bool) -> HttpResponse:
    if not has_ended:
        raise Http404
    messages.success(request, "Signed out there.")
    return redirect("accounts:security")


def _stay(request: SignedInRequest) -> None:
    """Keep this browser signed in although all sessions have ended, by a session of a new key."""
    update_session_auth_hash(request, request.user)
    key, device = request.session.session_key or "", request.headers.get("User-Agent", "")
    services.note_browser(user=request.user, session_key=key, device=device, now=clock.now())


def _sign_ins(request: SignedInRequest) -> dict[str, object]:
    return {
        "browsers": browsers_of(request.user),
        "apps": apps_of(request.user, clock.now()),
        "current": request.session.session_key,
        "has_factor": has_second_factor(request.user),
    }


def _is_good(token: str) -> bool:
    try:
        links.read(token, links.CONFIRM)
    except Refused:
        return False
    return True


def _too_many(
    request: HttpRequest, template: str, form: EmailForm | ChangePasswordForm, refusal: TooMany, **facts: object
) -> HttpResponse:
    form.add_error(None, refusal.sentence)
    answer = render(request, template, {"form": form, **facts}, status=429)
    answer.headers["Retry-After"] = str(refusal.seconds)
    return answer
