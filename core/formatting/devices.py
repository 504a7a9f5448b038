"""Names of devices, from user agents. Plain Python."""

from core.translation import gettext as _

# Tokens in user agents, most specific first: every browser also claims to be others.
BROWSERS = {"Edg/": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


def device_name(user_agent: str) -> str:
    """A readable name for a user agent; the user agent itself where it is not a known browser.

    >>> device_name("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36")
    'Chrome on Linux'
    >>> device_name("Pit Wall 2.1"), device_name("")
    ('Pit Wall 2.1', '')
    """
    browser = next((name for token, name in BROWSERS.items() if token in user_agent), "")
    system = next((name for token, name in SYSTEMS.items() if token in user_agent), "")
    return _("%(browser)s on %(system)s") % {"browser": browser, "system": system} if browser and system else user_agent
