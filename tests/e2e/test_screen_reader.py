"""What a screen reader reads on the pages that players use most: landmarks, names, states, and tables beside charts.

The expectations are parts of the accessibility tree as the browser builds it: a list may have more than is named here.
`test_draft_room.py` has what the room announces while others pick.
"""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from drafts.models import Draft

from ..support.browsing import DESK, enter
from ..support.cast import OVER_AT
from ..support.stories import filled, scored

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FRAME = """
- link "Skip to the content"
- banner:
  - link "Fantasy F1"
  - navigation "Main":
    - link "Leagues"
    - link "Calendar"
    - link "Drivers"
    - link /News \\d+ unread/
    - group: "Your account: alice"
- main
- contentinfo:
  - navigation "About this site":
    - link "Help"
  - group "Theme":
    - button "System" [pressed]
    - button "Light"
"""


@pytest.fixture
def page(open_page, alice) -> Page:
    page: Page = open_page(viewport=DESK, service_workers="block")
    page.route("**/live/**", lambda route: None)  # The streams are open, and nothing happens.
    enter(page, alice)
    return page


@pytest.fixture
def scored_draft(open_draft, at) -> Draft:
    draft = scored(filled(open_draft, ["driver_1", "driver_2", "driver_10", "driver_9"]))
    at(OVER_AT + timedelta(days=1))
    return draft


def main(page: Page) -> Locator:
    """The main landmark of a page, which has one heading of level 1, and everything in landmarks."""
    expect(page.locator("body")).to_match_aria_snapshot(FRAME)
    expect(page.get_by_role("main")).to_have_count(1)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    return page.get_by_role("main")


def test_the_dashboard_says_whose_turn_it_is(page, open_draft):
    page.goto("/leagues/")
    expect(main(page)).to_match_aria_snapshot("""
        - heading "My leagues" [level=1]
        - heading "Your turn" [level=2]
        - list:
          - listitem:
            - heading "Alpine Friends" [level=3]
            - paragraph: Grand Prix 1 · pick 1, round 1
            - timer "Time left for this pick": /\\d:\\d+:\\d+/
            - time: Tue 11 Mar, 10:00 UTC
            - link "Pick Alpine Friends"
        - article:
          - heading "Alpine Friends" [level=2]:
            - link "Alpine Friends"
        - heading "What changed" [level=2]
        - list "Latest news"
        - textbox "Code"
        - button "Join"
        """)


def test_the_draft_room_says_whose_turn_it_is_how_long_and_what_happens_without_a_pick(page, open_draft):
    page.goto(reverse("drafts:room", args=[open_draft.league_id, open_draft.race_id]))
    expect(main(page)).to_match_aria_snapshot("""
        - status
        - navigation "Breadcrumb":
          - link "Alpine Friends"
        - group: More about this draft
        - heading "Grand Prix 1" [level=1]
        - paragraph: It is your turn
        - timer "Time left for this pick": /\\d:\\d+:\\d+/
        - time: Tue 11 Mar, 10:00 UTC
        - link "Pick a driver"
        - list "Next turns":
          - listitem: You
          - listitem: Bob Motorsport
          - listitem: You
        - paragraph:
          - text: "Draft locks:"
          - time: Sat 15 Mar, 04:55 UTC
          - link "Why then?"
        - paragraph: If you do nothing, you get Driver 1 when your time runs out.
        - heading "Your picks" [level=2]
        - list:
          - listitem: Open pick 1
          - listitem: Open pick 3
        - heading "Choose a driver" [level=2]
        - searchbox "Search drivers"
        - list "Drivers, by the league's ranking":
          - listitem:
            - group: 1 Driver 1 Team 1 0 pts
        - heading "Draft board" [level=2]
        - region "Picks by constructor and round":
          - table "Picks by constructor and round":
            - rowgroup:
              - row "Constructor Round 1 Round 2"
            - rowgroup:
              - row "Alice Racing Pick 1 now Pick 3 open"
              - row "Bob Motorsport Pick 2 open Pick 4 open"
        - heading "Log" [level=2]
        - list "Events, latest first":
          - listitem:
            - text: /The draft opened/
        """)


def test_the_board_names_drivers_in_full(page, scored_draft):
    page.goto(reverse("drafts:room", args=[scored_draft.league_id, scored_draft.race_id]))
    expect(main(page)).to_match_aria_snapshot("""
        - paragraph: The points are in
        - paragraph:
          - link "See the points"
        - region "Picks by constructor and round":
          - table "Picks by constructor and round":
            - rowgroup
            - rowgroup:
              - row "Alice Racing Pick 1 Driver 1, Team 1 1 points Pick 3 Driver 10, Team 5 10 points":
                - rowheader "Alice Racing"
                - cell "Pick 1 Driver 1, Team 1 1 points"
                - cell "Pick 3 Driver 10, Team 5 10 points"
        """)


