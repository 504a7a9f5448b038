"""Admin of users, e-mail addresses, MFA and invitations."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, AdminUserCreationForm, UserChangeForm
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from core import clock
from core.admin import ReadOnlyMixin, SuperuserOnlyMixin
from core.errors import Invalid, Refused
from core.web.site import absolute_url

from . import services
from .models import AccountInvitation, User
from .selectors import can_get_email
from .services import signed_links
from .signals import user_renamed


@reauthentication_required
def _check_reauthentication(request: HttpRequest) -> None:
    """Send administrators to the page that asks for their password, unless they have entered it in the last minutes."""


class PasswordForm(AdminPasswordChangeForm):  # type: ignore[type-arg]  # not generic at run time
    """Sets a user's password like a change of their own: it ends their sessions and tokens, and they are told."""

    def save(self, commit: bool = True) -> User:
        assert isinstance(self.user, User), "the admin is of this model"
        password = self.cleaned_data["password1"] if self.cleaned_data["set_usable_password"] else None
        services.set_password(user=self.user, password=password, now=clock.now())
        return self.user


class NamesMixin:
    """Checks a new user name and the bio like the profile page. Names that are older than a rule may stay."""

    cleaned_data: dict[str, Any]
    initial: Any
    instance: User

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        if username != self.initial.get("username"):
            try:
                services.check_username(username=username, user=self.instance)
            except Invalid as refusal:
                raise ValidationError(refusal.sentence) from refusal
        return username

    def clean_bio(self) -> str:
        try:
            return services.cleaned_bio(self.cleaned_data["bio"])
        except Invalid as refusal:
            raise ValidationError(refusal.sentence) from refusal


class AddUserForm(NamesMixin, AdminUserCreationForm):  # type: ignore[type-arg]  # not generic at run time
    pass


class ChangeUserForm(NamesMixin, UserChangeForm):  # type: ignore[type-arg]  # not generic at run time
    pass


@admin.register(User)
class PlayerAdmin(SuperuserOnlyMixin, UserAdmin[User]):
    list_display = (
        "username", "display_name", "email", "time_zone", "date_joined", "last_seen_at", "is_active", "is_superuser",
    )  # fmt: skip
    search_fields = ("username", "display_name", "email")
    form = ChangeUserForm
    add_form = AddUserForm
    change_password_form = PasswordForm
    change_form_template = "admin/accounts/user/change_form.html"
    list_filter = ("is_active", "is_superuser", "date_joined")
    date_hierarchy = "date_joined"
    readonly_fields = ("display_name", "last_login", "last_seen_at", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "display_name", "password", "email")}),
        (_("Permissions"), {"fields": ("is_active", "is_superuser")}),
        (
            _("Profile"),
            {
                "fields": (
                    "bio",
                    "language",
                    "theme",
                    "contrast",
                    "time_zone",
                    "discoverable",
                    "found_by_name",
                    "found_by_email",
                )
            },
        ),
        (_("Dates"), {"fields": ("date_joined", "last_login", "last_seen_at")}),
    )

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm[User], change: bool) -> None:
        if change and {"email", "is_superuser", "is_active"} & set(form.changed_data):
            _check_reauthentication(request)
        super().save_model(request, obj, form, change)
        if change and "username" in form.changed_data:
            user_renamed.send(sender=User, user=obj)
        if "is_active" in form.changed_data and not obj.is_active:
            services.deactivate(user=obj, now=clock.now())

    def get_urls(self) -> list[URLPattern]:
        reset = path(
            "<int:pk>/reset-link/", self.admin_site.admin_view(self.reset_link_view), name="accounts_user_reset_link"
        )
        return [reset, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        user = self.get_object(request, unquote(object_id))
        offer = user is not None and user.is_active and not can_get_email(user)
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "offers_reset_link": offer})

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Set the password of any account, the administrator's own too: ask for the administrator's first."""
        try:
            _check_reauthentication(request)
        except ReauthenticationRequired:
            # allauth would keep the form in the session until then, with the new password.
            return redirect_to_login(request.path, reverse("account_reauthenticate"))
        try:
            return super().user_change_password(request, id, form_url)
        except Refused as refused:
            messages.error(request, refused.sentence)
            return redirect("admin:accounts_user_change", id)

    @method_decorator(never_cache)
    def reset_link_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask first, then show a one-time link to set a new password. It is shown this once."""
        user = self.get_object(request, str(pk))
        if user is None or not self.has_change_permission(request, user):
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Issue a link to reset the password"),
            "subtitle": str(user),
            "opts": self.opts,
            "original": user,
        }
        if request.method == "POST":
            assert isinstance(request.user, User), "only administrators have access"
            _check_reauthentication(request)
            try:
                link = services.issue_reset_link(user=user, by=request.user)
            except Refused as refused:
                messages.error(request, refused.sentence)
                return redirect("admin:accounts_user_change", pk)
            self.log_change(request, user, gettext("Issued a link to reset the password."))
            context["link"] = absolute_url(link)
        return TemplateResponse(request, "admin/accounts/user/reset_link.html", context)


