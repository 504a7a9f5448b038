"""The pages of the site that screenshots show, and who looks at them.

`tests/test_screenshots.py` fails for a page that is neither in `PAGES` nor in `NOT_SHOWN`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

VISITOR, NEWCOMER, PLAYER, ADMINISTRATOR = "visitor", "newcomer", "player", "administrator"


@dataclass(frozen=True)
class Page:
    """A page: the name of its URL, the keys of the URL's arguments in the cast, and the people who look at it."""

    route: str
    people: tuple[str, ...] = (PLAYER,)
    arguments: tuple[str, ...] = ()
    query: str = ""

    @property
    def name(self) -> str:
        """The name of the page in names of files, such as `drafts-room`."""
        words = [self.route.replace(":", "-"), *self.query.replace("=", "-").split("&")]
        return "-".join(word for word in words if word)

    def address(self, values: Mapping[str, Any]) -> str:
        """The path of the page, with the values of the cast."""
        path = reverse(self.route, args=[values[name] for name in self.arguments])
        return f"{path}?{self.query}" if self.query else path


PAGES = (
    Page("home", (VISITOR,)),
    Page("pages:help", (VISITOR,)),
    Page("pages:help", (VISITOR,), query="q=clock"),
    Page("pages:about", (VISITOR,)),
    Page("pages:privacy", (VISITOR,)),
    Page("pages:terms", (VISITOR,)),
    Page("pages:appearance", (VISITOR,)),
    Page("offline", (VISITOR,)),
    Page("accounts:sign_up", (VISITOR,)),
    Page("accounts:sign_in", (VISITOR,)),
    Page("accounts:forgot_password", (VISITOR,)),
    Page("races:calendar", (VISITOR, PLAYER)),
    Page("races:race", (VISITOR, PLAYER), ("scored_race",)),
    Page("races:race", (PLAYER,), ("next_race",)),
    Page("races:calendar", (PLAYER,), query="view=month"),
    Page("formula1:race_picks", (PLAYER,), ("scored_race",)),
    Page("formula1:drivers", (VISITOR, PLAYER)),
    Page("formula1:driver", (VISITOR, PLAYER), ("driver",)),
    Page("formula1:teams", (VISITOR, PLAYER)),
    Page("formula1:team", (VISITOR, PLAYER), ("team",)),
    Page("scoring:rankings", (VISITOR,)),
    Page("scoring:race_corrections", (PLAYER,), ("scored_race",)),
    Page("leagues:public", (VISITOR, NEWCOMER)),
    Page("pages:invitation", (VISITOR, NEWCOMER), ("code",)),
    Page("pages:my_leagues", (NEWCOMER, PLAYER)),
    Page("leagues:create", (NEWCOMER,)),
    Page("leagues:join", (NEWCOMER,)),
    Page("leagues:invitations", (NEWCOMER, PLAYER)),
    Page("leagues:blocks"),
    Page("pages:practice", (VISITOR, NEWCOMER)),
    Page("pages:league_home", (PLAYER,), ("league",)),
    Page("pages:league_home", (PLAYER,), ("new_league",)),
    Page("drafts:lobby", (PLAYER,), ("new_league",)),
    Page("drafts:room", (PLAYER,), ("league", "next_race")),
    Page("drafts:room", (PLAYER,), ("league", "scored_race")),
    Page("drafts:order", (PLAYER,), ("league", "next_race")),
    Page("drafts:wish_list", (PLAYER,), ("league",)),
    Page("drafts:undo", (PLAYER,), ("league", "next_race")),
    Page("drafts:skipped_races", (PLAYER,), ("league",)),
    Page("drafts:spectators", (PLAYER,), ("league",)),
    Page("drafts:watch", (VISITOR,), ("spectators",)),
    Page("drafts:wall", (VISITOR,), ("spectators",)),
    Page("pages:standings", (PLAYER,), ("league",)),
    Page("pages:league_rules", (PLAYER,), ("league",)),
    Page("pages:league_race", (PLAYER,), ("league", "scored_race")),
    Page("pages:constructor", (PLAYER,), ("constructor",)),
    Page("scoring:league_corrections", (PLAYER,), ("league", "scored_race")),
    Page("scoring:records", (PLAYER,), ("league",)),
    Page("scoring:honours", (PLAYER,), ("league", "constructor")),
    Page("leagues:members", (PLAYER,), ("league",)),
    Page("leagues:leave", (PLAYER,), ("league",)),
    Page("leagues:activity", (PLAYER,), ("league",)),
    Page("leagues:settings", (PLAYER,), ("league",)),
    Page("pages:rules_preview", (PLAYER,), ("league",)),
    Page("leagues:webhooks", (PLAYER,), ("league",)),
    Page("notifications:list", (NEWCOMER, PLAYER)),
    Page("notifications:preferences"),
    Page("accounts:profile"),
    Page("accounts:change_email"),
    Page("accounts:security"),
    Page("accounts:mfa"),
    Page("accounts:delete_account"),
    Page("pages:status", (ADMINISTRATOR,)),
    Page("pages:styleguide", (ADMINISTRATOR,)),
    Page("admin:index", (ADMINISTRATOR,)),
    Page("admin:leagues_league_changelist", (ADMINISTRATOR,)),
    Page("admin:leagues_league_change", (ADMINISTRATOR,), ("league",)),
    Page("admin:drafts_draft_changelist", (ADMINISTRATOR,)),
    Page("admin:races_race_changelist", (ADMINISTRATOR,)),
    Page("admin:races_race_change", (ADMINISTRATOR,), ("scored_race",)),
    Page("admin:accounts_user_changelist", (ADMINISTRATOR,)),
    Page("admin:login", (VISITOR,)),
)

