"""The client against the replayed API: pagination, retries, and every kind of invalid response."""

from contextlib import suppress
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from races.sources import client, parser
from races.sources.client import JolpicaClient, UnknownSeason
from races.sources.parser import SourceError

pytestmark = pytest.mark.django_db


def test_it_reads_a_season(jolpica_client):
    season = jolpica_client.season(2025)
    assert (len(season.races), len(season.teams), len(season.drivers), len(season.entries)) == (24, 10, 21, 20)
    assert next(entry for entry in season.entries if entry.driver == "max_verstappen").number == 1
    china = season.races[1]
    assert [session.kind for session in china.sessions] == ["practice_1", "sprint_qualifying", "sprint", "qualifying"]
    assert str(china.starts_at) == "2025-03-23 07:00:00+00:00"


def test_it_does_not_guess_teams_before_the_first_race(jolpica_client, replay):
    replay.control(now="2025-03-01T00:00:00Z")
    entries = jolpica_client.season(2025).entries
    assert len(entries) == 21
    assert {(entry.team, entry.number) for entry in entries} == {(None, None)}


def test_it_merges_a_race_that_two_pages_share(jolpica_client, monkeypatch):
    monkeypatch.setattr(client, "PAGE_SIZE", 33)
    found = jolpica_client.classifications(2025, "race")
    assert [len(classification.rows) for classification in found] == [20] * 24
    assert [[row.position for row in classification.rows] for classification in found] == [list(range(1, 21))] * 24


def test_it_reads_the_sprints(jolpica_client):
    found = jolpica_client.classifications(2025, "sprint")
    assert [classification.round for classification in found] == [2, 6, 13, 19, 21, 23]
    assert found[0].rows[0].driver == "hamilton"
    assert found[0].rows[0].points == Decimal(8)


def test_the_user_agent_names_the_project(jolpica_client, replay):
    jolpica_client.classifications(2025, "race", 1)
    assert [request["user_agent"] for request in replay.requests] == [client.USER_AGENT]
    assert replay.requests[0]["path"] == "/ergast/f1/2025/1/results/?limit=100&offset=0"


def test_an_unknown_season_raises(jolpica_client):
    with pytest.raises(UnknownSeason, match=r"no calendar for 1949\."):
        jolpica_client.season(1949)


def test_it_retries_after_an_error(jolpica_client, replay, waits):
    replay.control(fault={"kind": "status", "status": 503, "times": 2})
    assert len(jolpica_client.classifications(2025, "race", 1)) == 1
    assert len(waits) == 2
    assert 0 < waits[0] <= 1 < waits[1] <= 2


@pytest.mark.parametrize("status", [429, 503])
def test_it_waits_as_long_as_retry_after_says(jolpica_client, replay, waits, status):
    replay.control(fault={"kind": "status", "status": status, "times": 1, "retry_after": 7})
    jolpica_client.classifications(2025, "race", 1)
    assert waits == [7.0]


def test_a_long_retry_after_is_not_waited_for(jolpica_client, replay, waits):
    replay.control(fault={"kind": "status", "status": 503, "retry_after": 3600})
    with pytest.raises(SourceError, match="asks clients to wait 3600 seconds"):
        jolpica_client.classifications(2025, "race", 1)
    assert waits == []


def test_it_gives_up_after_the_last_attempt(jolpica_client, replay, waits):
    replay.control(fault={"kind": "status", "status": 500})
    with pytest.raises(SourceError, match="status 500"):
        jolpica_client.classifications(2025, "race", 1)
    assert len(replay.requests) == client.MAX_ATTEMPTS == len(waits) + 1


def test_it_does_not_retry_client_errors(jolpica_client, replay):
    replay.control(fault={"kind": "status", "status": 400})
    with pytest.raises(SourceError, match="status 400"):
        jolpica_client.season(2025)
    assert len(replay.requests) == 1


def test_it_times_out_on_a_silent_server(replay):
    replay.control(fault={"kind": "hang", "seconds": 2})
    with JolpicaClient(timeout=0.2, attempts=1) as source, pytest.raises(SourceError, match="did not respond in time"):
        source.season(2025)


def test_an_unreachable_server_raises(settings):
    settings.F1_API_URL = "http://127.0.0.1:1/"
    with JolpicaClient(attempts=1) as source, pytest.raises(SourceError, match="cannot be reached"):
        source.season(2025)


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [("truncate", "incomplete response"), ("html", "is not JSON"), ("types", "unexpected response")],
)
@pytest.mark.parametrize("what", ["season", "results"])
def test_it_refuses_a_response_that_is_not_json(jolpica_client, replay, kind, sentence, what):
    replay.control(fault={"kind": kind})
    with pytest.raises(SourceError, match=sentence):
        jolpica_client.season(2025) if what == "season" else jolpica_client.classifications(2025, "race")


