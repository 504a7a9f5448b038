"""Taking over accounts, keeping their owners out, finding out who has one, and looking like somebody else."""

import base64
import hmac
import struct
import time
from collections.abc import Iterator

import httpx

from attacks.report import Attack, Attempt
from attacks.target import PASSWORD, Person, Target, at_once, submit

EMAIL = "/api/v1/auth/email"
NEW_PASSWORD = "another long password 8"  # noqa: S105 - of users who exist only during the attack


def email_takeover(target: Target) -> Iterator[Attempt]:
    """With an open session or a token, and without the password."""
    person = target.confirmed_person("owner")
    target.sign_in(person)
    thief = "thief@example.org"
    for body in ({"email": thief}, {"email": thief, "password": ""}, {"email": thief, "password": "a wrong one 123"}):
        status = person.browser.put(EMAIL, json=body, headers=person.header).status_code
        yield Attempt(f"PUT {EMAIL} with {sorted(body)} responds {status}", 400 <= status < 500)
        submit(person.browser, "/accounts/profile/email/", body)
        current = person.browser.get(EMAIL, headers=person.header).json()
        unchanged = current["email"] == person.email and current["new_email"] in (None, "")
        yield Attempt(f"a form with {sorted(body)} changes the address to {current}", unchanged)

    before = len(target.emails_to(person.email))
    change = {"email": thief, "password": person.password}
    person.browser.put(EMAIL, json=change, headers=person.header)
    token = target.link_to(thief, "/accounts/confirm/").split("/")[-2]
    person.browser.post(f"{EMAIL}/confirm", json={"token": token})
    undo = target.link_to(person.email, "/accounts/undo-email/", after=before)
    yield Attempt("the old address is not told", True)
    response = person.browser.post(f"{EMAIL}/undo", json={"token": undo.split("/")[-2]})
    yield Attempt(f"the owner cannot undo the change: {response.status_code}", response.status_code == 200)
    again = person.browser.post(f"{EMAIL}/undo", json={"token": undo.split("/")[-2]})
    yield Attempt(f"the link undoes twice: {again.status_code}", again.status_code != 200)
    old = target.api_login(person.browser, person.name, person.password).status_code
    yield Attempt(f"the thief's password still works: {old}", old in (400, 401))


def lock_out(target: Target) -> Iterator[Attempt]:
    """Wrong passwords and reset requests of strangers do not keep out a browser that has signed in before."""
    person = target.confirmed_person("lockedout")
    target.sign_in(person)
    submit(person.browser, "/accounts/sign-out/", {}, form_at="/leagues/")
    statuses = []
    for number in range(12):
        with target.client() as stranger:
            statuses.append(target.api_login(stranger, person.name, f"wrong {number}").status_code)
    yield Attempt(f"twelve wrong passwords are all checked: {statuses}", statuses[-1] == 429)
    with target.client() as stranger:
        status = target.api_login(stranger, person.name.upper(), person.password).status_code
        yield Attempt(f"another spelling of the name is counted apart: {status}", status == 429)
    response = target.try_sign_in(person.browser, person.name, person.password)
    yield Attempt(f"the owner's browser is kept out: {response.status_code}", response.status_code == 302)

    for _ in range(4):
        with target.client() as stranger:
            stranger.post("/api/v1/auth/password-reset", json={"email": person.email})
    before = len(target.emails_to(person.email))
    submit(person.browser, "/accounts/sign-out/", {}, form_at="/leagues/")
    submit(person.browser, "/accounts/forgotten/", {"email": person.email})
    target.link_to(person.email, "/accounts/reset/", after=before)
    yield Attempt("the owner's reset link does not come", True)


