"""The permission table: who may use each route of the site, the API, the admin and the live endpoints.

Every user has a relation to the league that a request is about: visitor, stranger (signed in, or from another league),
former member, member, co-manager, manager or administrator. The leagues in the tests are private. A route that is
missing here fails the test, so you cannot add one without defining who may use it.
"""

from dataclasses import dataclass, field

Roles = frozenset[str]

ALL = frozenset({"visitor", "stranger", "former", "member", "co_manager", "manager", "administrator"})
USERS = ALL - {"visitor"}
SEES = frozenset({"member", "co_manager", "manager", "administrator"})
PLAYS = frozenset({"member", "co_manager", "manager"})
MANAGES = frozenset({"co_manager", "manager", "administrator"})
HANDS_OVER = frozenset({"manager", "administrator"})
# For objects that belong to one player. In each league of the tests, they belong to the plain member.
OWNS = frozenset({"member"})
ADMINISTRATES = frozenset({"administrator"})
# For requests that nobody may make, or that are meant for a user without a role in the tests.
NOBODY: Roles = frozenset()

# Valid bodies for routes that refuse an empty body before they check permissions.
JSON_BODIES = {
    "api:constructor": '{"name": "Another name"}',
    "api:transfer": '{"user_id": %(user)s}',
    "api:member": '{"role": "co_manager"}',
    "api:extend": '{"minutes": 5}',
    "api:undo": '{"count": 1}',
    "api:order": '{"order": [1, 2]}',
    "api:draft-order": '{"order": [1, 2]}',
    "api:webhooks": '{"service": "generic", "name": "Program", "url": "https://localhost/hook"}',
    "api:sent-invitations": '{"email": "friend@example.org"}',
    "api:password-reset": '{"email": "%(email)s"}',
}
FORM_BODIES = {
    "leagues:webhooks": "service=generic&name=Program&url=https://localhost/hook&events=draft.pick",
    "leagues:webhook": "name=Program&events=draft.pick",
    "leagues:invite": "who=friend@example.org",
    "accounts:forgot_password": "email=%(email)s",
    "pages:undo": "undo=%(undo)s",
}
# Query strings of routes that need one.
QUERY_STRINGS = {"admin:autocomplete": "?app_label=races&model_name=entry&field_name=driver&term="}
# Example paths for patterns into which the tests cannot insert values.
EXAMPLE_PATHS = {
    "^api": "/api/nothing",
    "account_reset_password_from_key": "/accounts/reset/0-nothing/",
    "admin:app_list": "/admin/leagues/",
    "admin/": "/admin/nothing",
}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Rule:
    """The roles that may use a route, by method.

    `about` is what the URL names: a league, a draft, a row of one of the admin's tables, or "". If it belongs to no
    league, users' roles in their own leagues count: anyone who manages a league may enter the admin.
    """

    about: str = ""
    may: dict[str, Roles] = field(default_factory=dict)

    def methods(self) -> list[str]:
        """Return the methods with a rule, and one without. That one must do no harm either."""
        return [*self.may, next(method for method in METHODS if method not in self.may)]


def _rule(about: str = "", **may: Roles) -> Rule:
    return Rule(about, {method.upper(): who for method, who in may.items()})


PUBLIC = _rule(get=ALL)


def _league_admin(table: str, *acts: str) -> dict[str, Rule]:
    """Return the rules for a model that belongs to leagues: managers may view it, and only actions change it."""
    name = f"admin:{table}"
    return {
        f"{name}_changelist": _rule(get=MANAGES),
        f"{name}_add": _rule(get=NOBODY, post=NOBODY),
        f"{name}_change": _rule(table, get=MANAGES, post=NOBODY),
        f"{name}_history": _rule(table, get=MANAGES),
        f"{name}_delete": _rule(table, get=NOBODY, post=NOBODY),
        f"{name}_act": _rule(table, get=NOBODY, post=NOBODY),  # with a name that no action has
        **{f"{name}_act {act}": _rule(table, get=MANAGES, post=MANAGES) for act in acts},
        _object_redirect(table): _rule(get=MANAGES),
    }


