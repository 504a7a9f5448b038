"""`script/screenshots` shows every page of the site."""

from collections import Counter

from screenshots.pages import NOT_SHOWN, PAGES

from .test_permissions import routes

# The API, other names of routes in this list, and the admin, of which the list has samples.
LEFT_OUT = ("^", "api", "admin", "account_", "mfa_", "schema", "docs", "redoc")


def test_every_page_is_shown_or_left_out_for_a_reason():
    names = {name for name, _address in routes() if not name.startswith(LEFT_OUT)}
    shown = {page.route for page in PAGES if not page.route.startswith("admin:")}
    left_out = [name for group in NOT_SHOWN.values() for name in group]
    assert not [name for name, times in Counter(left_out).items() if times > 1]
    assert shown.isdisjoint(left_out)
    assert shown | set(left_out) == names
