"""The headers of every response restrict scripts, styles, frames and caching, and bind cookies to the host."""

import base64
import hashlib
import http.client
import logging
import os
import re
import subprocess
import sys

import pytest
from django.conf import settings
from django.test import Client
from django.urls import get_resolver, path, reverse

from core.web.security_headers import security_headers
from tests.permissions.rules import EXAMPLE_PATHS
from tests.support import observatory
from tests.support.live_answers import live_answer
from tests.test_permissions import ROUTES
from tests.test_supervisor import RunningInstallation

pytestmark = pytest.mark.django_db

PUBLIC = ["/", "/races/", "/drivers/", "/accounts/sign-in/", "/no/such/page", "/api/v1/seasons", "/api/schema"]


@pytest.mark.parametrize("address", PUBLIC)
def test_the_policy_forbids_inline_and_foreign_scripts_and_styles(client, address):
    policy = client.get(address).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy + ";"
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_the_permissions_policy_forbids_sensors_and_camera(client):
    assert "camera=()" in client.get("/").headers["Permissions-Policy"]


def test_pages_of_signed_in_users_are_not_stored(client, league, alice):
    client.force_login(alice)
    for address in (reverse("pages:my_leagues"), reverse("pages:league_home", args=[league.pk]), "/", "/admin/"):
        assert "no-store" in client.get(address).headers["Cache-Control"], address


def test_pages_of_visitors_have_no_cache_header(client):
    assert not client.get("/").has_header("Cache-Control")


PRODUCTION = """
from django.conf import settings
print(settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.DEVICE_COOKIE_NAME)
print(settings.SESSION_COOKIE_SECURE, settings.SECURE_HSTS_SECONDS, settings.SESSION_COOKIE_DOMAIN,
    settings.SESSION_COOKIE_PATH)
"""


def test_cookies_in_production_have_the_host_prefix(tmp_path):
    environment = {name: value for name, value in os.environ.items() if name != "PYTEST_VERSION"}
    environment |= {"FANTASYF1_HOME": str(tmp_path), "HTTPS": "true", "SITE_URL": "https://f1.example.org"}
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", PRODUCTION]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=True)
    names, others = done.stdout.splitlines()
    assert names.split() == ["__Host-sessionid", "__Host-csrftoken", "__Host-device"]
    assert others.split() == ["True", "31536000", "None", "/"]


def test_hsts_binds_subdomains_only_if_the_operator_says_so(tmp_path):
    command = [sys.executable, "-c", "from fantasyf1 import settings as s; print(s.SECURE_HSTS_INCLUDE_SUBDOMAINS)"]
    environment = {name: value for name, value in os.environ.items() if name != "PYTEST_VERSION"}
    environment |= {"FANTASYF1_HOME": str(tmp_path), "HTTPS": "true", "SITE_URL": "https://f1.example.org"}

    def shown(**more):
        return subprocess.run(command, cwd=settings.BASE_DIR, env=environment | more, capture_output=True, text=True)

    assert shown().stdout == "False\n"
    assert shown(HSTS_INCLUDE_SUBDOMAINS="true").stdout == "True\n"
    assert "HSTS_PRELOAD needs HSTS_INCLUDE_SUBDOMAINS" in shown(HSTS_PRELOAD="true").stderr


# -- the same headers on every response --------------------------------------------------------------------------------


def fails(request):
    raise RuntimeError("This view fails.")


urlpatterns = [*get_resolver().url_patterns, path("fails", fails)]
handler500 = "core.api.views.server_error"
KINDS = {
    "a page": ("/", 200),
    "a redirect": ("/admin/", 302),
    "a redirect to the slash": ("/races", 301),
    "an unknown page": ("/no/such/page", 404),
    "a read of the API": ("/api/v1/seasons", 200),
    "an unknown URL of the API": ("/api/nothing", 404),
    "a missing token": ("/api/v1/auth/me", 401),
    "the schema": ("/api/schema", 200),
    "the service worker": ("/sw.js", 200),
    "the manifest": ("/manifest.webmanifest", 200),
    "a static file": ("/static/css/base.css", 200),
    "an error": ("/fails", 500),
}