def _shared_admin(
    table: str, *, sees: Roles, adds: Roles = NOBODY, changes: Roles = NOBODY, deletes: Roles = NOBODY
) -> dict[str, Rule]:
    """Return the rules for a model that all leagues share."""
    name = f"admin:{table}"
    return {
        f"{name}_changelist": _rule(get=sees),
        f"{name}_add": _rule(get=adds, post=adds),
        f"{name}_change": _rule(table, get=sees, post=changes),
        f"{name}_history": _rule(table, get=sees),
        f"{name}_delete": _rule(table, get=deletes, post=deletes),
        _object_redirect(table): _rule(get=MANAGES),
    }


def _administrators_admin(table: str) -> dict[str, Rule]:
    return _shared_admin(table, sees=ADMINISTRATES, adds=ADMINISTRATES, changes=ADMINISTRATES, deletes=ADMINISTRATES)


def _object_redirect(table: str) -> str:
    """Return the key of an unnamed route that redirects to a row's page, whether or not the row exists."""
    app, _, model = table.rpartition("_")
    return f"admin/{app}/{model}/<path:object_id>/"


RULES: dict[str, Rule] = {
    # -- the API -------------------------------------------------------------------------------------------------------
    "schema": PUBLIC,
    "docs": PUBLIC,
    "redoc": PUBLIC,
    "api:rankings": PUBLIC,
    "api:seasons": PUBLIC,
    "api:races": PUBLIC,
    "api:next-race": PUBLIC,
    "api:race": PUBLIC,
    "api:race-results": _rule(get=ALL, post=ADMINISTRATES),
    "api:release-results": _rule(post=ADMINISTRATES),
    "api:revisions": PUBLIC,
    "api:drivers": PUBLIC,
    "api:driver": PUBLIC,
    "api:teams": PUBLIC,
    "api:team-standings": PUBLIC,
    "api:race-corrections": _rule(get=USERS),
    "api:register": _rule(post=ALL),
    "api:login": _rule(post=ALL),
    "api:refresh": _rule(post=ALL),
    "api:password-reset": _rule(post=ALL),
    "api:password-reset-confirm": _rule(post=ALL),
    "api:logout": _rule(post=ALL),
    "api:logout_all": _rule(post=USERS),
    "api:password": _rule(post=USERS),
    "api:me": _rule(get=USERS, patch=USERS),
    "api:me-delete": _rule(post=USERS),
    "api:email": _rule(get=USERS, put=USERS),
    "api:email-resend": _rule(post=USERS),
    "api:email-new": _rule(delete=USERS),
    "api:email-confirm": _rule(post=ALL),
    "api:email-undo": _rule(post=ALL),
    "api:mfa": _rule(get=USERS),
    "api:mfa-set-up": _rule(post=USERS),
    "api:mfa-confirm": _rule(post=USERS),
    "api:mfa-turn-off": _rule(post=USERS),
    "api:mfa-recovery-codes": _rule(post=USERS),
    "api:mfa-new-recovery-codes": _rule(post=USERS),
    "api:sign-ins": _rule(get=USERS),
    "api:sign-ins-end-others": _rule(post=USERS),
    "api:browser": _rule("browser", delete=NOBODY),
    "api:app": _rule("app", delete=NOBODY),
    "api:me-data": _rule("own_data", get=USERS),
    "api:users": _rule(get=USERS),
    "api:user": _rule("person", get=USERS),
    "api:user-seasons": _rule("person", get=USERS),
    "api:notifications": _rule(get=USERS),
    "api:notifications-read-all": _rule(post=USERS),
    "api:notification-preferences": _rule(get=USERS, put=USERS),
    "api:notification-summary": _rule(get=USERS),
    "api:notification": _rule("notification", get=OWNS, delete=OWNS),
    "api:devices": _rule(get=USERS, post=USERS),
    "api:device-key": _rule(get=USERS),
    "api:device": _rule("device", delete=OWNS),
    "api:device-test": _rule("device", post=OWNS),
    "api:notification-read": _rule("notification", post=OWNS),
    "api:notification-unread": _rule("notification", post=OWNS),
    "api:leagues": _rule(get=USERS, post=USERS),
    "api:league-by-code": _rule("code", get=ALL),
    "api:join-by-code": _rule(post=USERS),
    "api:league": _rule("league", get=SEES, patch=MANAGES, delete=HANDS_OVER),
    "api:join": _rule("league", post=SEES),
    "api:leave": _rule("league", post=SEES),
    "api:transfer": _rule("league", post=HANDS_OVER),
    "api:members": _rule("league", get=SEES),
    "api:member": _rule("league", patch=HANDS_OVER),
    "api:remove-member": _rule("league", post=MANAGES),
    "api:bans": _rule("league", get=MANAGES),
    "api:ban": _rule("league", delete=NOBODY),  # the member is not banned
    "api:activity": _rule("league", get=SEES),
    "api:skipped-races": _rule("league", get=SEES),
    "api:skipped-race": _rule("league", put=MANAGES, delete=MANAGES),
    "api:settings": _rule("league", get=SEES, post=MANAGES),
    "api:settings-in-force": _rule("league", get=SEES),
    "api:next-settings": _rule("league", get=SEES),
    "api:archive": _rule("league", post=HANDS_OVER),
    "api:unarchive": _rule("league", post=HANDS_OVER),
    "api:continue": _rule("league", post=HANDS_OVER),
    "api:sent-invitations": _rule("league", get=MANAGES, post=MANAGES),
    "api:webhooks": _rule("league", get=MANAGES, post=MANAGES),
    "api:webhook": _rule("league", get=MANAGES, patch=MANAGES, delete=MANAGES),
    "api:webhook-test": _rule("league", post=MANAGES),
    "api:webhook-secret": _rule("league", post=MANAGES),
    "api:webhook-deliveries": _rule("league", get=MANAGES),
    "api:sent-invitation": _rule("league", delete=MANAGES),
    "api:blocks": _rule(get=USERS, post=USERS),
    "api:block": _rule("block", delete=OWNS),
    "api:invitations": _rule(get=USERS),
    "api:accept-by-token": _rule(post=USERS),
    "api:decline-by-token": _rule(post=USERS),
    "api:accept": _rule("invitation", post=NOBODY),
    "api:decline": _rule("invitation", post=NOBODY),
    "api:league-corrections": _rule("league", get=SEES),
    "api:settings-preview": _rule("league", post=MANAGES),
    "api:league-constructors": _rule("league", get=SEES),
    "api:leaderboard": _rule("league", get=SEES),
    "api:records": _rule("league", get=SEES),
    "api:head-to-head": _rule("league", get=SEES),
    "api:honours": _rule("league", get=SEES),
    "api:spectator-link": _rule("league", get=MANAGES, post=MANAGES, delete=MANAGES),
    "api:constructors": _rule(get=USERS),
    "api:constructor": _rule("constructor", get=SEES, patch=OWNS),
    "api:constructor-drafts": _rule("constructor", get=SEES, post=OWNS, patch=OWNS),
    "api:substitution": _rule("constructor", post=OWNS),
    "api:wish-list": _rule("constructor", get=OWNS, put=OWNS),
    "api:wish-list-changes": _rule("constructor", post=OWNS),
    "api:wish-list-preview": _rule("constructor", get=OWNS),
    "api:deputy": _rule("constructor", get=OWNS | MANAGES, put=OWNS | MANAGES),
    "api:autodraft": _rule("constructor", get=OWNS, put=OWNS),
    "api:draft-status": _rule("league", get=SEES),
    "api:draft-order": _rule("league", get=SEES, post=MANAGES),
    "api:drafts": _rule(get=USERS),
    "api:draft": _rule("draft", get=SEES),
    "api:calendar": _rule(get=USERS),
    # They identify users only by the token in the URL.
    "api:pick-link": _rule("token"),
    "api:pick-link-pick": _rule("token"),
    "api:pick-link-autodraft": _rule("token"),
    "api:pick-link-extension": _rule("token"),
    "api:order": _rule("draft", get=SEES, post=MANAGES),
    "api:slots": _rule("draft", get=SEES),
    "api:picks": _rule("draft", get=SEES),
    "api:events": _rule("draft", get=SEES),
    "api:lobby": _rule("draft", get=SEES),
    "api:ready": _rule("draft", post=PLAYS),
    "api:nudge": _rule("draft", post=SEES),
    "api:start": _rule("draft", post=MANAGES),
    "api:pause": _rule("draft", post=MANAGES),
    "api:resume": _rule("draft", post=MANAGES),
    "api:extend": _rule("draft", post=MANAGES),
    "api:pick-for": _rule("draft", post=MANAGES),
    "api:substitution-for": _rule("draft", post=MANAGES),
    "api:undo": _rule("draft", get=MANAGES, post=MANAGES),
    "^api": _rule(get=NOBODY),
    # -- pages ---------------------------------------------------------------------------------------------------------
    "home": PUBLIC,
    "javascript_catalog": PUBLIC,
    "manifest": PUBLIC,
    "favicon": PUBLIC,
    "robots": PUBLIC,
    "sitemap": PUBLIC,
    "offline": PUBLIC,
    "service_worker": PUBLIC,
    "accounts:sign_up": _rule(get=ALL, post=ALL),
    "accounts:sign_in": _rule(get=ALL, post=ALL),
    "accounts:sign_out": _rule(post=ALL),
    "accounts:profile": _rule(get=USERS, post=USERS),
    "accounts:forgot_password": _rule(get=ALL, post=ALL),
    "accounts:change_email": _rule(get=USERS, post=USERS),
    # It identifies the user only by the token in the URL.
    "accounts:undo_email_change": _rule("token"),
    "accounts:about_me": _rule(post=USERS),
    "accounts:display_name": _rule(post=USERS),
    "accounts:mark": _rule(post=USERS),
    "accounts:username": _rule(post=USERS),
    "accounts:own_data": _rule("own_data", get=USERS),
    "accounts:delete_account": _rule(get=USERS, post=USERS),
    "accounts:mfa": _rule(get=USERS),
    "accounts:security": _rule(get=USERS),
    "accounts:end_browser": _rule("browser", post=NOBODY),
    "accounts:end_app": _rule("app", post=NOBODY),
    "accounts:sign_out_everywhere": _rule(post=USERS),
    "accounts:quiet_hours": _rule(post=USERS),
    "accounts:language": _rule(post=USERS),
    "accounts:choose_language": _rule(post=ALL),
    "accounts:pick_links": _rule(post=USERS),
    "notifications:list": _rule(get=USERS),
    "notifications:mark_all_read": _rule(post=USERS),
    "notifications:preferences": _rule(get=USERS, post=USERS),
    "notifications:counter": _rule(get=USERS),
    "notifications:push": _rule(get=USERS, post=USERS),
    "notifications:check_push": _rule(post=USERS),
    "notifications:test_push": _rule("device", post=OWNS),
    "notifications:remove_push": _rule("device", post=OWNS),
    "notifications:open": _rule("notification", get=OWNS),
    "notifications:mark_read": _rule("notification", post=OWNS),
    "notifications:mark_unread": _rule("notification", post=OWNS),
    "notifications:delete": _rule("notification", post=OWNS),
    # Mail programs send the request, without a cookie.
    "notifications:unsubscribe": _rule("unsubscribing", get=ALL, post=ALL),
    # The same pages and more under django-allauth's names.
    "account_signup": _rule(get=ALL, post=ALL),
    "account_login": _rule(get=ALL, post=ALL),
    "account_logout": _rule(post=ALL),
    "account_reset_password": _rule(get=ALL, post=ALL),
    "account_set_password": _rule(get=ALL, post=ALL),
    # These two identify users only by the token in the URL.
    "account_reset_password_from_key": _rule("token"),
    "account_confirm_email": _rule("token"),
    "account_email": _rule(get=USERS, post=USERS),
    "account_change_password": _rule(get=USERS),
    "account_reauthenticate": _rule(get=USERS, post=USERS),
    "mfa_authenticate": _rule(get=USERS, post=USERS),
    "mfa_index": _rule(get=USERS),
    "mfa_activate_totp": _rule(get=USERS, post=USERS),
    # No user in the tests has a second factor.
    "mfa_deactivate_totp": _rule(get=NOBODY, post=NOBODY),
    "mfa_view_recovery_codes": _rule(get=NOBODY),
    "mfa_generate_recovery_codes": _rule(get=USERS, post=USERS),
    "races:calendar": PUBLIC,
    "races:race": PUBLIC,
    "races:season_calendar": PUBLIC,
    "formula1:drivers": PUBLIC,
    "formula1:driver": PUBLIC,
    "formula1:teams": PUBLIC,
    "formula1:team": PUBLIC,
    "formula1:race_picks": _rule(get=USERS),
    "leagues:public": PUBLIC,
    "leagues:create": _rule(get=USERS, post=USERS),
    "leagues:join": _rule(get=USERS, post=USERS),
    "pages:invitation": _rule("code", get=ALL, post=ALL),
    "leagues:join_public": _rule("league", post=NOBODY),
    "leagues:members": _rule("league", get=SEES, post=HANDS_OVER),
    # Members see the rules whatever they send.
    "leagues:settings": _rule("league", get=SEES, post=SEES),
    "leagues:hand_over": _rule("league", get=HANDS_OVER, post=HANDS_OVER),
    "leagues:remove": _rule("league", get=MANAGES, post=MANAGES),
    "leagues:lift_ban": _rule("league", post=NOBODY),  # the member is not banned
    "leagues:activity": _rule("league", get=SEES),
    "leagues:delete": _rule("league", post=HANDS_OVER),
    "leagues:leave": _rule("league", get=PLAYS, post=PLAYS),
    "leagues:archive": _rule("league", post=HANDS_OVER),
    "leagues:unarchive": _rule("league", post=HANDS_OVER),
    "leagues:continue": _rule("league", get=HANDS_OVER, post=HANDS_OVER),
    "leagues:invite": _rule("league", post=MANAGES),
    "leagues:cancel_invitation": _rule("league", post=MANAGES),
    "leagues:webhooks": _rule("league", get=MANAGES, post=MANAGES),
    "leagues:webhook": _rule("league", get=MANAGES, post=MANAGES),
    "leagues:test_webhook": _rule("league", post=MANAGES),
    "leagues:rotate_webhook_secret": _rule("league", post=MANAGES),
    "leagues:switch_webhook": _rule("league", post=MANAGES),
    "leagues:remove_webhook": _rule("league", get=MANAGES, post=MANAGES),
    "leagues:invitations": _rule(get=USERS),
    "leagues:blocks": _rule(get=USERS),
    "leagues:block": _rule("mail", post=USERS),
    "leagues:unblock": _rule("block", post=OWNS),
    "leagues:stop_invitations": _rule("stopping", get=ALL, post=ALL),
    "leagues:answer": _rule("mail", get=USERS, post=USERS),
    "constructors:rename": _rule("constructor", post=OWNS),
    "constructors:deputy": _rule("league", get=OWNS | MANAGES, post=OWNS | MANAGES),
    "drafts:room": _rule("league", get=SEES),
    "drafts:pick": _rule("league", post=PLAYS),
    "drafts:change": _rule("league", post=PLAYS),
    "drafts:substitution": _rule("league", get=PLAYS, post=PLAYS),
    "drafts:live_partial": _rule("league", get=SEES),
    "drafts:commissioner": _rule("league", post=MANAGES),
    "drafts:undo": _rule("league", get=MANAGES, post=MANAGES),
    "drafts:lobby": _rule("league", get=SEES),
    "drafts:lobby_live": _rule("league", get=SEES),
    "drafts:ready": _rule("league", post=SEES),
    "drafts:nudge": _rule("league", post=SEES),
    "drafts:start": _rule("league", post=MANAGES),
    "drafts:plan": _rule("league", post=MANAGES),
    "drafts:deputy": _rule("league", get=NOBODY, post=NOBODY),  # nobody is a deputy in the tests
    "drafts:skipped_races": _rule("league", get=MANAGES),
    "drafts:skip_race": _rule("league", post=MANAGES),
    "drafts:wish_list": _rule("league", get=PLAYS, post=PLAYS),
    "drafts:order": _rule("league", get=SEES),
    "drafts:set_order": _rule("league", post=MANAGES),
    "drafts:spectators": _rule("league", get=MANAGES),
    "drafts:renew_link": _rule("league", post=MANAGES),
    "drafts:end_link": _rule("league", post=MANAGES),
    # It identifies users only by the token in the URL.
    "drafts:calendar": _rule("token"),
    "drafts:pick_link": _rule("token"),
    "drafts:pick_link_change": _rule("token"),
    "drafts:pick_link_autodraft": _rule("token"),
    "drafts:pick_link_time": _rule("token"),
    "drafts:pick_link_off": _rule("token"),
    "drafts:watch": _rule("token", get=ALL),
    "drafts:wall": _rule("token", get=ALL),
    "pages:appearance": _rule(get=ALL, post=ALL),
    "pages:status": _rule(get=ADMINISTRATES),
    "pages:styleguide": _rule(get=ADMINISTRATES),
    "pages:undo": _rule("undo", post=OWNS),
    "pages:help": PUBLIC,
    "pages:about": PUBLIC,
    "pages:privacy": PUBLIC,
    "pages:terms": PUBLIC,
    "pages:league_card": _rule("league", get=NOBODY),  # only those of public leagues exist
    "pages:invitation_card": _rule("code", get=ALL),
    "pages:next_turn": _rule(get=USERS),
    "pages:turn_count": _rule(get=USERS),
    "pages:my_leagues": _rule(get=USERS),
    "pages:league_home": _rule("league", get=SEES),
    "pages:standings": _rule("league", get=SEES),
    "pages:standings_csv": _rule("league", get=SEES),
    "pages:league_race": _rule("league", get=SEES),
    "pages:league_rules": _rule("league", get=SEES),
    "pages:rules_preview": _rule("league", post=MANAGES),
    "pages:constructor": _rule("constructor", get=SEES),
    "pages:practice": _rule(get=ALL, post=ALL),
    "pages:practice_room": PUBLIC,
    "pages:practice_pick": _rule(post=ALL),
    "pages:practice_race": _rule("practice", get=ALL),
    "scoring:league_corrections": _rule("league", get=SEES),
    "scoring:records": _rule("league", get=SEES),
    "scoring:honours": _rule("league", get=SEES),
    "scoring:race_corrections": _rule(get=USERS),
    "scoring:rankings": PUBLIC,
    # -- the admin -----------------------------------------------------------------------------------------------------
    "admin:index": _rule(get=MANAGES),
    "admin:flower_access": _rule(get=ADMINISTRATES),
    "admin:app_list": _rule(get=MANAGES),
    "admin:login": _rule(get=MANAGES),
    "admin:logout": _rule(post=ALL),
    "admin:password_change": _rule(get=MANAGES),
    "admin:password_change_done": _rule(get=MANAGES),
    "admin:jsi18n": _rule(get=MANAGES),
    "admin:autocomplete": _rule(get=MANAGES),
    "admin/": _rule(get=NOBODY),
    **_league_admin("leagues_league", "change", "settings", "first-draft", "invite", "continue", "delete"),
    **_league_admin("leagues_invitation", "cancel"),
    **_league_admin("leagues_membership", "remove"),
    **_league_admin("leagues_ban", "lift"),
    **_league_admin("leagues_activitylogentry"),
    **_league_admin("leagues_skippedrace", "restore"),
    **_league_admin("leagues_settingsversion"),
    **_league_admin("leagues_webhook"),
    **_league_admin("leagues_webhookdelivery"),
    **_league_admin("constructors_constructor", "deputy"),
    **_league_admin("drafts_draft", "start", "pause", "resume", "extend", "pick-for", "swap", "undo", "order", "skip"),
    **_league_admin("drafts_pick"),
    **_league_admin("scoring_pickscore"),
    **_league_admin("scoring_racescore"),
    **_league_admin("scoring_seasonscore"),
    **_league_admin("scoring_scorechange"),
    **_shared_admin("races_season", sees=MANAGES),
    **_shared_admin("races_circuit", sees=MANAGES),
    **_shared_admin("races_team", sees=MANAGES),
    **_shared_admin("races_driver", sees=MANAGES),
    **_shared_admin("races_race", sees=MANAGES, changes=ADMINISTRATES),
    "admin:races_race_enter": _rule("race", get=ADMINISTRATES, post=ADMINISTRATES),
    **_shared_admin("races_entry", sees=MANAGES, adds=ADMINISTRATES, changes=ADMINISTRATES),
    **_shared_admin(
        "races_replacement", sees=MANAGES, adds=ADMINISTRATES, changes=ADMINISTRATES, deletes=ADMINISTRATES
    ),
    **_shared_admin("races_classification", sees=MANAGES),
    **_shared_admin("races_result", sees=MANAGES),
    **_shared_admin("races_quarantine", sees=ADMINISTRATES),
    **_shared_admin("races_resultcheck", sees=ADMINISTRATES),
    **_shared_admin("scoring_scoresheet", sees=ADMINISTRATES),
    **_shared_admin("scoring_sheetline", sees=ADMINISTRATES),
    **_administrators_admin("accounts_user"),
    "admin:accounts_user_reset_link": _rule("accounts_user", get=ADMINISTRATES, post=ADMINISTRATES),
    "admin:auth_user_password_change": _rule("accounts_user", get=ADMINISTRATES, post=ADMINISTRATES),
    **_shared_admin("account_emailaddress", sees=ADMINISTRATES),
    **_shared_admin("mfa_authenticator", sees=ADMINISTRATES, deletes=ADMINISTRATES),
    **_shared_admin("accounts_accountinvitation", sees=ADMINISTRATES, adds=ADMINISTRATES, deletes=ADMINISTRATES),
    **_shared_admin("notifications_outgoingemail", sees=ADMINISTRATES),
    **_shared_admin("notifications_delivery", sees=ADMINISTRATES),
    "admin:notifications_delivery_preview": _rule("notifications_delivery", get=ADMINISTRATES),
    **_administrators_admin("django_celery_beat_periodictask"),
    **_administrators_admin("django_celery_beat_intervalschedule"),
    **_administrators_admin("django_celery_beat_crontabschedule"),
    **_shared_admin("django_celery_results_taskresult", sees=ADMINISTRATES),
}

# The live endpoints, by the beginning of their paths. Those about drafts have a draft in the path.
LIVE_RULES = {"/live/health": PUBLIC, "/live/drafts/": _rule("draft", get=SEES), "/live/me/": _rule(get=USERS)}
