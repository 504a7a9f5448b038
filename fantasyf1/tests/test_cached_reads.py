"""The cached-reads middleware responds as Django would, byte for byte, or passes the request to Django."""

from io import BytesIO
from typing import Any
from unittest.mock import Mock

import pytest
from django.core.wsgi import get_wsgi_application
from rest_framework_simplejwt.exceptions import InvalidToken

from accounts.services import issue_tokens, log_out
from accounts.services.api_tokens import log_out_everywhere
from core import clock
from core.cache import safe_cache
from core.cache.responses import FORMAT_VERSION
from fantasyf1.cached_reads.middleware import CachedReadsMiddleware
from leagues.models import League
from leagues.services import leave_league
from scoring.leaderboards import score_version
from scoring.services import rank_league
from tests.support.factories import grid, results_for

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

OWN = {"x-request-id", "ratelimit-remaining", "x-ratelimit-remaining", "ratelimit-reset", "x-ratelimit-reset"}


class Counted:
    """Django, with a count of its requests."""

    def __init__(self):
        self.django = get_wsgi_application()
        self.requests = 0

    def __call__(self, environ, start_response):
        self.requests += 1
        return self.django(environ, start_response)


@pytest.fixture
def django():
    return Counted()


@pytest.fixture
def lane(django):
    return CachedReadsMiddleware(django)


@pytest.fixture
def token(alice):
    return issue_tokens(user=alice, now=clock.now())


@pytest.fixture
def path(league):
    rank_league(league=league)
    return f"/api/v1/leagues/{league.pk}/leaderboard"


def ask(application, path, token=None, /, method="GET", **headers):
    """Return status, headers with names in lower case, and body."""
    path, _, query = path.partition("?")
    environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "localhost",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
        **({"HTTP_AUTHORIZATION": f"Bearer {token['access']}"} if token else {}),
        **{
            name if name.isupper() and name.startswith("CONTENT") else f"HTTP_{name}": value
            for name, value in headers.items()
        },
    }
    starts = []
    parts = application(environ, lambda status, headers, exc_info=None: starts.append((status, headers)))
    body = b"".join(parts)
    getattr(parts, "close", lambda: None)()
    status, sent = starts[-1]
    return int(status[:3]), {name.lower(): value for name, value in sent}, body


def same(response):
    """The part of a response that must not depend on whether it was cached."""
    status, headers, body = response
    is_error = status >= 400
    return status, {name: value for name, value in headers.items() if name not in OWN}, b"" if is_error else body


def test_the_second_request_does_not_reach_django(lane, django, path, token, django_assert_num_queries):
    first = ask(lane, path, token)
    with django_assert_num_queries(0):
        second = ask(lane, path, token)
    assert django.requests == 1
    assert same(first) == same(second)
    assert second[0] == 200
    assert (
        second[1]["etag"]
        == f'W/"leaderboard:{path.split("/")[4]}:all:v{score_version(League.objects.get())}.{FORMAT_VERSION}"'
    )


def test_a_client_with_the_current_etag_gets_304(lane, django, path, token):
    tag = ask(lane, path, token)[1]["etag"]
    answers = [ask(lane, path, token, IF_NONE_MATCH=tag) for _ in range(3)]
    assert [answer[0] for answer in answers] == [304] * 3
    assert answers[1][2] == b""
    assert django.requests == 2
    assert same(answers[0]) == same(answers[2]) == same(ask(django, path, token, IF_NONE_MATCH=tag))


def test_each_request_is_counted_once_and_has_its_own_id(lane, path, token):
    answers = [ask(lane, path, token, X_REQUEST_ID=f"app-{number}")[1] for number in range(4)]
    left = [int(headers["ratelimit-remaining"]) for headers in answers]
    assert left == [left[0], left[0] - 1, left[0] - 2, left[0] - 3]
    assert [headers["x-request-id"] for headers in answers] == [f"app-{number}" for number in range(4)]
    assert answers[2].keys() == answers[0].keys()


