"""The API has what the pages have: every page and form has an operation, or a reason why it has none.

A new page without an entry fails the test, and so does an entry of an operation that does not exist.
"""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from tests.support.api_description import api_description

# The operations, by the URL name of the page or form. Forms with several buttons have several.
OPERATIONS: dict[str, tuple[str, ...]] = {
    # -- accounts
    "accounts:sign_up": ("auth_register_create",),
    "accounts:sign_in": ("auth_login_create",),
    "accounts:sign_out": ("auth_logout_create",),
    "accounts:profile": ("auth_me_retrieve", "auth_me_partial_update"),
    "accounts:display_name": ("auth_me_partial_update",),
    "accounts:mark": ("auth_me_partial_update",),
    "accounts:username": ("auth_me_partial_update",),
    "accounts:language": ("auth_me_partial_update",),
    "accounts:quiet_hours": ("auth_me_partial_update",),
    "pages:appearance": ("auth_me_partial_update",),
    "accounts:pick_links": ("auth_me_partial_update",),
    "accounts:about_me": ("auth_me_partial_update", "users_list", "users_retrieve"),
    "accounts:own_data": ("auth_me_data_retrieve",),
    "accounts:delete_account": ("auth_me_delete_create",),
    "accounts:change_email": (
        "auth_email_retrieve",
        "auth_email_update",
        "auth_email_resend_create",
        "auth_email_new_destroy",
    ),
    "accounts:undo_email_change": ("auth_email_undo_create",),
    "accounts:forgot_password": ("auth_password_reset_create",),
    "accounts:security": ("auth_sign_ins_retrieve", "auth_password_create"),
    "accounts:end_browser": ("auth_sign_ins_browsers_destroy",),
    "accounts:end_app": ("auth_sign_ins_apps_destroy",),
    "accounts:sign_out_everywhere": ("auth_sign_ins_end_others_create", "auth_logout_all_create"),
    "accounts:mfa": ("auth_mfa_retrieve",),
    # The same pages and more under django-allauth's names.
    "account_signup": ("auth_register_create",),
    "account_login": ("auth_login_create",),
    "account_logout": ("auth_logout_create",),
    "account_reset_password": ("auth_password_reset_create",),
    "account_set_password": ("auth_password_reset_create",),
    "account_reset_password_from_key": ("auth_password_reset_confirm_create",),
    "account_confirm_email": ("auth_email_confirm_create",),
    "account_email": ("auth_email_update",),
    "account_change_password": ("auth_password_create",),
    "mfa_authenticate": ("auth_login_create",),
    "mfa_index": ("auth_mfa_retrieve",),
    "mfa_activate_totp": ("auth_mfa_set_up_create", "auth_mfa_confirm_create"),
    "mfa_deactivate_totp": ("auth_mfa_turn_off_create",),
    "mfa_view_recovery_codes": ("auth_mfa_recovery_codes_create",),
    "mfa_generate_recovery_codes": ("auth_mfa_recovery_codes_new_create",),
    # -- notifications
    "notifications:list": ("notifications_list", "notifications_retrieve", "notifications_summary_retrieve"),
    "notifications:mark_all_read": ("notifications_read_all_create",),
    "notifications:preferences": ("notifications_preferences_retrieve", "notifications_preferences_update"),
    "notifications:counter": ("notifications_summary_retrieve", "me_stream"),
    "notifications:push": ("devices_list", "devices_create", "devices_key_retrieve"),
    "notifications:test_push": ("devices_test_create",),
    "notifications:remove_push": ("devices_destroy",),
    "notifications:open": ("notifications_list", "notifications_read_create"),
    "notifications:mark_read": ("notifications_read_create",),
    "notifications:mark_unread": ("notifications_unread_create",),
    "notifications:delete": ("notifications_destroy",),
    "notifications:unsubscribe": ("notifications_preferences_update",),
    # -- races
    "races:calendar": ("seasons_list", "races_list", "races_next_retrieve"),
    "races:season_calendar": ("races_list",),
    "races:race": ("races_retrieve", "races_results_retrieve", "races_revisions_list"),
    "formula1:drivers": ("drivers_list", "drivers_rankings_list"),
    "formula1:driver": ("drivers_retrieve", "drivers_rankings_list"),
    "formula1:teams": ("teams_list", "teams_standings_list"),
    "formula1:team": ("teams_list", "teams_standings_list"),
    "formula1:race_picks": ("drafts_list", "drafts_picks_list"),
    "scoring:rankings": ("drivers_rankings_list", "teams_standings_list"),
    # -- leagues
    "pages:my_leagues": ("leagues_list", "constructors_list", "drafts_list", "drafts_calendar_retrieve"),
    "pages:league_home": ("leagues_retrieve", "leagues_leaderboard_list", "drafts_list"),
    "pages:standings": ("leagues_leaderboard_list", "drafts_list"),
    "pages:standings_csv": ("leagues_leaderboard_list",),
    "pages:league_race": ("leagues_leaderboard_list", "drafts_picks_list", "constructors_drafts_list"),
    "pages:league_rules": (
        "leagues_settings_list",
        "leagues_settings_current_retrieve",
        "leagues_settings_next_retrieve",
    ),
    "pages:rules_preview": ("leagues_settings_preview",),
    "pages:invitation": ("leagues_by_code", "leagues_join_by_code"),
    "pages:constructor": ("constructors_retrieve", "constructors_drafts_list", "users_seasons_list"),
    "leagues:public": ("leagues_list",),
    "leagues:create": ("leagues_create",),
    "leagues:join": ("leagues_join_by_code",),
    "leagues:join_public": ("leagues_join_create",),
    "leagues:members": (
        "leagues_members_list",
        "leagues_members_partial_update",
        "leagues_members_destroy",
        "leagues_bans_list",
        "leagues_constructors_list",
        "leagues_invitations_list",
    ),
    "leagues:settings": (
        "leagues_settings_list",
        "leagues_settings_current_retrieve",
        "leagues_settings_next_retrieve",
        "leagues_settings_create",
        "leagues_partial_update",
    ),
    "leagues:hand_over": ("leagues_transfer_create",),
    "leagues:remove": ("leagues_members_remove_create",),
    "leagues:lift_ban": ("leagues_bans_destroy",),
    "leagues:activity": ("leagues_activity_list",),
    "leagues:delete": ("leagues_destroy",),
    "leagues:leave": ("leagues_leave_create",),
    "leagues:archive": ("leagues_archive_create",),
    "leagues:unarchive": ("leagues_unarchive_create",),
    "leagues:continue": ("leagues_continue",),
    "leagues:invite": ("leagues_invitations_create",),
    "leagues:cancel_invitation": ("leagues_invitations_destroy",),
    "leagues:webhooks": ("leagues_webhooks_list", "leagues_webhooks_create"),
    "leagues:webhook": (
        "leagues_webhooks_retrieve",
        "leagues_webhooks_partial_update",
        "leagues_webhooks_deliveries_list",
    ),
    "leagues:test_webhook": ("leagues_webhooks_test_create",),
    "leagues:rotate_webhook_secret": ("leagues_webhooks_rotate_secret_create",),
    "leagues:switch_webhook": ("leagues_webhooks_partial_update",),
    "leagues:remove_webhook": ("leagues_webhooks_destroy",),
    "leagues:invitations": ("invitations_list", "invitations_accept_create", "invitations_decline_create"),
    "leagues:blocks": ("blocks_list",),
    "leagues:block": ("blocks_create",),
    "leagues:unblock": ("blocks_destroy",),
    "leagues:answer": ("invitations_accept_by_token", "invitations_decline_by_token"),
    "constructors:rename": ("constructors_partial_update",),
    "constructors:deputy": ("constructors_deputy_retrieve", "constructors_deputy_update"),
    "scoring:league_corrections": ("leagues_races_corrections_list",),
    "scoring:race_corrections": ("races_corrections_list",),
    "scoring:records": ("leagues_records_retrieve", "leagues_records_head_to_head"),
    "scoring:honours": ("leagues_records_honours",),
    # -- drafts
    "drafts:room": (
        "drafts_retrieve",
        "drafts_slots_list",
        "drafts_picks_list",
        "drafts_events_list",
        "races_leagues_draft_status_retrieve",
    ),
    "drafts:live_partial": ("drafts_stream", "drafts_retrieve"),
    "drafts:pick": ("constructors_drafts_create",),
    "drafts:change": ("constructors_drafts_partial_update",),
    "drafts:substitution": ("constructors_substitution_create",),
    "drafts:deputy": ("constructors_drafts_create",),
    "drafts:skipped_races": ("leagues_skipped_races_list",),
    "drafts:skip_race": ("leagues_skipped_races_update", "leagues_skipped_races_destroy"),
    "drafts:commissioner": (
        "drafts_pause_create",
        "drafts_resume_create",
        "drafts_extend_create",
        "drafts_pick_for_create",
        "drafts_substitution_create",
    ),
    "drafts:undo": ("drafts_undo_retrieve", "drafts_undo_create"),
    "drafts:lobby": ("drafts_lobby_retrieve",),
    "drafts:lobby_live": ("drafts_lobby_retrieve", "drafts_stream"),
    "drafts:ready": ("drafts_ready_create",),
    "drafts:nudge": ("drafts_nudge_create",),
    "drafts:start": ("drafts_start_create",),
    "drafts:plan": ("leagues_partial_update", "leagues_settings_create"),
    "drafts:wish_list": (
        "constructors_wish_list_retrieve",
        "constructors_wish_list_update",
        "constructors_wish_list_changes_create",
        "constructors_wish_list_preview_retrieve",
        "constructors_autodraft_retrieve",
        "constructors_autodraft_update",
    ),
    "drafts:order": ("drafts_order_retrieve", "races_leagues_draft_order_retrieve"),
    "drafts:set_order": ("drafts_order_create", "races_leagues_draft_order_create"),
    "drafts:spectators": ("leagues_spectator_link_retrieve",),
    "drafts:renew_link": ("leagues_spectator_link_create",),
    "drafts:end_link": ("leagues_spectator_link_destroy",),
    "drafts:calendar": ("drafts_calendar_retrieve",),
    "drafts:pick_link": ("pick_links_retrieve", "pick_links_pick_create"),
    "drafts:pick_link_change": ("pick_links_pick_partial_update",),
    "drafts:pick_link_autodraft": ("pick_links_autodraft_create",),
    "drafts:pick_link_time": ("pick_links_extension_create",),
    "drafts:pick_link_off": ("auth_me_partial_update",),
    "drafts:watch": ("drafts_stream",),
    "drafts:wall": ("drafts_stream",),
}
# Why a page has no operation.
WITHOUT_OPERATION = {
    "home": "The landing page leads to other pages.",
    "manifest": "The site as an app on the home screen.",
    "favicon": "An icon for programs that do not read the page.",
    "robots": "The rules for crawlers.",
    "pages:undo": "Programs undo an action with the opposite one.",
    "pages:status": "For administrators; programs read /metrics.",
    "pages:styleguide": "The parts that pages are made of.",
    "sitemap": "The pages for search engines.",
    "offline": "What a browser shows without a connection.",
    "pages:help": "Texts about the game and the site.",
    "pages:about": "A text about the site.",
    "pages:privacy": "A text about the site.",
    "pages:terms": "A text about the site.",
    "service_worker": "The script that shows pushed messages in a browser.",
    "pages:league_card": "An image for messengers, which shows what the leaderboard says.",
    "pages:invitation_card": "An image for messengers.",
    "pages:next_turn": "A shortcut of the app, which leads to another page.",
    "pages:turn_count": "For the badge of the app's icon. The list of drafts says whose turn it is.",
    "notifications:check_push": "Whether a shared browser still gets the messages of the user who is signed in.",
    "accounts:choose_language": "Programs send `Accept-Language`.",
    "javascript_catalog": "Translations for the scripts of the pages.",
    "leagues:stop_invitations": "For people without an account, with a link from an e-mail.",
    "account_reauthenticate": "The API asks for the password with the action itself.",
    "pages:practice": "A practice draft lives in a cookie of a browser and counts for nothing.",
    "pages:practice_room": "As above.",
    "pages:practice_pick": "As above.",
    "pages:practice_race": "As above; the picks are in the link.",
}
NOT_PAGES = ("api:", "admin:", "admin/", "^api")
DOCUMENTATION = {"schema", "docs", "redoc"}


