"""The two pages that players look at most stay within their budgets: what a first visit transfers, without a browser.

`script/bench browser` measures it in one. Here, static files count as they are collected for production.
"""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.urls import reverse

from accounts.models import User
from bench.browser import FONTS_KB, KB, WEIGHT_KB
from core.web.fonts import FACES
from core.web.static_files import StaticFilesCompressor, is_reduced, reduced
from drafts.models import Draft

pytestmark = pytest.mark.django_db

# Of a response of the embedded server over HTTP/1.1. The proxy's HTTP/2 sends most of them once for all files.
HEADER_BYTES = 980
LOADED = re.compile(r'<(?:link rel="(?:stylesheet|icon|preload)"[^>]* href|script src)="([^"]+)"')


@pytest.fixture
def draft(client, monkeypatch, tmp_path) -> Draft:
    """The open draft of the demonstration league, whose player is signed in."""
    monkeypatch.setattr(settings, "FANTASYF1_HOME", tmp_path)
    call_command("make_demonstration")
    client.force_login(User.objects.get(username="demo"))
    return Draft.objects.get(state=Draft.State.OPEN)


def weights_of(client, address: str) -> dict[str, int]:
    """The bytes of each response that a first visit needs, by its address."""
    page = client.get(address).content.decode()
    addresses = [found.replace("&amp;", "&") for found in LOADED.findall(page)]
    return {found: weight_of(client, found) + HEADER_BYTES for found in (address, *addresses)}


def weight_of(client, address: str) -> int:
    if not address.startswith(settings.STATIC_URL):
        return len(client.get(address, headers={"Accept-Encoding": "gzip"}).content)
    name = address.removeprefix(settings.STATIC_URL)
    path = Path(finders.find(name) or name)
    content = reduced(path).encode() if is_reduced(name) else path.read_bytes()
    return len(content if path.suffix == ".woff2" else StaticFilesCompressor.compress_brotli(content))


def total(weights: dict[str, int]) -> float:
    return sum(weights.values()) / KB


def listing(weights: dict[str, int]) -> str:
    """A line for each response, the heaviest first."""
    return "\n".join(f"{weight:7,} {found}" for found, weight in sorted(weights.items(), key=lambda item: -item[1]))


def test_first_visits_stay_within_their_budgets(client, draft):
    addresses = {
        "league home": reverse("pages:league_home", args=[draft.league_id]),
        "draft room": reverse("drafts:room", args=[draft.league_id, draft.race_id]),
    }
    for name, address in addresses.items():
        weights = weights_of(client, address)
        fonts = {found: weight for found, weight in weights.items() if found.endswith(".woff2")}
        others = {found: weight for found, weight in weights.items() if found not in fonts}
        assert len(fonts) == len(FACES)
        assert total(fonts) <= FONTS_KB, listing(fonts)
        assert {"/static/css/site.css", "/static/js/app.js"} <= set(others)
        assert total(others) <= WEIGHT_KB[name], listing(others)