# Routes that have no page of their own, that answer forms and scripts only, or whose page needs a message or an app.
NOT_SHOWN = {
    "a picture": ("pages:invitation_card", "pages:league_card"),
    "an answer for scripts and other programs": (
        "accounts:own_data",
        "drafts:calendar",
        "drafts:live_partial",
        "drafts:lobby_live",
        "favicon",
        "javascript_catalog",
        "manifest",
        "notifications:check_push",
        "notifications:counter",
        "notifications:push",
        "pages:standings_csv",
        "races:season_calendar",
        "pages:turn_count",
        "robots",
        "service_worker",
        "sitemap",
    ),
    "answers a form": (
        "accounts:about_me",
        "accounts:choose_language",
        "accounts:display_name",
        "accounts:end_app",
        "accounts:end_browser",
        "accounts:language",
        "accounts:mark",
        "accounts:pick_links",
        "accounts:quiet_hours",
        "accounts:sign_out",
        "accounts:sign_out_everywhere",
        "accounts:username",
        "constructors:rename",
        "drafts:change",
        "drafts:commissioner",
        "drafts:end_link",
        "drafts:nudge",
        "drafts:pick",
        "drafts:pick_link_autodraft",
        "drafts:pick_link_change",
        "drafts:pick_link_off",
        "drafts:pick_link_time",
        "drafts:plan",
        "drafts:ready",
        "drafts:renew_link",
        "drafts:set_order",
        "drafts:skip_race",
        "drafts:start",
        "leagues:archive",
        "leagues:block",
        "leagues:cancel_invitation",
        "leagues:delete",
        "leagues:invite",
        "leagues:join_public",
        "leagues:lift_ban",
        "leagues:rotate_webhook_secret",
        "leagues:switch_webhook",
        "leagues:test_webhook",
        "leagues:unarchive",
        "leagues:unblock",
        "notifications:delete",
        "notifications:mark_all_read",
        "notifications:mark_read",
        "notifications:mark_unread",
        "notifications:open",
        "notifications:remove_push",
        "notifications:test_push",
        "pages:practice_pick",
        "pages:undo",
    ),
    "needs a message, a webhook, or another state of the league": (
        "accounts:undo_email_change",
        "constructors:deputy",
        "drafts:deputy",
        "drafts:pick_link",
        "drafts:substitution",
        "leagues:answer",
        "leagues:continue",
        "leagues:hand_over",
        "leagues:remove",
        "leagues:remove_webhook",
        "leagues:stop_invitations",
        "leagues:webhook",
        "notifications:unsubscribe",
        "pages:next_turn",
        "pages:practice_race",
        "pages:practice_room",
    ),
}