def test_a_throttled_client_is_refused(lane, path, token, settings):
    settings.API_PER_MINUTE_AND_USER = 3
    answers = [ask(lane, path, token)[0] for _ in range(5)]
    assert answers == [200, 200, 200, 429, 429]


# Each request is sent when the usual response is cached.
ODD: dict[str, dict[str, Any]] = {
    "nobody": {"token": None},
    "rubbish": {"AUTHORIZATION": "Bearer rubbish"},
    "no bearer": {"AUTHORIZATION": "Basic YWxpY2U6eA=="},
    "an empty authorization": {"AUTHORIZATION": ""},
    "three words": {"AUTHORIZATION": "Bearer two words"},
    "no such host": {"HOST": "elsewhere.example"},
    "odd addresses": {"X_FORWARDED_FOR": "a b, c"},
    "another scheme behind the proxy": {"X_FORWARDED_PROTO": "https"},
    "XML": {"ACCEPT": "application/xml"},
    "JSON": {"ACCEPT": "application/json"},
    "a browser": {"ACCEPT": "text/html,application/json;q=0.9"},
    "a cookie": {"COOKIE": "sessionid=x"},
    "another site": {"ORIGIN": "https://elsewhere.example"},
    "tags": {"IF_NONE_MATCH": '"one", "two"'},
    "another tag": {"IF_NONE_MATCH": 'W/"else"'},
    "any tag": {"IF_NONE_MATCH": "*"},
    "rubbish for a tag": {"IF_NONE_MATCH": "}{"},
    "since": {"IF_MODIFIED_SINCE": "Mon, 23 Nov 2026 04:00:00 GMT"},
    "a range": {"RANGE": "bytes=0-1"},
    "an override": {"X_HTTP_METHOD_OVERRIDE": "DELETE"},
    "a body": {"CONTENT_LENGTH": "3", "CONTENT_TYPE": "application/json"},
    "head": {"method": "HEAD"},
    "post": {"method": "POST"},
    "options": {"method": "OPTIONS"},
    "a slash": {"more": "/"},
    "a page": {"more": "?page=1"},
    "a page that is not there": {"more": "?page=7"},
    "another size": {"more": "?page_size=1"},
    "a race": {"more": "?race_id=1"},
    "no race": {"more": "?race_id=x"},
    "something unknown": {"more": "?colour=red"},
    "a NUL": {"more": "?race_id=%00"},
    "further down": {"more": "/more"},
}


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_cached_responses_equal_those_of_django(odd, lane, django, path, token):
    how = dict(ODD[odd])
    who, address = how.pop("token", token), path + how.pop("more", "")
    for _ in range(2):
        ask(lane, path, token)
    wanted = same(ask(django, address, who, **how))
    for _ in range(3):
        assert same(ask(lane, address, who, **how)) == wanted


@pytest.mark.parametrize("who", ["nobody", "alice"])
def test_rankings_and_results_are_public(who, lane, django, race, token):
    results_for(race)
    for path in ("/api/v1/drivers/rankings?season=2025", f"/api/v1/races/{race.pk}/results"):
        reader = token if who == "alice" else None
        first, second = ask(lane, path, reader), ask(lane, path, reader)
        assert same(first) == same(second) == same(ask(django, path, reader))
        requests = django.requests
        assert ask(lane, path, reader, IF_NONE_MATCH=first[1]["etag"])[0] == 304
        assert ask(lane, path, reader)[0] == 200
        assert django.requests <= requests + 1
    assert ask(lane, "/api/v1/drivers/rankings", {"access": "rubbish"})[0] == 401


def test_a_correction_is_served_at_once(lane, season, race):
    path = "/api/v1/drivers/rankings?season=2025&scoring=standard_f1"
    grid(season.races.get(round=2))
    results_for(race, ["driver_1"])
    first = [ask(lane, path) for _ in range(3)][-1]
    results_for(race, ["driver_2"])
    status, headers, body = ask(lane, path, IF_NONE_MATCH=first[1]["etag"])
    assert (status, headers["etag"] != first[1]["etag"], body != first[2]) == (200, True, True)


