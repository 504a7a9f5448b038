"""URLs of the pages that show several apps: leagues, races in a league, constructors, practice drafts."""

from django.urls import path

from . import (
    appearance,
    dashboard,
    help,
    invitation,
    league_rules,
    leagues,
    practice,
    practice_race,
    rules_preview,
    site,
    social_cards,
    status,
    styleguide,
    undo,
)

app_name = "pages"
urlpatterns = [
    path("appearance/", appearance.appearance, name="appearance"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("status/", status.status, name="status"),
    path("undo/", undo.undo, name="undo"),
    path("leagues/", dashboard.my_leagues, name="my_leagues"),
    path("leagues/turn/", dashboard.next_turn, name="next_turn"),
    path("leagues/turn/count/", dashboard.turn_count, name="turn_count"),
    path("leagues/<int:pk>/", leagues.league_home, name="league_home"),
    path("leagues/<int:pk>/card.png", social_cards.league_card, name="league_card"),
    path("leagues/<int:pk>/standings/", leagues.standings, name="standings"),
    path("leagues/<int:pk>/table.csv", leagues.standings_csv, name="standings_csv"),
    path("leagues/<int:pk>/races/<int:race_pk>/", leagues.league_race, name="league_race"),
    path("leagues/<int:pk>/rules/", league_rules.league_rules, name="league_rules"),
    path("leagues/<int:pk>/settings/preview/", rules_preview.rules_preview, name="rules_preview"),
    path("join/<slug:code>/", invitation.invitation, name="invitation"),
    path("join/<slug:code>/card.png", social_cards.invitation_card, name="invitation_card"),
    path("constructors/<int:pk>/", leagues.constructor, name="constructor"),
    path("help/", help.help_page, name="help"),
    path("about/", site.about, name="about"),
    path("privacy/", site.privacy, name="privacy"),
    path("terms/", site.terms, name="terms"),
    path("practice/", practice.begin, name="practice"),
    path("practice/draft/", practice.room, name="practice_room"),
    path("practice/draft/pick/", practice.pick, name="practice_pick"),
    path("practice/race/<str:token>/", practice_race.practice_race, name="practice_race"),
]
