"""The score of a response by the rules of Mozilla's HTTP Observatory, version 5: its tests, modifiers and thresholds.

https://developer.mozilla.org/en-US/observatory/docs/tests_and_scoring. Every site starts with 100. Penalties count
always, bonuses only if 90 are left. Without a bonus for preloaded HSTS and for cookies, 135 are possible.
"""

import re
from collections.abc import Mapping, Sequence
from http.cookies import SimpleCookie

BASELINE, MINIMUM_FOR_BONUSES = 100, 90
SIX_MONTHS = 15_768_000
BROAD_SOURCES = {"ftp:", "http:", "https:", "*", "http://*", "http://*.*", "https://*", "https://*.*"}
UNSAFE_SOURCES = {"'unsafe-inline'", "data:"}
PRIVATE_REFERRERS = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
SCRIPT_TAG = re.compile(r"<script\b([^>]*)>", re.IGNORECASE)


def score(headers: Mapping[str, str], cookies: Sequence[str] = (), html: str = "") -> int:
    """The score of a response over HTTPS: its headers by lower-case name, its `Set-Cookie` headers, and its page."""
    modifiers = [
        _content_security_policy(headers),
        _cookies(cookies, has_hsts="strict-transport-security" in headers),
        _cross_origin_resource_sharing(headers),
        5 if headers.get("referrer-policy") in PRIVATE_REFERRERS else 0 if "referrer-policy" not in headers else -5,
        _strict_transport_security(headers),
        _subresource_integrity(html),
        0 if headers.get("x-content-type-options") == "nosniff" else -5,
        _framing(headers),
        _cross_origin_resource_policy(headers),
    ]
    total = BASELINE + sum(modifier for modifier in modifiers if modifier < 0)
    return max(0, total + sum(modifier for modifier in modifiers if modifier > 0 and total >= MINIMUM_FOR_BONUSES))


def redirection(location: str, host: str) -> int:
    """The modifier of the response to a request over HTTP, whose `Location` this is."""
    if not location.startswith("https://"):
        return -20
    return 0 if location.removeprefix("https://").split("/")[0] == host else -5


def _policy(headers: Mapping[str, str]) -> dict[str, set[str]]:
    parts = [part.split() for part in headers.get("content-security-policy", "").split(";") if part.strip()]
    return {name.lower(): set(sources) for name, *sources in parts}


def _content_security_policy(headers: Mapping[str, str]) -> int:
    policy = _policy(headers)
    if not policy:
        return -25
    default = policy.get("default-src", {"*"})
    scripts, styles = policy.get("script-src", default), policy.get("style-src", default)
    passive = policy.get("img-src", default) | policy.get("media-src", default)
    active = set().union(*(sources for name, sources in policy.items() if name not in ("img-src", "media-src")))
    if scripts & (BROAD_SOURCES | UNSAFE_SOURCES) or policy.get("object-src", default) & BROAD_SOURCES:
        return -20
    if any(source.startswith(("http:", "ftp:")) for source in active):
        return -20
    if "'unsafe-eval'" in scripts | styles or any(source.startswith(("http:", "ftp:")) for source in passive):
        return -10
    if styles & (BROAD_SOURCES | UNSAFE_SOURCES):
        return 0
    return 10 if default == {"'none'"} else 5


def _cookies(cookies: Sequence[str], *, has_hsts: bool) -> int:
    modifiers = [_cookie(text, has_hsts=has_hsts) for text in cookies]
    return min(modifiers, default=0)


def _cookie(text: str, *, has_hsts: bool) -> int:
    (name, cookie), *_ = SimpleCookie(text).items()
    is_session, is_csrf = "sess" in name.lower() or "login" in name.lower(), "csrf" in name.lower()
    if not cookie["secure"]:
        return (-10 if is_session else -5) if has_hsts else (-40 if is_session else -20)
    if is_session and not cookie["httponly"]:
        return -30
    if not cookie["samesite"]:
        return -20 if is_csrf else 0
    return 5 if cookie["samesite"].lower() in ("lax", "strict") else -20


def _cross_origin_resource_sharing(headers: Mapping[str, str]) -> int:
    """The penalty if any site may send credentials: the request must have had the `Origin` of a foreign one."""
    allows_credentials = headers.get("access-control-allow-credentials", "").lower() == "true"
    return -50 if allows_credentials and "access-control-allow-origin" in headers else 0


def _strict_transport_security(headers: Mapping[str, str]) -> int:
    found = re.search(r"max-age=(\d+)", headers.get("strict-transport-security", ""))
    if found is None:
        return -20
    return 0 if int(found[1]) >= SIX_MONTHS else -10


def _subresource_integrity(html: str) -> int:
    scripts = [tag for tag in SCRIPT_TAG.findall(html) if "src=" in tag]
    foreign = [tag for tag in scripts if re.search(r"""src=["']?(https?:)?//""", tag)]
    if any(not re.search(r"""src=["']?https://""", tag) for tag in foreign):
        return -50
    if any("integrity=" not in tag for tag in foreign):
        return -5
    return 5 if scripts and all("integrity=" in tag for tag in scripts) else 0


def _framing(headers: Mapping[str, str]) -> int:
    if not _policy(headers).get("frame-ancestors", {"*"}) & BROAD_SOURCES:
        return 5
    return 0 if headers.get("x-frame-options", "").upper() in ("DENY", "SAMEORIGIN") else -20


def _cross_origin_resource_policy(headers: Mapping[str, str]) -> int:
    policy = headers.get("cross-origin-resource-policy")
    return {None: 0, "cross-origin": 0, "same-origin": 10, "same-site": 10}.get(policy, -5)
