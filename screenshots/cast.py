"""The people and leagues that the screenshots show, in an installation that has the demonstration league.

`python -m screenshots.cast` creates what is missing and prints the values of the URLs as one JSON object. With
`--long-names`, everything gets the longest name that it may have.
"""

import json
import os
import sys
from dataclasses import asdict, dataclass
from itertools import cycle

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fantasyf1.settings")
# With a number behind them, as long as the name of a constructor or a person may be.
LONG_NAMES = ("Schwarzenbach-Reichenberg Racing Union", "Überholverbotszonenbeschleunigungsteam")
TIME_ZONE = "Europe/Berlin"  # of the player; that of their browser, so that no notice about it is shown
NEWCOMER_PASSWORD = "a long enough password 7"  # noqa: S105 - of a user who exists only for the screenshots


@dataclass(frozen=True)
class Cast:
    """The values of URLs, by the names that `screenshots.pages` uses."""

    league: int
    new_league: int
    next_race: int
    scored_race: int
    constructor: int
    driver: str
    team: str
    code: str
    spectators: str


def create_cast() -> Cast:
    """Create a newcomer, a league whose first draft waits, and a link for spectators, beside the demonstration."""
    from accounts.models import User
    from constructors.models import Constructor
    from core import clock
    from drafts.models import Draft
    from drafts.services import renew_spectator_link
    from leagues.models import League
    from leagues.services import create_league

    now = clock.now()
    player = User.objects.get(username="demo")
    player.time_zone = TIME_ZONE
    player.save()
    league = League.objects.filter(memberships__user=player).earliest("pk")
    if not User.objects.filter(username="newcomer").exists():
        User.objects.create_user("newcomer", password=NEWCOMER_PASSWORD)
        create_league(creator=player, season=league.season, name="Thursday Racers", settings={}, now=now)
    link = renew_spectator_link(league=league, by=player, now=now)
    drafts = Draft.objects.filter(league=league)
    scored = drafts.filter(state=Draft.State.SCORED).latest("race__race_date")
    entry = scored.race.entries.select_related("driver", "line_up_team").earliest("pk")
    return Cast(
        league=league.pk,
        new_league=League.objects.filter(memberships__user=player).latest("pk").pk,
        next_race=drafts.filter(state=Draft.State.OPEN).latest("race__race_date").race_id,
        scored_race=scored.race_id,
        constructor=Constructor.objects.get(league=league, owner=player).pk,
        driver=entry.driver.ref,
        team=entry.line_up_team.ref if entry.line_up_team else "",
        code=league.code,
        spectators=link.token,
    )


def lengthen_names() -> None:
    """Give leagues, constructors and people the longest names that fit."""
    from accounts.models import User
    from constructors.models import Constructor
    from leagues.models import League

    for model, field in ((League, "name"), (Constructor, "name"), (User, "display_name")):
        for row, name in zip(model._default_manager.order_by("pk"), cycle(LONG_NAMES), strict=False):
            setattr(row, field, f"{name[:36]} {row.pk}")
            row.save()


def main(arguments: list[str]) -> int:
    django.setup()
    cast = create_cast()
    if "--long-names" in arguments:
        lengthen_names()
    print(json.dumps(asdict(cast)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