def answering(**response: Any) -> JolpicaClient:
    """A client that gets this response to every request."""
    transport = httpx.MockTransport(lambda request: httpx.Response(**{"status_code": 200, **response}))
    return JolpicaClient(transport=transport, attempts=1)


def test_it_stops_reading_an_endless_response(monkeypatch):
    monkeypatch.setattr(client, "MAX_RESPONSE_BYTES", 1000)
    with answering(content=b"[" * 2000) as source, pytest.raises(SourceError, match="more than 1,000 bytes"):
        source.season(2025)


def test_it_does_not_follow_redirects():
    with answering(status_code=302, headers={"Location": "http://localhost/"}) as source:  # noqa: SIM117
        with pytest.raises(SourceError, match="status 302"):
            source.season(2025)


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"MRData": NaN}', b"\xff\xfe", b"null", b'{"MRData": []}'])
def test_it_refuses_json_of_another_shape(body):
    with answering(content=body) as source, pytest.raises(SourceError):
        source.season(2025)


def test_it_notices_missing_rows():
    body = {"MRData": {"total": "24", "RaceTable": {"Races": []}}}
    with answering(json=body) as source, pytest.raises(SourceError, match="returned fewer rows"):
        source.season(2025)


ROW: dict[str, Any] = {
    "number": "4", "position": "1", "positionText": "1", "points": "25", "grid": "1", "laps": "57",
    "status": "Finished", "Driver": {"driverId": "norris", "givenName": "Lando", "familyName": "Norris"},
    "Constructor": {"constructorId": "mclaren", "name": "McLaren"},
}  # fmt: skip


def classification_of(row: dict[str, Any]) -> Any:
    race = {"season": "2025", "round": "1", "raceName": "A", "Circuit": {"circuitId": "a"}, "Results": [row]}
    return parser.parse_classification(race, "race", "Results", 2025)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("position", "first"), ("position", 1), ("position", None), ("position", "99999"), ("points", "NaN"),
        ("points", "1e9"), ("points", "0.125"), ("grid", "-1"), ("status", "x" * 41), ("status", "a\x00b"),
        ("laps", "٥"), ("Driver", "norris"), ("Driver", {"driverId": "../x"}), ("Constructor", None),
        ("Time", "soon"), ("FastestLap", {"rank": "best"}),
    ],
)  # fmt: skip
def test_it_refuses_a_row_with_a_wrong_value(key, value):
    assert classification_of(ROW).rows[0].driver == "norris"
    with pytest.raises(SourceError):
        classification_of({**ROW, key: value})


@pytest.mark.parametrize(
    ("key", "unknown"), [("number", None), ("grid", None), ("laps", None), ("status", ""), ("points", Decimal(0))]
)
def test_what_the_api_does_not_know_is_unknown_and_no_error(key, unknown):
    without = {name: value for name, value in ROW.items() if name != key}
    for row in (without, {**ROW, key: None}):
        assert getattr(classification_of(row).rows[0], key) == unknown


def test_a_car_that_is_not_classified_and_has_no_position_has_its_place_in_the_list():
    assert classification_of({**ROW, "position": None, "positionText": "W"}).rows[0].position == 1


def test_an_unreadable_time_is_left_out():
    assert classification_of({**ROW, "Time": {"time": "+1:" + "9" * 40}}).rows[0].time_text == ""


def test_a_session_without_a_time_is_normal():
    race = {"season": "2025", "round": "1", "raceName": "A", "Circuit": {"circuitId": "a"}, "date": "2025-03-16",
            "Qualifying": {"date": "2025-03-15"}}  # fmt: skip
    dto = parser.parse_race(race, 2025)
    assert dto.starts_at is None
    assert dto.sessions[0].starts_at is None


def test_it_refuses_another_year_than_requested():
    with pytest.raises(SourceError, match="instead of 2024"):
        parser.parse_race({"season": "2025", "raceName": "A"}, 2024)


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*ROW, "driverId", "rank"]), inner),
    max_leaves=12,
)


@given(key=st.sampled_from(sorted(ROW)), value=junk)
def test_any_row_is_parsed_or_refused(key, value):
    with suppress(SourceError):
        assert len(classification_of({**ROW, key: value}).rows) == 1