def missing_headers(answer):
    """The names of the headers that a response lacks or changes, except for the policy of the page that needs more."""
    return {name for name, value in security_headers(is_secure=False).items() if answer.headers.get(name) != value}


@pytest.mark.parametrize(("address", "status"), KINDS.values(), ids=KINDS)
def test_every_kind_of_response_has_all_headers(address, status, settings):
    settings.ROOT_URLCONF = "tests.test_headers"
    answer = Client(raise_request_exception=False).get(address)
    answer.close()
    assert answer.status_code == status
    assert missing_headers(answer) == set()


def test_programs_find_an_icon_and_the_rules_for_crawlers(client):
    icon, rules = client.get("/favicon.ico"), client.get("/robots.txt")
    assert (icon.status_code, icon.headers["Content-Type"], icon.content[:4]) == (200, "image/x-icon", b"\0\0\1\0")
    assert (rules.status_code, rules.headers["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert "Disallow: /accounts/\n" in rules.content.decode()
    assert "/join/" not in rules.content.decode()


@pytest.mark.parametrize(("path", "status"), [("/live/health", 200), ("/live/nothing", 404), ("/live/drafts/x/", 404)])
def test_responses_without_django_have_them_too(path, status):
    answer = live_answer(path)
    assert answer.status_code == status
    assert missing_headers(answer) == set()


def test_live_responses_over_https_have_hsts(settings):
    settings.SECURE_HSTS_SECONDS, settings.SECURE_PROXY_SSL_HEADER = 31_536_000, ("HTTP_X_FORWARDED_PROTO", "https")
    assert live_answer("/live/health", **{"X-Forwarded-Proto": "https"}).headers["Strict-Transport-Security"]
    assert "Strict-Transport-Security" not in live_answer("/live/health").headers


def test_other_sites_may_show_the_card_of_an_invitation_and_nothing_else(client):
    policies = {}
    for name in ("card.png", "icon-192.png"):
        answer = client.get(f"/static/img/{name}")
        answer.close()
        policies[name] = answer.headers["Cross-Origin-Resource-Policy"]
    assert policies == {"card.png": "cross-origin", "icon-192.png": "same-origin"}


# -- foreign hosts -----------------------------------------------------------------------------------------------------

HOSTS = ["evil.example", "evil.example:8000", "localhost.evil.example", "a b", "[::1", ""]


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("address", ["/", "/races", "/static/css/base.css", "/api/v1/seasons"])
def test_a_foreign_host_is_refused_in_one_line(client, caplog, address, host):
    with caplog.at_level(logging.DEBUG):
        answer = client.get(address, headers={"Host": host})
    assert answer.status_code == 400
    assert missing_headers(answer) == set()
    assert [(record.levelname, record.exc_info) for record in caplog.records if record.levelno >= logging.INFO] == [
        ("INFO", None)
    ]


def test_the_api_refuses_a_foreign_host_in_its_own_format(client):
    error = client.get("/api/v1/seasons", headers={"Host": "evil.example"}).json()["error"]
    assert error["code"] == "unknown_host"


@pytest.mark.parametrize("path", ["/live/health", "/live/drafts/1/", "/live/me/", "/live/nothing"])
def test_the_live_streams_refuse_a_foreign_host(path, caplog):
    with caplog.at_level(logging.INFO):
        answer = live_answer(path, Host="evil.example")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "unknown_host")
    assert missing_headers(answer) == set()
    refused = [record for record in caplog.records if record.name == "core.web.hosts"]
    assert [(record.levelname, record.exc_info) for record in refused] == [("INFO", None)]


# -- the score of a production installation ----------------------------------------------------------------------------

GOOD_SCORE = 130
HOST = "f1.example.org"
VALUES = {"code": "nothing", "token": "nothing", "slug": "nothing", "uidb64": "MQ", "key": "nothing", "year": "2025"}
EXTRA_PATHS = ["/static/css/base.css", "/static/img/favicon.svg", "/live/health", "/live/drafts/1/", "/live/me/"]
EXTRA_PATHS += ["/no/such/page", "/api/docs?script="]


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    names = f"{HOST},127.0.0.1"
    production = {"HTTPS": "true", "SITE_URL": f"https://{HOST}", "ALLOWED_HOSTS": names}
    running = RunningInstallation(tmp_path_factory.mktemp("production"), **production)
    try:
        yield running.ready().port
    finally:
        running.stop()


def request(port, address, **headers):
    """The response over a new connection, and its body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        connection.request("GET", address, headers=headers)
        answer = connection.getresponse()
        return answer, answer.read() if answer.headers.get_content_type() != "text/event-stream" else b""
    finally:
        connection.close()


def secure_request(port, address, **headers):
    return request(port, address, **{"Host": HOST, "X-Forwarded-Proto": "https", **headers})


def score_of(answer, body):
    headers = {name.lower(): value for name, value in answer.getheaders()}
    page = body.decode() if answer.headers.get_content_type() == "text/html" else ""
    return observatory.score(headers, answer.headers.get_all("Set-Cookie") or [], page)


def all_addresses():
    for name, pattern in ROUTES.items():
        filled = re.sub(r"<(?:\w+:)?(\w+)>", lambda match: VALUES.get(match[1], "1"), pattern)
        yield EXAMPLE_PATHS.get(name) or f"/{filled}"
    yield from EXTRA_PATHS


def test_every_route_of_a_production_installation_has_a_good_score(installation):
    scores = {address: score_of(*secure_request(installation, address)) for address in set(all_addresses())}
    assert {address: score for address, score in scores.items() if score < GOOD_SCORE} == {}
    assert len(scores) > 200


def test_pages_of_other_sites_get_no_credentials_and_a_foreign_host_has_a_good_score_too(installation):
    for headers in ({"Origin": "https://evil.example"}, {"Host": "evil.example"}):
        for address in ("/", "/api/v1/seasons", "/live/health"):
            assert score_of(*secure_request(installation, address, **headers)) >= GOOD_SCORE


def test_http_is_redirected_to_https_on_the_same_host(installation):
    answer, _ = request(installation, "/races/", Host=HOST)
    assert answer.status == 301
    assert observatory.redirection(answer.headers["Location"], HOST) == 0


def test_the_score_tells_bad_headers_from_good_ones():
    good = {name.lower(): value for name, value in security_headers(is_secure=False).items()}
    good["strict-transport-security"] = "max-age=31536000"
    assert observatory.score(good) == GOOD_SCORE
    assert observatory.score(good, ["__Host-sessionid=1; Secure; HttpOnly; SameSite=Lax"]) == GOOD_SCORE + 5
    for name in ("content-security-policy", "cross-origin-resource-policy", "strict-transport-security"):
        assert observatory.score({other: value for other, value in good.items() if other != name}) < GOOD_SCORE
    assert observatory.score(good, ["sessionid=1"]) < GOOD_SCORE
    assert observatory.score(good, html='<script src="https://cdn.example/x.js"></script>') < GOOD_SCORE


def test_the_maintenance_page_needs_nothing_else():
    """The proxy shows it while the site is away, and reloads it. Its own policy allows its style and nothing else."""
    page = (settings.BASE_DIR / "deploy/maintenance.html").read_text()
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in page
    assert re.findall(r' (?:src|href|action)="([^"]*)"', page) == ["/", "/"]
    assert "url(" not in style
    assert "<script" not in page
    assert re.findall(r'lang="([^"]*)"', page) == ["en-GB", "de"]