class TestInvalidation:
    """The response is cached; then a permission ends, and the very next request is refused."""

    @pytest.fixture(autouse=True)
    def known(self, lane, django, path, bob):
        self.bobs = issue_tokens(user=bob, now=clock.now())
        for _ in range(3):
            assert ask(lane, path, self.bobs)[0] == 200
        assert django.requests == 1

    def test_leaving_the_league_ends_access(self, lane, path, league, bob):
        leave_league(user=bob, league=league, now=clock.now())
        assert ask(lane, path, self.bobs)[0] == 404

    def test_signing_out_ends_access(self, lane, path):
        log_out(refresh=self.bobs["refresh"], now=clock.now())
        assert ask(lane, path, self.bobs)[0] == 401

    def test_signing_out_everywhere_ends_access(self, lane, path, bob):
        log_out_everywhere(user=bob, now=clock.now())
        assert ask(lane, path, self.bobs)[0] == 401

    def test_deactivating_the_account_ends_access(self, lane, path, bob):
        bob.is_active = False
        bob.save()
        assert ask(lane, path, self.bobs)[0] == 401

    def test_deleting_the_account_ends_access(self, lane, path, bob):
        bob.delete()
        assert ask(lane, path, self.bobs)[0] == 401

    def test_changing_the_password_ends_access(self, lane, path, bob):
        bob.set_password("another cold front")
        bob.save()
        assert ask(lane, path, self.bobs)[0] == 401

    def test_an_expired_token_ends_access(self, lane, path):
        for header, claims in lane.claims.items():
            lane.claims[header] = claims._replace(expires_at=0)
        lane._read_token = Mock(side_effect=InvalidToken)
        environ = {"PATH_INFO": path, "QUERY_STRING": "", "REQUEST_METHOD": "GET"}
        assert lane._parse(environ | bearer(self.bobs)) is None

    def test_making_the_league_private_ends_access(self, lane, path, league, charlie):
        strangers = issue_tokens(user=charlie, now=clock.now())
        league.visibility = League.Visibility.PUBLIC
        league.save()
        for reader in (strangers, None):
            assert [ask(lane, path, reader)[0] for _ in range(3)] == [200] * 3
        league.visibility = League.Visibility.PRIVATE
        league.save()
        assert [ask(lane, path, reader)[0] for reader in (strangers, None, self.bobs)] == [404, 404, 200]

    def test_a_new_score_version_ends_the_cached_response(self, lane, path, league):
        before = ask(lane, path, self.bobs)[1]["etag"]
        rank_league(league=league)
        status, headers, _ = ask(lane, path, self.bobs, IF_NONE_MATCH=before)
        assert (status, headers["etag"] != before) == (200, True)


def bearer(token):
    return {"HTTP_AUTHORIZATION": f"Bearer {token['access']}"}


def test_an_unverifiable_cache_value_is_not_served(lane, django, path, token):
    right = [ask(lane, path, token) for _ in range(2)][-1]
    redis = safe_cache.redis_client()
    for rubbish in (lambda key: redis.set(key, b"rubbish"), lambda key: redis.rpush(key, "x"), lambda key: None):
        for key in redis.keys(safe_cache.redis_key("*")):
            if b"throttle" not in key:
                redis.delete(key)
                rubbish(key)
        for _ in range(3):
            assert same(ask(lane, path, token)) == same(right)


def test_personal_headers_are_not_cached(path, token):
    plain = get_wsgi_application()

    def with_cookie(environ, start_response):
        return plain(environ, lambda status, headers, *fault: start_response(status, [*headers, ("Set-Cookie", "a=1")]))

    lane = CachedReadsMiddleware(with_cookie)
    assert all("set-cookie" in ask(lane, path, token)[1] for _ in range(3))
    assert lane.shared_headers == {}