# allauth's admin classes would show the secrets.
admin.site.unregister([Authenticator, EmailAddress])


@admin.register(EmailAddress)
class EmailAddressAdmin(SuperuserOnlyMixin, ReadOnlyMixin, admin.ModelAdmin[EmailAddress]):
    """E-mail addresses, confirmed or not (read-only). An address set on a user's page counts as confirmed."""

    list_display = ("email", "user", "verified")
    list_filter = ("verified",)
    search_fields = ("email", "user__username")
    view_on_site = False


@admin.register(Authenticator)
class AuthenticatorAdmin(SuperuserOnlyMixin, admin.ModelAdmin[Authenticator]):
    """MFA authenticators. Deleting one turns MFA off, for a user who has lost both phone and recovery codes."""

    list_display = ("user", "type", "created_at", "last_used_at")
    fields = ("user", "type", "created_at", "last_used_at")
    search_fields = ("user__username",)
    list_filter = ("type",)
    view_on_site = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Authenticator | None = None) -> bool:
        return False

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        _check_reauthentication(request)
        return super().delete_view(request, object_id, extra_context)

    def delete_model(self, request: HttpRequest, obj: Authenticator) -> None:
        self.delete_queryset(request, Authenticator.objects.filter(pk=obj.pk))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Authenticator]) -> None:
        """Delete all of the user's authenticators: recovery codes go with the app."""
        _check_reauthentication(request)
        Authenticator.objects.filter(user__in=list(queryset.values_list("user", flat=True))).delete()


@admin.register(AccountInvitation)
class AccountInvitationAdmin(SuperuserOnlyMixin, admin.ModelAdmin[AccountInvitation]):
    """Invitations to sign up. The link is sent if an address is given."""

    list_display = ("email", "invited_by", "created_at", "expires_at", "used_at")
    list_filter = ("used_at", "created_at")
    fields = ("email",)
    readonly_fields = ("link", "invited_by", "created_at", "expires_at", "used_at")
    view_on_site = False

    def has_change_permission(self, request: HttpRequest, obj: AccountInvitation | None = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: AccountInvitation | None = None) -> tuple[str, ...]:
        return ("email", *self.readonly_fields) if obj else ("email",)

    def save_model(
        self, request: HttpRequest, obj: AccountInvitation, form: ModelForm[AccountInvitation], change: bool
    ) -> None:
        assert isinstance(request.user, User), "only administrators have access"
        invitation = services.invite(by=request.user, email=obj.email, now=clock.now())
        obj.__dict__.update(invitation.__dict__)

    @admin.display(description=_("Invitation link"))
    def link(self, obj: AccountInvitation) -> str:
        return f"{reverse('accounts:sign_up')}?invitation={signed_links.invitation_token(obj)}"
