"""The API: other people's objects, fields that are not for users, odd bodies, keys and ETags of others, the schema."""

from collections.abc import Iterator

from attacks.report import Attack, Attempt
from attacks.target import Target, at_once

REFUSED = (400, 401, 403, 404, 405, 409, 415, 422)


def foreign_objects(target: Target) -> Iterator[Attempt]:
    """A stranger at a private league, and what belongs to it."""
    owner, stranger = target.person("owner"), target.person("stranger")
    league = owner.browser.post("/api/v1/leagues", json={"name": "Private"}, headers=owner.header).json()
    base = f"/api/v1/leagues/{league['id']}"
    members = owner.browser.get(f"{base}/members", headers=owner.header).json()["items"]
    constructors = owner.browser.get("/api/v1/constructors", headers=owner.header).json()["items"]
    constructor, member = constructors[0]["id"], members[0]["user_id"]
    requests: list[tuple[str, str, object]] = [
        ("GET", base, None), ("PATCH", base, {"name": "Mine"}), ("DELETE", base, None),
        ("GET", f"{base}/members", None),
        ("DELETE", f"{base}/members/{member}", None), ("PATCH", f"{base}/members/{member}", {"role": "player"}),
        ("POST", f"{base}/members/{member}/remove", {}), ("GET", f"{base}/settings", None),
        ("POST", f"{base}/settings", {"picks_per_race": 1}), ("GET", f"{base}/leaderboard", None),
        ("GET", f"{base}/activity", None), ("GET", f"{base}/invitations", None), ("GET", f"{base}/webhooks", None),
        ("POST", f"{base}/invitations", {"username": stranger.name}), ("GET", f"{base}/spectator-link", None),
        ("POST", f"{base}/webhooks", {"name": "x", "service": "generic", "url": "https://example.org/"}),
        ("POST", f"{base}/spectator-link", {}), ("POST", f"{base}/transfer", {"user_id": member}),
        ("POST", f"{base}/archive", {}), ("POST", f"{base}/leave", {}), ("POST", f"{base}/join", {}),
        ("GET", f"{base}/records", None), ("GET", f"{base}/bans", None), ("GET", f"{base}/constructors", None),
        ("GET", f"/api/v1/constructors/{constructor}", None),
        ("PATCH", f"/api/v1/constructors/{constructor}", {"name": "x"}),
        ("GET", f"/api/v1/constructors/{constructor}/wish-list", None),
        ("PUT", f"/api/v1/constructors/{constructor}/wish-list", {"driver_ids": []}),
        ("PUT", f"/api/v1/constructors/{constructor}/autodraft", {"autodraft": "on"}),
        ("POST", f"/api/v1/constructors/{constructor}/drafts", {"race_id": 1, "driver_id": "norris"}),
    ]  # fmt: skip
    for method, path, body in requests:
        if method == "GET":
            status = owner.browser.get(path, headers=owner.header).status_code
            yield Attempt(f"{path} is not the address of anything: {status}", status == 200)
        for header in (stranger.header, {}):
            status = stranger.browser.request(method, path, json=body, headers=header).status_code
            yield Attempt(f"{method} {path} of a stranger responds {status}", status in REFUSED)
    now = owner.browser.get(base, headers=owner.header)
    yield Attempt("the league is changed", now.status_code == 200 and now.json()["name"] == "Private")


FORBIDDEN_FIELDS = {
    "is_superuser": True, "is_staff": True, "is_active": False, "id": 1, "password": "x", "groups": [1],
    "email": "a@b.example", "date_joined": "2000-01-01T00:00:00Z", "user_permissions": [1],
    "credentials_digest": "x", "last_login": None,
}  # fmt: skip


PRIVATE_ADDRESSES = (
    "http://127.0.0.1/", "http://localhost:5432/", "https://[::1]/", "http://0.0.0.0/", "http://169.254.169.254/latest/",
    "http://10.0.0.1/", "http://192.168.1.1/", "http://2130706433/", "http://0x7f.1/", "http://[::ffff:127.0.0.1]/",
    "http://017700000001/", "file:///etc/passwd", "gopher://127.0.0.1/", "https://user:pass@127.0.0.1/", "//127.0.0.1/",
    "https://[fe80::1]/", "https://[fd00::1]/", "https://127.0.0.1.nip.io@127.0.0.1/", "http://127.1/", "ftp://127.0.0.1/",
)  # fmt: skip


def private_addresses(target: Target) -> Iterator[Attempt]:
    """Webhooks and push devices at addresses inside the network of the server."""
    person = target.person("hooks")
    league = person.browser.post("/api/v1/leagues", json={"name": "Hooks"}, headers=person.header).json()
    path = f"/api/v1/leagues/{league['id']}/webhooks"
    for url, expected in (("https://example.org/", 201), *((url, 400) for url in PRIVATE_ADDRESSES)):
        body = {"service": "generic", "name": "Inside", "url": url}
        status = person.browser.post(path, json=body, headers=person.header).status_code
        yield Attempt(f"a webhook to {url} gets {status}", status == expected)


def forbidden_fields(target: Target) -> Iterator[Attempt]:
    person = target.person("fields")
    before = person.browser.get("/api/v1/auth/me", headers=person.header).json()
    for name, value in FORBIDDEN_FIELDS.items():
        response = person.browser.patch("/api/v1/auth/me", json={name: value}, headers=person.header)
        after = person.browser.get("/api/v1/auth/me", headers=person.header).json()
        yield Attempt(f"PATCH me with {name} responds {response.status_code}", after == before)
        fields = {"username": f"{person.name}{name}"[:20], "email": "f@example.org", "password": person.password}
        status = person.browser.post("/api/v1/auth/register", json={**fields, name: value}).status_code
        kept_apart = name in fields  # the field that signing up has, too
        yield Attempt(f"signing up with {name} responds {status}", kept_apart or status == 400)


