"""The headers of every response: request id, ETag and Cache-Control, rate limits, CORS."""

import asyncio
import logging

import pytest
from django.core.cache import cache
from redis.exceptions import RedisError

from core.sse.asgi import send_json as answer_live
from core.sse.cors import with_cors
from core.web import request_ids
from tests.support.cast import DRAFTING_AT, FOUNDED_AT

RACES = "/api/v1/races?season=2025"
APP = "https://app.example"


class TestRequestIds:
    @pytest.mark.parametrize("address", ["/api/v1/nonsense", "/nonsense", "/api/docs"])
    def test_every_response_has_a_request_id(self, client, address, db):
        assert request_ids.VALID_REQUEST_ID.fullmatch(client.get(address).headers["X-Request-ID"])

    def test_a_server_error_has_it_in_its_body_too(self, client):
        answer = client.get("/api/v1/nonsense")
        assert answer.json()["error"]["request_id"] == answer.headers["X-Request-ID"]

    def test_a_client_can_choose_it(self, client):
        answer = client.get("/api/v1/nonsense", headers={"X-Request-ID": "app-7f3a"})
        assert answer.json()["error"]["request_id"] == answer.headers["X-Request-ID"] == "app-7f3a"

    @pytest.mark.parametrize("wanted", ["", "two words", "x" * 65, "a\r\nSet-Cookie: a=b", "<script>", "é"])
    def test_an_invalid_request_id_is_replaced(self, client, wanted):
        answer = client.get("/api/v1/nonsense", headers={"X-Request-ID": wanted})
        assert request_ids.VALID_REQUEST_ID.fullmatch(answer.headers["X-Request-ID"])
        assert answer.headers["X-Request-ID"] != wanted

    def test_the_log_contains_it(self, client, caplog):
        caplog.handler.addFilter(request_ids.RequestIdFilter())
        with caplog.at_level(logging.INFO):
            client.get("/api/v1/nonsense", headers={"X-Request-ID": "app-7f3a"})
        records = [record for record in caplog.records if record.name == "core.api.exceptions"]
        assert {getattr(record, "request_id", None) for record in records} == {"app-7f3a"}

    def test_outside_a_request_there_is_none(self):
        assert request_ids.current() == ""


@pytest.mark.django_db
class TestETags:
    def test_a_read_has_an_etag_and_can_be_cached_privately(self, api, season):
        answer = api().get(RACES)
        assert answer.headers["ETag"].startswith('W/"')
        assert answer.headers["Cache-Control"] == "private, no-cache"

    def test_a_client_with_the_etag_gets_no_body(self, api, season):
        tag = api().get(RACES).headers["ETag"]
        answer = api().get(RACES, headers={"If-None-Match": f'"other", {tag}'})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["ETag"] == tag
        assert answer.headers["Cache-Control"] == "private, no-cache"

    def test_a_change_has_another_etag(self, api, season):
        tag = api().get(RACES).headers["ETag"]
        season.races.update(name="Renamed")
        assert api().get(RACES, headers={"If-None-Match": tag}).status_code == 200

    def test_the_response_of_another_user_has_another_etag(self, api, alice, charlie, league):
        tags = {api(user).get("/api/v1/leagues").headers["ETag"] for user in (alice, charlie)}
        assert len(tags) == 2

    def test_the_server_time_does_not_change_the_etag(self, api, alice, open_draft, at):
        address = f"/api/v1/races/{open_draft.race_id}/leagues/{open_draft.league_id}/draft-status"
        tag = api(alice).get(address).headers["ETag"]
        at(DRAFTING_AT.replace(second=1))
        assert api(alice).get(address, headers={"If-None-Match": tag}).status_code == 304

    def test_writes_and_errors_have_no_etag(self, api, alice, season):
        for answer in (api(alice).post("/api/v1/leagues", {"name": "Pit Wall"}), api().get("/api/v1/leagues")):
            assert answer.headers["Cache-Control"] == "no-store"
            assert "ETag" not in answer.headers


