"""URLs of the league pages. The list of your leagues and the home page of a league are in `fantasyf1.pages`."""

from django.urls import path

from .views import activity, discovery, invitations, membership, settings

app_name = "leagues"
urlpatterns = [
    path("leagues/public/", discovery.public, name="public"),
    path("leagues/new/", discovery.create, name="create"),
    path("leagues/join/", discovery.join, name="join"),
    path("join/<slug:code>/", invitations.invitation, name="invitation"),
    path("leagues/<int:pk>/join/", discovery.join_public, name="join_public"),
    path("leagues/<int:pk>/members/", membership.members, name="members"),
    path("leagues/<int:pk>/members/<int:user_pk>/remove/", membership.remove, name="remove"),
    path("leagues/<int:pk>/members/<int:user_pk>/allow/", membership.lift_ban, name="lift_ban"),
    path("leagues/<int:pk>/activity/", activity.activity, name="activity"),
    path("leagues/<int:pk>/invite/", invitations.invite, name="invite"),
    path(
        "leagues/<int:pk>/invitations/<int:invitation_pk>/cancel/",
        invitations.cancel_invitation,
        name="cancel_invitation",
    ),
    path("leagues/<int:pk>/archive/", settings.archive, name="archive"),
    path("leagues/<int:pk>/delete/", settings.delete, name="delete"),
    path("invitations/<str:token>/", invitations.answer, name="answer"),
    path("leagues/<int:pk>/settings/", settings.settings, name="settings"),
    path("leagues/<int:pk>/leave/", membership.leave, name="leave"),
]