ODD_BODIES = (
    b"", b"{", b"[]", b"null", b'"text"', b"1", b"NaN", b'{"name": NaN}', b'{"name": Infinity}', b'{"name": 1e999}',
    b"[" * 10_000, b'{"a":' * 5_000, b'{"name": "\\ud800"}', b'{"name": "\\u0000"}', b"\xff\xfe", b'{"name": {}}',
    b'{"name": ["x"]}', b'{"name": true}', b'{"capacity": 99999999999999999999999}',
    b'{"__proto__": {}}', b'{"name": "' + b"a" * 900_000 + b'"}',
)  # fmt: skip


def odd_bodies(target: Target) -> Iterator[Attempt]:
    person = target.person("odd")
    for body in ODD_BODIES:
        for kind in ("application/json", "text/plain", "application/xml", "multipart/form-data", ""):
            header = {**person.header, "Content-Type": kind}
            status = person.browser.post("/api/v1/leagues", content=body, headers=header).status_code
            yield Attempt(f"{body[:40]!r} as {kind!r} responds {status}", status in (*REFUSED, 413))


QUERIES = (
    "page=0", "page=-1", "page=99999999999999999999", "page=x", "page_size=100000000", "page_size=0", "page=1&page=2",
    "page=%00", "search=%00", "search=%ff", "ordering=password", "ordering=-user__password", "season=%27", "season=1e9",
    "search=" + "a" * 5000, "id__in=1", "user__password__startswith=a", "format=html", "page=１", "page=1%0d%0aX: y",
)  # fmt: skip


def odd_queries(target: Target) -> Iterator[Attempt]:
    person = target.person("query")
    paths = ("/api/v1/leagues", "/api/v1/drivers", "/api/v1/users", "/api/v1/races")
    for path in paths if not target.quick else paths[:1]:
        for query in QUERIES:
            response = person.browser.get(f"{path}?{query}", headers=person.header)
            held = response.status_code < 500 and "x" not in response.headers
            yield Attempt(f"{path}?{query[:40]} responds {response.status_code}", held)


def keys_and_tags(target: Target) -> Iterator[Attempt]:
    """An Idempotency-Key or an ETag of one person in the hands of another."""
    owner, other = target.person("keys"), target.person("keys")
    key = {"Idempotency-Key": "the-same-key"}
    statuses = at_once(8, lambda _: _create(target, {**owner.header, **key}))
    leagues = owner.browser.get("/api/v1/leagues", headers=owner.header)
    yield Attempt(f"one key creates {leagues.json()['total']} leagues: {statuses}", leagues.json()["total"] == 1)
    theirs = other.browser.post("/api/v1/leagues", json={"name": "Once"}, headers={**other.header, **key})
    mine = leagues.json()["items"][0]["id"]
    yield Attempt(
        "a key of somebody else gives their response", theirs.status_code != 201 or theirs.json()["id"] != mine
    )
    tag = leagues.headers.get("etag", "")
    response = other.browser.get("/api/v1/leagues", headers={**other.header, "If-None-Match": tag})
    yield Attempt("an ETag of somebody else matches", response.status_code == 200)
    league = owner.browser.get(f"/api/v1/leagues/{mine}", headers=owner.header)
    for tag in (league.headers.get("etag", ""), "*"):
        status = other.browser.get(
            f"/api/v1/leagues/{mine}", headers={**other.header, "If-None-Match": tag}
        ).status_code
        yield Attempt(f"a private league is confirmed by its ETag: {status}", status == 404)


def _create(target: Target, header: dict[str, str]) -> int:
    with target.client() as client:
        return client.post("/api/v1/leagues", json={"name": "Once"}, headers=header).status_code


def schema(target: Target) -> Iterator[Attempt]:
    """The description of the API is large: it is made once, compressed, and not sent again to who has it."""
    with target.client() as client:
        first = client.get("/api/schema")
        yield Attempt("it is sent uncompressed", first.headers.get("content-encoding") in ("gzip", "br", "zstd"))
        tag = first.headers.get("etag", "")
        again = client.get("/api/schema", headers={"If-None-Match": tag})
        yield Attempt("it is sent again", bool(tag) and (again.status_code, again.content) == (304, b""))
        for path in ("/api/docs", "/api/redoc"):
            yield Attempt(f"{path} fails", client.get(path).status_code == 200)


def origins(target: Target) -> Iterator[Attempt]:
    with target.client() as client:
        for origin in ("https://evil.example", "null", "http://localhost.evil.example", target.url):
            for path in ("/api/v1/seasons", "/api/v1/auth/login", "/live/me/"):
                preflight = client.options(
                    path, headers={"Origin": origin, "Access-Control-Request-Method": "POST"}
                ).headers
                allowed = preflight.get("access-control-allow-origin")
                credentials = preflight.get("access-control-allow-credentials")
                yield Attempt(f"{path} allows {origin}: {allowed}, {credentials}", not allowed and not credentials)


ATTACKS = [
    Attack("foreign objects", "a stranger and a visitor at 30 addresses of a private league", foreign_objects),
    Attack("private addresses", "webhooks at addresses inside the server's network", private_addresses),
    Attack("forbidden fields", "fields that users must not set, when signing up and in the profile", forbidden_fields),
    Attack("odd bodies", "bodies that are no JSON, too deep, too large or of another type", odd_bodies),
    Attack("odd queries", "query strings with wrong numbers, fields and bytes", odd_queries),
    Attack("keys and ETags", "idempotency keys and ETags of another person, and one key at once", keys_and_tags),
    Attack("schema", "the cost of the API's description", schema),
    Attack("origins", "requests of other sites to the API", origins),
]