@pytest.mark.django_db
class TestThrottling:
    def test_responses_say_how_many_requests_are_left(self, api, season, at, settings):
        at(FOUNDED_AT)
        settings.API_PER_MINUTE_AND_ADDRESS = 3
        left = [api().get(RACES).headers["RateLimit-Remaining"] for _ in range(3)]
        assert left == ["2", "1", "0"]

    def test_a_throttled_request_says_when_to_retry(self, api, season, at, settings):
        at(FOUNDED_AT.replace(second=20))
        settings.API_PER_MINUTE_AND_ADDRESS = 1
        api().get(RACES)
        answer = api().get(RACES)
        assert (answer.status_code, answer.json()["error"]["code"]) == (429, "throttled")
        assert answer.headers["Retry-After"] == answer.headers["X-RateLimit-Reset"] == "40"
        at(FOUNDED_AT.replace(minute=1))
        assert api().get(RACES).status_code == 200

    def test_every_user_is_counted_separately(self, api, alice, bob, season, at, settings):
        at(FOUNDED_AT)
        settings.API_PER_MINUTE_AND_USER = 1
        assert [api(user).get(RACES).status_code for user in (alice, bob, alice)] == [200, 200, 429]

    def test_zero_means_no_limit(self, api, alice, season, settings):
        settings.API_PER_MINUTE_AND_USER = settings.API_PER_MINUTE_AND_ADDRESS = 0
        assert "RateLimit-Limit" not in api(alice).get(RACES).headers

    def test_without_a_cache_nothing_is_throttled(self, api, season, settings, monkeypatch):
        settings.API_PER_MINUTE_AND_ADDRESS = 1

        def down(*_, **__):
            raise RedisError

        # The cache of this test: the handler creates one per thread.
        monkeypatch.setattr(type(cache._connections["default"]), "incr", down)  # type: ignore[attr-defined]
        assert {api().get(RACES).status_code for _ in range(3)} == {200}


@pytest.mark.django_db
class TestApiCors:
    def ask(self, client, path=RACES, **headers):
        return client.get(path, headers={"Origin": APP, **headers})

    def test_origins_that_are_not_listed_are_refused(self, client, season):
        assert "Access-Control-Allow-Origin" not in self.ask(client).headers

    def test_listed_origins_are_allowed(self, client, season, settings):
        settings.CORS_ALLOWED_ORIGINS = [APP]
        answer = self.ask(client)
        assert answer.headers["Access-Control-Allow-Origin"] == APP
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert "ETag" in answer.headers["Access-Control-Expose-Headers"]

    def test_cors_applies_to_the_api_only(self, client, season, settings):
        settings.CORS_ALLOWED_ORIGINS = [APP]
        assert "Access-Control-Allow-Origin" not in self.ask(client, "/").headers

    def test_a_preflight_allows_token_and_idempotency_key(self, client, settings):
        settings.CORS_ALLOWED_ORIGINS = [APP]
        headers = {"Origin": APP, "Access-Control-Request-Method": "POST"}
        answer = client.options("/api/v1/leagues", headers=headers)
        assert answer.status_code == 200
        assert {"authorization", "idempotency-key"} <= set(answer.headers["Access-Control-Allow-Headers"].split(", "))


class TestStreamCors:
    """The live streams, which are served without Django."""

    def request(self, method="GET", origin=APP, **headers):
        sent = []

        async def app(scope, receive, send):
            await answer_live(send, 200, {"status": "alive"})

        async def send(message):
            sent.append(message)

        raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        scope = {"method": method, "path": "/live/drafts/1/", "headers": [(b"origin", origin.encode()), *raw]}

        async def ask():
            await with_cors(app)(scope, self.nothing, send)

        asyncio.run(ask())
        return sent[0]["status"], dict(sent[0]["headers"])

    async def nothing(self):
        return {}

    def test_origins_that_are_not_listed_are_refused(self):
        assert b"access-control-allow-origin" not in self.request()[1]

    def test_listed_origins_are_allowed(self, settings):
        settings.CORS_ALLOWED_ORIGINS = [APP]
        assert self.request()[1][b"access-control-allow-origin"] == APP.encode()
        assert b"access-control-allow-origin" not in self.request(origin="https://other.example")[1]

    def test_a_preflight_allows_the_token(self, settings):
        settings.CORS_ALLOWED_ORIGINS = [APP]
        status, headers = self.request("OPTIONS", access_control_request_method="GET")
        assert status == 204
        assert b"authorization" in headers[b"access-control-allow-headers"]
