"""Admin of users, e-mail addresses, MFA and invitations."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.admin import ReadOnlyMixin, SuperuserOnlyMixin

from . import services
from .models import AccountInvitation, User
from .services import signed_links


@admin.register(User)
class PlayerAdmin(SuperuserOnlyMixin, UserAdmin[User]):
    list_display = ("username", "email", "time_zone", "date_joined", "last_login", "is_active", "is_superuser")
    list_filter = ("is_active", "is_superuser", "date_joined")
    date_hierarchy = "date_joined"
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password", "email")}),
        (_("Permissions"), {"fields": ("is_active", "is_superuser")}),
        (_("Profile"), {"fields": ("bio", "time_zone", "discoverable", "found_by_name", "found_by_email")}),
        (_("Dates"), {"fields": ("date_joined", "last_login")}),
    )

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm[User], change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "is_active" in form.changed_data and not obj.is_active:
            services.deactivate(user=obj, now=clock.now())


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

    def delete_model(self, request: HttpRequest, obj: Authenticator) -> None:
        self.delete_queryset(request, Authenticator.objects.filter(pk=obj.pk))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Authenticator]) -> None:
        """Delete all of the user's authenticators: recovery codes go with the app."""
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