def test_the_league_says_who_leads_and_who_held_whom(page, scored_draft):
    page.goto(f"/leagues/{scored_draft.league_id}/")
    expect(main(page)).to_match_aria_snapshot("""
        - heading "Alpine Friends" [level=1]
        - navigation "Pages of the league":
          - link "League"
          - link "Standings"
        - heading "Grand Prix 2" [level=2]
        - paragraph: Not open yet
        - timer "Opens in"
        - link "Go to draft"
        - heading "Season standings" [level=2]
        - region "Season standings":
          - table "Season standings":
            - rowgroup:
                - row "Place Constructor Wins Last race Gap Points"
            - rowgroup:
                - row:
                  - cell "1"
                  - rowheader "Alice Racing alice"
                  - cell "1"
                  - cell "11"
        - list "Result of the last race":
          - listitem: "1st: Driver 1, Team 1. Held by Alice Racing, points: 1."
          - listitem: "2nd: Driver 2, Team 1. Held by Bob Motorsport, points: 2."
          - listitem: "3rd: Driver 3, Team 2. Nobody held this driver."
        - list "Activity log"
        """)
    expect(page.get_by_role("link", name="League", exact=True)).to_have_attribute("aria-current", "page")


def test_the_standings_have_their_charts_as_tables(page, scored_draft):
    page.goto(f"/leagues/{scored_draft.league_id}/standings/")
    expect(main(page)).to_match_aria_snapshot("""
        - region "Season standings":
          - table "Season standings":
            - rowgroup:
              - row "Place Constructor Races Wins Best race Autopicks Points"
            - rowgroup:
              - row:
                - cell "1"
                - rowheader /Alice Racing alice/
        - region "Points race by race":
          - table "Points race by race":
            - rowgroup:
              - row "Constructor Grand Prix 1 Points":
                - columnheader "Constructor"
                - columnheader "Grand Prix 1":
                  - link "Grand Prix 1"
                - columnheader "Points"
        - figure:
          - img "Draft position and points"
          - group: /Show as a table/
        """)
    page.get_by_text("Show as a table").click()
    expect(page.get_by_role("table", name="Draft position and points")).to_match_aria_snapshot("""
        - table "Draft position and points":
          - rowgroup:
            - row "Pick Average points"
          - rowgroup:
            - row /1 1/
            - row /2 2/
        """)


def test_the_news_name_what_each_button_is_about(page, open_draft):
    page.goto("/accounts/news/")
    title = "Grand Prix 1: it is your turn in “Alpine Friends”"
    expect(main(page)).to_match_aria_snapshot(f"""
        - heading "News" [level=1]
        - button "Mark all as read"
        - heading "Tue 11 Mar" [level=2]
        - list "Tue 11 Mar":
          - listitem:
            - 'link "{title}"'
            - paragraph: /You have until Tue 11 Mar, 10:00 UTC\\..+ If your time runs out, you get/
            - text: New
            - time: Tue 11 Mar, 04:00 UTC
            - 'button "Mark as read {title}"'
            - 'button "Delete {title}"'
        """)
    page.get_by_role("button", name=f"Mark as read {title}").click()
    expect(page.get_by_role("button", name=f"Mark as unread {title}")).to_be_visible()
    expect(page.get_by_role("link", name="News 1 unread")).to_be_visible()


def test_the_settings_have_their_questions_as_groups(page, open_draft):
    page.goto(f"/leagues/{open_draft.league_id}/settings/")
    expect(main(page)).to_match_aria_snapshot("""
        - heading "Rules of the game" [level=2]
        - group "How do you draft?":
          - spinbutton "Picks per race": "2"
          - group "Draft method":
            - radio /Sequential/ [checked]
            - radio /Snake/
          - group "Clock":
            - radio /Adaptive/ [checked]
            - radio /Fixed/
            - radio /None/
          - spinbutton "Time per pick": "4"
          - combobox "Time per pick Unit"
        - group "When does a draft lock, and what then?":
          - spinbutton "Time from lock to session": "5"
          - combobox "Time from lock to session Unit"
          - checkbox "Autopicks at the lock" [checked]
        - group "What scores?":
          - group "Scoring":
            - radio /Inverted position 10th place scores 10 points/ [checked]
            - radio /Standard F1/
        - button "Save the rules"
        - heading "The league" [level=2]
        - textbox "Name": Alpine Friends
        - list "Versions of the rules, latest first"
        """)
    expect(page.get_by_label("Picks per race")).to_have_accessible_description(
        "How many drivers each player picks for a race."
    )


def test_what_is_wrong_in_a_form_has_the_focus_and_is_described(page, open_draft):
    page.goto(f"/leagues/{open_draft.league_id}/settings/")
    picks = page.get_by_label("Picks per race")
    picks.fill("99")
    expect(page.get_by_role("status").filter(has_text="1 change is not saved.")).to_be_visible()
    page.get_by_role("button", name="Save the rules").first.click()
    expect(picks).to_match_aria_snapshot('- spinbutton "Picks per race" [invalid]: "99"')
    expect(picks).to_be_focused()
    expect(picks).to_have_accessible_description(re.compile("How many drivers each player picks for a race. .+"))