def reset_links(target: Target) -> Iterator[Attempt]:
    person = target.confirmed_person("reset")
    person.browser.post("/api/v1/auth/password-reset", json={"email": person.email})
    token = target.link_to(person.email, "/accounts/reset/").rstrip("/").rsplit("/", 1)[1]
    confirm = "/api/v1/auth/password-reset/confirm"
    for altered in (token[:-1], token + "a", token.swapcase(), token[::-1], "", "1-x", "0-" + token.split("-", 1)[1]):
        status = person.browser.post(confirm, json={"token": altered, "new_password": NEW_PASSWORD}).status_code
        yield Attempt(f"an altered token works: {status}", 400 <= status < 500)
    statuses = at_once(
        8, lambda number: _status(target, confirm, {"token": token, "new_password": f"{NEW_PASSWORD} {number}"})
    )
    yield Attempt(f"a link works more than once at the same time: {statuses}", statuses.count(204) == 1)
    status = person.browser.post(confirm, json={"token": token, "new_password": NEW_PASSWORD}).status_code
    yield Attempt(f"a link works again: {status}", 400 <= status < 500)
    for path, use in (("/api/v1/auth/me", person.header), ("/leagues/", {})):
        status = person.browser.get(path, headers=use).status_code
        yield Attempt(f"what was signed in before still is, at {path}: {status}", status in (302, 401))
    refresh = {"refresh": person.tokens["refresh"]}
    yield Attempt("a refresh token still works", _status(target, "/api/v1/auth/refresh", refresh) == 401)


def _status(target: Target, path: str, body: object, header: dict[str, str] | None = None) -> int:
    with target.client() as client:
        return client.post(path, json=body, headers=header).status_code


def current_code(secret: str) -> str:
    """The TOTP code of this moment (RFC 6238). Waits out the last seconds of a period, in which a code could expire."""
    while time.time() % 30 > 20:
        time.sleep(1)
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", int(time.time() // 30)), "sha1")
    offset = digest[-1] & 15
    return f"{int.from_bytes(digest[offset : offset + 4], 'big') % 2**31 % 10**6:06d}"


def with_codes(target: Target, person: Person) -> tuple[str, list[str]]:
    """Turn on two-factor authentication; returns the secret and the recovery codes."""
    base = "/api/v1/auth/mfa"
    response = person.browser.post(f"{base}/set-up", json={"password": person.password}, headers=person.header)
    made = response.json()
    confirm = {"token": made["token"], "code": current_code(made["secret"])}
    codes = person.browser.post(f"{base}/confirm", json=confirm, headers=person.header).json()["recovery_codes"]
    return str(made["secret"]), list(codes)


def second_factors(target: Target) -> Iterator[Attempt]:
    person = target.person("codes")
    for body in ({}, {"password": ""}, {"password": "wrong"}):
        status = person.browser.post("/api/v1/auth/mfa/set-up", json=body, headers=person.header).status_code
        yield Attempt(f"codes are set up with {body}: {status}", 400 <= status < 500)
    _secret, codes = with_codes(target, person)
    statuses = at_once(8, lambda _: _login_status(target, person, codes[0]))
    yield Attempt(f"a recovery code works more than once: {statuses}", statuses.count(200) == 1)
    for code in ("", "000000", "1" * 10, codes[0], f" {codes[0]} ", codes[0].upper()):
        status = _login_status(target, person, code)
        yield Attempt(f"the code {code!r} signs in: {status}", status != 200)
    status = _login_status(target, person, codes[1])
    guesses = [_login_status(target, person, f"{number:06d}") for number in range(12)]
    yield Attempt(f"codes can be guessed without limit: {guesses}", guesses[-1] == 429)
    for path, body in (("turn-off", {"password": "wrong"}), ("recovery-codes", {}), ("recovery-codes/new", {})):
        status = person.browser.post(f"/api/v1/auth/mfa/{path}", json=body, headers=person.header).status_code
        yield Attempt(f"{path} needs no password: {status}", 400 <= status < 500)
    browser = target.client()
    target.try_sign_in(browser, person.name, person.password)
    for path in ("/leagues/", "/accounts/profile/", "/accounts/security/", "/accounts/profile/data/"):
        status = browser.get(path).status_code
        yield Attempt(f"{path} opens between password and code: {status}", status == 302)


