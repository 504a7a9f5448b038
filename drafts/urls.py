"""URLs of draft pages. A draft is identified by its league and race."""

from django.urls import path

from .views import (
    calendars,
    commissioner,
    deputy,
    lobby,
    order,
    pick_links,
    room,
    skipped_races,
    spectators,
    substitution,
    wish_list,
)

app_name = "drafts"
urlpatterns = [
    path("leagues/<int:league_pk>/drafts/<int:race_pk>/", room.room, name="room"),
    path("leagues/<int:league_pk>/drafts/<int:race_pk>/pick/", room.pick, name="pick"),
    path("leagues/<int:league_pk>/drafts/<int:race_pk>/change/", room.change, name="change"),
    path("leagues/<int:league_pk>/drafts/<int:race_pk>/swap/", substitution.substitute, name="substitution"),
    path("leagues/<int:league_pk>/drafts/<int:race_pk>/live/", room.live_partial, name="live_partial"),
    path("leagues/<int:league_pk>/drafts/<int:race_pk>/desk/", commissioner.commissioner_action, name="commissioner"),
    path("leagues/<int:league_pk>/drafts/<int:race_pk>/desk/undo/", commissioner.undo, name="undo"),
    path("leagues/<int:league_pk>/lobby/", lobby.lobby, name="lobby"),
    path("leagues/<int:league_pk>/lobby/live/", lobby.live_partial, name="lobby_live"),
    path("leagues/<int:league_pk>/lobby/ready/", lobby.ready, name="ready"),
    path("leagues/<int:league_pk>/lobby/nudge/", lobby.nudge, name="nudge"),
    path("leagues/<int:league_pk>/lobby/start/", lobby.start, name="start"),
    path("leagues/<int:league_pk>/lobby/plan/", lobby.plan, name="plan"),
    path("leagues/<int:league_pk>/drafts/<int:race_pk>/deputy/", deputy.deputy, name="deputy"),
    path("leagues/<int:league_pk>/skipped-races/", skipped_races.skipped_races, name="skipped_races"),
    path("leagues/<int:league_pk>/skipped-races/<int:race_pk>/", skipped_races.skip_race, name="skip_race"),
    path("leagues/<int:league_pk>/wishes/", wish_list.wish_list, name="wish_list"),
    path("leagues/<int:league_pk>/drafts/<int:race_pk>/order/", order.order, name="order"),
    path("leagues/<int:league_pk>/drafts/<int:race_pk>/order/set/", order.set_order, name="set_order"),
    path("leagues/<int:league_pk>/spectators/", spectators.spectators, name="spectators"),
    path("leagues/<int:league_pk>/spectators/renew/", spectators.renew_link, name="renew_link"),
    path("leagues/<int:league_pk>/spectators/end/", spectators.end_link, name="end_link"),
    path("pick/<str:token>/", pick_links.pick_link, name="pick_link"),
    path("pick/<str:token>/change/", pick_links.change_pick, name="pick_link_change"),
    path("pick/<str:token>/autodraft/", pick_links.autodraft, name="pick_link_autodraft"),
    path("pick/<str:token>/time/", pick_links.ask_for_time, name="pick_link_time"),
    path("pick/<str:token>/off/", pick_links.switch_off, name="pick_link_off"),
    path("calendar/<str:token>.ics", calendars.calendar, name="calendar"),
    path("watch/<str:token>/", spectators.watch, name="watch"),
    path("watch/<str:token>/board/", spectators.wall, name="wall"),
]
