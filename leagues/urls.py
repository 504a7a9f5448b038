"""URLs of the league pages. The list of your leagues and the home page of a league are in `fantasyf1.pages`."""

from django.urls import path

from . import views

app_name = "leagues"
urlpatterns = [
    path("leagues/public/", views.public, name="public"),
    path("leagues/new/", views.create, name="create"),
    path("leagues/join/", views.join, name="join"),
    path("join/<slug:code>/", views.invitation, name="invitation"),
    path("leagues/<int:pk>/join/", views.join_public, name="join_public"),
    path("leagues/<int:pk>/members/", views.members, name="members"),
    path("leagues/<int:pk>/invite/", views.invite, name="invite"),
    path("leagues/<int:pk>/invitations/<int:invitation_pk>/cancel/", views.cancel_invitation, name="cancel_invitation"),
    path("leagues/<int:pk>/archive/", views.archive, name="archive"),
    path("invitations/<str:token>/", views.answer, name="answer"),
    path("leagues/<int:pk>/settings/", views.settings, name="settings"),
    path("leagues/<int:pk>/leave/", views.leave, name="leave"),
]