def _login_status(target: Target, person: Person, code: str) -> int:
    with target.client() as client:
        return target.api_login(client, person.name, person.password, code=code).status_code


def _sign_up(target: Target, name: str, email: str = "") -> httpx.Response:
    fields = {"username": name, "email": email or f"look{time.monotonic_ns()}@example.org", "password": PASSWORD}
    with target.client() as client:
        return client.post("/api/v1/auth/register", json=fields)


# As "alice" and "admin", which exist, to the eye or to a case-insensitive search.
LOOK_ALIKES = (
    "al\u0456ce", "\u0430lice", "\u0430lic\u0435", "adm\u0131n", "\uff41lice", "ALICE", "alice ", "al\u200bice",
    "al\u00adice", "\u202ealice", "al\u200dice", "\u0251lice", "\u03b1lice", "admin\u0301"[:5], "a\u217cice",
)  # fmt: skip
INVISIBLE = ("\u3164", "\u2800", "\u115f", "\uffa0", "\u200b", "\u00a0", "\u2060", "\u0301", "\ufe0f", "--", "...")


def names(target: Target) -> Iterator[Attempt]:
    for name in ("alice", "\u00c9mile"):
        _sign_up(target, name)
    for name in (*LOOK_ALIKES, *INVISIBLE, "\u00e9mile", "e\u0301mile"):
        status = _sign_up(target, name).status_code
        yield Attempt(f"{name!r} can sign up beside alice, admin and Émile: {status}", status == 400)
    person = target.person("names")
    for name in INVISIBLE:
        body = {"name": name}
        status = person.browser.post("/api/v1/leagues", json=body, headers=person.header).status_code
        yield Attempt(f"a league is called {name!r}: {status}", status == 400)
    for text in ("hi \u202egro.elpmaxe", "bell \u0007", "zero \u200b", "\ufeffmark"):
        response = person.browser.patch("/api/v1/auth/me", json={"bio": text}, headers=person.header)
        kept = response.json().get("bio", "") if response.status_code == 200 else ""
        hidden = [character for character in "\u202e\u0007\u200b\ufeff" if character in kept]
        yield Attempt(f"a bio keeps {hidden}", not hidden)


def enumeration(target: Target) -> Iterator[Attempt]:
    """Whether signing up or a reset tells that an address has an account."""
    known = target.person("known")
    with target.client() as client:
        responses = [
            _sign_up(target, f"probe{number}", email) for number, email in enumerate((known.email, "free@example.org"))
        ]
        statuses = [response.status_code for response in responses]
        yield Attempt(f"signing up tells a taken address: {statuses}", statuses[0] == statuses[1])
        seen = [_own_view(client, response) for response in responses]
        yield Attempt(f"one's own data tell a taken address: {seen}", seen[0] == seen[1])
        for path in ("/api/v1/auth/password-reset",):
            answers = [client.post(path, json={"email": email}) for email in (known.email, "nobody@example.org")]
            bodies = [(answer.status_code, answer.content) for answer in answers]
            yield Attempt(f"{path} tells who has an account: {bodies}", bodies[0] == bodies[1])
        wrong = [target.api_login(client, name, "a wrong one 123") for name in (known.name, "nobody99")]
        bodies = [(answer.status_code, answer.json()["error"]["message"]) for answer in wrong]
        yield Attempt(f"signing in tells who has an account: {bodies}", bodies[0] == bodies[1])


def _own_view(client: httpx.Client, signed_up: httpx.Response) -> object:
    header = {"Authorization": f"Bearer {signed_up.json()['access']}"}
    profile = client.get("/api/v1/auth/me", headers=header).json()
    data = client.get("/api/v1/auth/me/data", headers=header).json()
    addresses = [entry.get("verified") for entry in data.get("email_addresses", [])]
    return [bool(profile["email"]), addresses]


TOKEN_PATHS = ("/api/v1/auth/me", "/api/v1/leagues", "/api/v1/notifications", "/live/me/")


