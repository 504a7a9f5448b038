"""Drafts and leagues under parallel requests: one driver, one turn, the last place in a league."""

from collections.abc import Iterator
from dataclasses import dataclass

from attacks.report import Attack, Attempt
from attacks.target import Person, Target, at_once


@dataclass(frozen=True)
class OpenDraft:
    """The draft of a league of two people, which runs."""

    pk: int
    race: int
    players: dict[int, Person]

    def turn(self) -> tuple[Person, int]:
        """Who is on the clock, with their constructor's id."""
        person = next(iter(self.players.values()))
        draft = person.browser.get(f"/api/v1/drafts/{self.pk}", headers=person.header).json()
        constructor = draft["on_the_clock"]["constructor_id"]
        return self.players[constructor], constructor


def _open_draft(target: Target) -> OpenDraft:
    manager, guest = target.person("manager"), target.person("guest")
    body = {"name": "Race", "first_draft_start": "manual"}
    league = manager.browser.post("/api/v1/leagues", json=body, headers=manager.header).json()
    _join(guest, league["code"])
    constructors = {
        person.browser.get("/api/v1/constructors", headers=person.header).json()["items"][0]["id"]: person
        for person in (manager, guest)
    }
    draft = manager.browser.get("/api/v1/drafts", headers=manager.header).json()["items"][0]
    started = manager.browser.post(f"/api/v1/drafts/{draft['id']}/start", json={}, headers=manager.header)
    assert started.status_code == 200, started.text
    return OpenDraft(draft["id"], draft["race_id"], constructors)


def parallel_picks(target: Target) -> Iterator[Attempt]:
    """One person in one turn: the same driver, different drivers, with and without an idempotency key."""
    drivers = ["norris", "piastri", "max_verstappen", "russell", "leclerc", "hamilton", "albon", "alonso"]
    for same_driver in (True, False):
        draft = _open_draft(target)
        person, constructor = draft.turn()
        path = f"/api/v1/constructors/{constructor}/drafts"

        def pick(number: int, path: str = path, person: Person = person, draft: OpenDraft = draft) -> int:
            driver = drivers[0] if same_driver else drivers[number]  # noqa: B023 - called within the round
            with target.client() as client:
                body = {"race_id": draft.race, "driver_id": driver}
                return client.post(path, json=body, headers=person.header).status_code

        statuses = at_once(len(drivers), pick)
        listed = person.browser.get(f"/api/v1/drafts/{draft.pk}/picks", headers=person.header).json()
        picks = [made for made in listed["items"] if made["constructor_id"] == constructor]
        yield Attempt(f"one turn makes {len(picks)} picks: {statuses}", len(picks) == 1 and statuses.count(201) == 1)
        other, others = draft.turn()
        yield Attempt("the same person is on the clock again", others != constructor)
        body = {"race_id": draft.race, "driver_id": picks[0]["driver_id"]}
        for who, where in ((other, others), (person, constructor), (other, constructor)):
            status = who.browser.post(f"/api/v1/constructors/{where}/drafts", json=body, headers=who.header).status_code
            yield Attempt(f"a driver is picked twice: {status}", status in (403, 404, 409))


def parallel_joins(target: Target) -> Iterator[Attempt]:
    """More people than places."""
    owner = target.person("host")
    league = owner.browser.post("/api/v1/leagues", json={"name": "Full", "capacity": 3}, headers=owner.header).json()
    people = [target.person("guest") for _ in range(8 if target.quick else 20)]
    statuses = at_once(len(people), lambda number: _join(people[number], league["code"]))
    base = f"/api/v1/leagues/{league['id']}"
    members = owner.browser.get(f"{base}/members", headers=owner.header).json()["total"]
    yield Attempt(f"{members} people are in a league for 3: {statuses}", members == 3 and statuses.count(201) == 2)
    for person, status in zip(people, statuses, strict=True):
        yield Attempt(f"a full league responds {status}", status in (201, 409))
        inside = person.browser.get(base, headers=person.header).status_code
        yield Attempt(f"who did not get in sees the league: {inside}", inside == (200 if status == 201 else 404))


def _join(person: Person, code: str) -> int:
    return person.browser.post("/api/v1/leagues/join", json={"code": code}, headers=person.header).status_code


def parallel_refreshes(target: Target) -> Iterator[Attempt]:
    """A refresh token that is used twice signs its family out."""
    person = target.person("refresh")
    token = {"refresh": person.tokens["refresh"]}
    statuses = at_once(8, lambda _: _refresh(target, token))
    yield Attempt(f"one refresh token refreshes {statuses}", statuses.count(200) <= 1)
    yield Attempt("it refreshes again later", _refresh(target, token) == 401)


def _refresh(target: Target, token: dict[str, str]) -> int:
    with target.client() as client:
        return client.post("/api/v1/auth/refresh", json=token).status_code


ATTACKS = [
    Attack("parallel picks", "one person and one driver, many requests at once", parallel_picks, "race week"),
    Attack("parallel joins", "more people than places at the same moment", parallel_joins),
    Attack("parallel refreshes", "one refresh token, many requests at once", parallel_refreshes),
]
