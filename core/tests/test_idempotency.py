"""Idempotency keys: replay, concurrent requests, and claims of processes that died."""

import hashlib
import threading
from datetime import timedelta

import pytest
from django.db import connections

from core.models import IdempotencyKey
from core.services.idempotency_keys import (
    CLAIM_TIMEOUT,
    RETENTION,
    StoredResponse,
    claim,
    delete_expired_idempotency_keys,
    store,
)
from leagues.models import League
from tests.support.cast import DRAFTING_AT, FOUNDED_AT

LEAGUES = "/api/v1/leagues"


@pytest.fixture(autouse=True)
def before_the_season(at):
    at(FOUNDED_AT)


def found(client, key, name="Pit Wall", **headers):
    return client.post(LEAGUES, {"name": name}, headers={"Idempotency-Key": key, **headers})


def code(answer):
    return answer.json()["error"]["code"]


@pytest.mark.django_db
class TestSequentialRequests:
    def test_the_second_request_gets_the_first_response(self, api, alice, season):
        first, second = (found(api(alice), "k1") for _ in range(2))
        assert (first.status_code, second.status_code) == (201, 201)
        assert second.json() == first.json()
        assert (first.headers.get("Idempotent-Replayed"), second.headers["Idempotent-Replayed"]) == (None, "true")
        assert League.objects.count() == 1

    def test_whitespace_in_the_body_makes_no_difference(self, api, alice, season):
        found(api(alice), "k1")
        body = '{ "name" :  "Pit Wall" }'
        headers = {"Idempotency-Key": "k1"}
        again = api(alice).post(LEAGUES, body, content_type="application/json", headers=headers)
        assert again.headers["Idempotent-Replayed"] == "true"

    def test_another_key_repeats_the_action(self, api, alice, season):
        assert [found(api(alice), key).status_code for key in ("k1", "k2")] == [201, 201]
        assert League.objects.count() == 2

    def test_a_key_reused_for_another_request_is_refused(self, api, alice, season):
        found(api(alice), "k1")
        answer = found(api(alice), "k1", name="Others")
        assert (answer.status_code, code(answer)) == (422, "idempotency_key_reused")
        league = League.objects.get()
        answer = api(alice).post(f"{LEAGUES}/{league.pk}/leave", headers={"Idempotency-Key": "k1"})
        assert (answer.status_code, code(answer)) == (422, "idempotency_key_reused")

    def test_every_user_has_separate_keys(self, api, alice, bob, season):
        assert [found(api(user), "k1").status_code for user in (alice, bob)] == [201, 201]
        assert League.objects.count() == 2

    @pytest.mark.parametrize("key", ["", " ", "two words", "x" * 101, "caf\xe9"])
    def test_an_invalid_key_is_refused(self, api, alice, season, key):
        answer = found(api(alice), key)
        assert (answer.status_code, code(answer)) == (422, "idempotency_key_unusable")
        assert not League.objects.exists()

    def test_a_response_without_a_body_is_stored_too(self, api, bob, league):
        answers = [api(bob).post(f"{LEAGUES}/{league.pk}/leave", headers={"Idempotency-Key": "k1"}) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [204, 204]
        assert answers[1].headers["Idempotent-Replayed"] == "true"

    def test_a_refusal_is_not_stored(self, api, alice, bob, alices, bobs, open_draft, race, at):
        at(DRAFTING_AT)
        body, headers = {"race_id": race.pk, "driver_id": "driver_2"}, {"Idempotency-Key": "k1"}
        refused = api(bob).post(f"/api/v1/constructors/{bobs.pk}/drafts", body, headers=headers)
        api(alice).post(f"/api/v1/constructors/{alices.pk}/drafts", {**body, "driver_id": "driver_1"})
        picked = api(bob).post(f"/api/v1/constructors/{bobs.pk}/drafts", body, headers=headers)
        assert (refused.status_code, picked.status_code) == (409, 201)

    def test_keys_of_visitors_are_ignored(self, api, db):
        assert found(api(), "k1").status_code == 401
        assert not IdempotencyKey.objects.exists()

    def test_an_unsupported_method_stores_no_key(self, api, alice):
        assert api(alice).delete(LEAGUES, headers={"Idempotency-Key": "k1"}).status_code == 405
        assert not IdempotencyKey.objects.exists()

    def test_the_table_does_not_reveal_the_request_body(self, api, alice, season):
        found(api(alice), "k1")
        said = f'POST {LEAGUES} {{"name": "Pit Wall"}}'
        assert IdempotencyKey.objects.get().digest != hashlib.sha256(said.encode()).hexdigest()

    def test_get_requests_ignore_the_key(self, api, alice, league):
        assert api(alice).get(LEAGUES, headers={"Idempotency-Key": "k1"}).status_code == 200
        assert not IdempotencyKey.objects.exists()


@pytest.mark.django_db
class TestErrorsAndConcurrency:
    def test_an_error_rolls_back_the_action_and_frees_the_key(self, api, alice, season, monkeypatch):
        with monkeypatch.context() as broken:
            broken.setattr("leagues.api.viewsets.LeagueViewSet.league_response", lambda *_: 1 // 0)
            assert found(api(alice), "k1").status_code == 500
        assert not League.objects.exists()
        assert found(api(alice), "k1").status_code == 201

    def test_a_request_in_progress_refuses_the_second_one(self, api, alice, season):
        answers = []

        def overtaken(*_):
            answers.append(found(api(alice), "k1"))
            raise ZeroDivisionError

        with pytest.MonkeyPatch.context() as slow:
            slow.setattr("leagues.api.viewsets.LeagueViewSet.league_response", overtaken)
            found(api(alice), "k1")
        assert (answers[0].status_code, code(answers[0])) == (409, "idempotency_in_progress")
        assert answers[0].headers["Retry-After"] == "1"

    def test_a_claim_whose_process_died_is_taken_over(self, api, alice, season, at):
        assert not isinstance(claim(user=alice, key="k1", digest="of the dead", now=FOUNDED_AT), StoredResponse)
        at(FOUNDED_AT + CLAIM_TIMEOUT + timedelta(seconds=1))
        assert found(api(alice), "k1").status_code == 201

    def test_a_request_that_lost_its_claim_stores_nothing(self, api, alice, season, monkeypatch):
        """The claim is taken over while the request is running: its action is rolled back."""
        original = claim

        def claim_and_lose_it(**kwargs):
            lost = original(**kwargs)
            IdempotencyKey.objects.update(claimed_at=FOUNDED_AT - CLAIM_TIMEOUT * 2)
            assert not isinstance(original(**kwargs), StoredResponse)
            return lost

        monkeypatch.setattr("core.services.idempotency_keys.claim", claim_and_lose_it)
        answer = found(api(alice), "k1")
        assert (answer.status_code, code(answer)) == (409, "idempotency_in_progress")
        assert not League.objects.exists()

    def test_responses_are_deleted_after_a_day(self, alice):
        mine = claim(user=alice, key="k1", digest="d", now=FOUNDED_AT)
        assert not isinstance(mine, StoredResponse)
        assert store(claim=mine, response=StoredResponse(201, "{}"))
        assert delete_expired_idempotency_keys(now=FOUNDED_AT + RETENTION) == 0
        assert delete_expired_idempotency_keys(now=FOUNDED_AT + RETENTION + timedelta(seconds=1)) == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_one_of_many_concurrent_requests_acts(api, alice, season):
    """The others get a 409, or the response of the one that ran."""
    answers = together(12, lambda: found(api(alice), "k1"))
    assert League.objects.count() == 1
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert {answer.json()["id"] for answer in answers if answer.status_code == 201} == {League.objects.get().pk}


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_without_a_key_every_request_acts(api, alice, season):
    """The counterpart: without a key, every request is executed."""
    together(4, lambda: api(alice).post(LEAGUES, {"name": "Pit Wall"}))
    assert League.objects.count() == 4


def together(count, ask):
    """Send the same request from `count` threads at once and return the responses."""
    barrier, answers = threading.Barrier(count), []

    def run():
        barrier.wait()
        try:
            answers.append(ask())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == count
    return answers