def deactivated(target: Target) -> Iterator[Attempt]:
    """Everything that a user had before an administrator deactivated them."""
    person = target.confirmed_person("gone")
    target.sign_in(person)
    calendar = person.browser.get("/api/v1/drafts/calendar", headers=person.header).json()["url"]
    yield Attempt("the calendar does not open before", person.browser.get(calendar).status_code == 200)
    target.manage(f"deactivate(user=User.objects.get(username={person.name!r}), now=timezone.now())")
    for path in TOKEN_PATHS:
        status = person.browser.get(path, headers=person.header).status_code
        yield Attempt(f"{path} opens with a token: {status}", status in (401, 403, 404))
    for path in ("/leagues/", "/accounts/profile/", "/accounts/security/"):
        status = person.browser.get(path).status_code
        yield Attempt(f"{path} opens with a session: {status}", status == 302)
    status = person.browser.get("/live/me/").status_code
    yield Attempt(f"a stream opens with a session: {status}", status in (401, 403, 404))
    status = person.browser.get(calendar).status_code
    yield Attempt(f"the calendar opens: {status}", status == 404)
    status = _status(target, "/api/v1/auth/refresh", {"refresh": person.tokens["refresh"]})
    yield Attempt(f"a refresh token works: {status}", status == 401)
    with target.client() as client:
        status = target.api_login(client, person.name, person.password).status_code
        yield Attempt(f"the API signs in: {status}", status in (400, 401))
        status = target.try_sign_in(client, person.name, person.password).status_code
        yield Attempt(f"the page signs in: {status}", status in (200, 422))


def odd_tokens(target: Target) -> list[str]:
    """Access tokens that somebody without the key can make."""
    person = target.person("forger")
    head, body, signature = person.tokens["access"].split(".")

    def encoded(text: str) -> str:
        return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()

    heads = [
        '{"alg":"none","typ":"JWT"}', '{"alg":"None"}', '{"alg":"HS512"}', '{"alg":"RS256"}',
        '{"alg":"HS256","kid":"../../dev/null"}', '{"alg":"HS256","jwk":{"kty":"oct","k":""}}', '{"alg":"ES256"}',
        '{"alg":"HS256","jku":"http://127.0.0.1:1/"}', "{}", "[]", "null",
    ]  # fmt: skip
    forged = [f"{encoded(one_head)}.{body}.{part}" for one_head in heads for part in ("", signature)]
    other = encoded('{"token_type":"access","user_id":"1","exp":9999999999,"aud":"fantasyf1-api","iss":"fantasyf1"}')
    forged += [f"{head}.{other}.{signature}", f"{head}.{body}.", f"{head}.{body}", f"{head}..{signature}", "...", "x"]
    return [*forged, person.tokens["refresh"], f"{head}.{body}.{signature[::-1]}", "\u00e9".encode().decode("latin-1")]


def forged_tokens(target: Target) -> Iterator[Attempt]:
    with target.client() as client:
        for token in odd_tokens(target):
            header = {b"Authorization": f"Bearer {token}".encode("latin-1")}
            for path in ("/api/v1/auth/me", "/live/me/"):
                status = client.get(path, headers=header).status_code
                yield Attempt(f"{path} opens with {token[:60]!r}: {status}", status in (400, 401, 403, 404))


ATTACKS = [
    Attack("e-mail takeover", "another e-mail address without the password, and the owner's undo link", email_takeover),
    Attack("lock-out", "wrong passwords and reset requests of strangers", lock_out),
    Attack("reset links", "altered, repeated and parallel use, and what was signed in before", reset_links),
    Attack("second factors", "set-up, reuse and guessing of codes, pages between password and code", second_factors),
    Attack("names", "look-alike, invisible and deceptive names and texts", names),
    Attack("enumeration", "who has an account, where e-mail is sent", enumeration),
    Attack("enumeration without mail", "who has an account, where no e-mail is sent", enumeration, "without mail"),
    Attack("deactivated user", "sessions, tokens, streams and links of a user who was deactivated", deactivated),
    Attack("forged tokens", "access tokens that somebody without the key can make", forged_tokens),
]