def url_names(patterns: list[Any], before: str = "", space: str = "") -> Iterator[str]:
    """The names of all routes; a route without a name is named after the beginning of its pattern."""
    for pattern in patterns:
        address = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from url_names(pattern.url_patterns, address, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}" if pattern.name else address.partition("(")[0]


def pages() -> set[str]:
    names = url_names(get_resolver().url_patterns)
    return {name for name in names if not name.startswith(NOT_PAGES)} - DOCUMENTATION


def operation_ids() -> set[str]:
    paths = api_description()["paths"]
    return {operation["operationId"] for methods in paths.values() for operation in methods.values()}


def test_every_page_has_an_operation_or_a_reason_why_not() -> None:
    assert pages() == OPERATIONS.keys() | WITHOUT_OPERATION.keys()
    assert not OPERATIONS.keys() & WITHOUT_OPERATION.keys()
    assert all(OPERATIONS.values())


def test_every_operation_in_the_table_exists() -> None:
    assert {name for names in OPERATIONS.values() for name in names} - operation_ids() == set()


# Operations without a page: for programs, and what the admin does for people.
FOR_PROGRAMS = {"auth_refresh_create"}
IN_THE_ADMIN = {"races_results_create", "races_results_release_create"}


def test_every_operation_is_what_a_page_does() -> None:
    named = {name for names in OPERATIONS.values() for name in names}
    assert operation_ids() - named - FOR_PROGRAMS - IN_THE_ADMIN == set()
