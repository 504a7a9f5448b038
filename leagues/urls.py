"""URLs of the league pages. Those that show several apps, such as my leagues, are in `fantasyf1.pages`."""

from django.urls import path

from .views import activity, blocks, discovery, invitations, membership, seasons, settings, webhooks

app_name = "leagues"
urlpatterns = [
    path("leagues/public/", discovery.public, name="public"),
    path("leagues/new/", discovery.create, name="create"),
    path("leagues/join/", discovery.join, name="join"),
    path("leagues/<int:pk>/join/", discovery.join_public, name="join_public"),
    path("leagues/<int:pk>/members/", membership.members, name="members"),
    path("leagues/<int:pk>/members/<int:user_pk>/hand-over/", membership.hand_over, name="hand_over"),
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
    path("invitations/", invitations.received, name="invitations"),
    path("leagues/<int:pk>/unarchive/", seasons.unarchive, name="unarchive"),
    path("leagues/<int:pk>/continue/", seasons.continue_league, name="continue"),
    path("leagues/<int:pk>/delete/", settings.delete, name="delete"),
    path("invitations/stop/<str:token>/", blocks.stop_invitations, name="stop_invitations"),
    path("invitations/<str:token>/block/", blocks.block, name="block"),
    path("blocks/", blocks.blocks, name="blocks"),
    path("blocks/<int:pk>/unblock/", blocks.unblock, name="unblock"),
    path("invitations/<str:token>/", invitations.answer, name="answer"),
    path("leagues/<int:pk>/settings/", settings.settings, name="settings"),
    path("leagues/<int:pk>/webhooks/", webhooks.webhooks, name="webhooks"),
    path("leagues/<int:pk>/webhooks/<int:webhook_pk>/", webhooks.webhook, name="webhook"),
    path("leagues/<int:pk>/webhooks/<int:webhook_pk>/test/", webhooks.test, name="test_webhook"),
    path("leagues/<int:pk>/webhooks/<int:webhook_pk>/secret/", webhooks.rotate_secret, name="rotate_webhook_secret"),
    path("leagues/<int:pk>/webhooks/<int:webhook_pk>/switch/", webhooks.switch, name="switch_webhook"),
    path("leagues/<int:pk>/webhooks/<int:webhook_pk>/remove/", webhooks.remove, name="remove_webhook"),
    path("leagues/<int:pk>/leave/", membership.leave, name="leave"),
]
