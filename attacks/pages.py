"""What a browser can be made to do: foreign hosts, missing headers, forged forms, redirects, fixed sessions."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from attacks.report import Attack, Attempt
from attacks.target import LINK, Target, submit
from tests.support.observatory import score
from tests.test_supervisor import wait_until

# Allowed by ALLOWED_HOSTS, with a port or spelling of somebody else's choice.
TRUSTED_SPELLINGS = ("127.0.0.1:6666", "localhost:6666", "localhost.", "[::1]:1")
FOREIGN_HOSTS = (
    "evil.example", "evil.example:80", "localhost.evil.example", "evil@localhost", "127.0.0.1.evil.example",
    "localhost:80@evil.example", "LOCALHOST\\.evil.example", "localhost, evil.example",
)  # fmt: skip
HOST_PATHS = ("/", "/api/v1/seasons", "/live/health", "/accounts/sign-in/")


def hosts(target: Target) -> Iterator[Attempt]:
    """Links in e-mails come from SITE_URL, whatever the request says; foreign hosts are refused without a traceback."""
    for host in TRUSTED_SPELLINGS:
        person = target.confirmed_person("host")
        before = len(target.emails_to(person.email))
        with target.client() as client:
            reset = client.post("/api/v1/auth/password-reset", json={"email": person.email}, headers={"Host": host})
        if reset.status_code == 400:
            yield Attempt(f"Host: {host}", True)
            continue
        wait_until(lambda person=person, before=before: len(target.emails_to(person.email)) > before)  # type: ignore[misc]
        links = LINK.findall(target.emails_to(person.email)[before])
        yield Attempt(f"Host: {host} is in the links {links}", all(link.startswith(target.url) for link in links))
    with target.client() as client:
        for host in FOREIGN_HOSTS:
            for path in HOST_PATHS:
                status = client.get(path, headers={"Host": host}).status_code
                yield Attempt(f"{path} for {host} responds {status}", status == 400)
        for header in ("X-Forwarded-Host", "Forwarded", "X-Host", "X-Original-URL", "X-Rewrite-URL"):
            page = client.get("/accounts/sign-in/", headers={header: "evil.example"})
            yield Attempt(f"{header} is in the page", page.status_code == 200 and "evil.example" not in page.text)
    yield Attempt("a foreign host writes a traceback", not [line for line in target.lines if "Traceback" in line])


PLACES = (
    "/", "/nowhere/", "/accounts/sign-in/", "/leagues/", "/static/nowhere.css", "/favicon.ico", "/robots.txt", "/sw.js",
    "/manifest.webmanifest", "/api/v1/seasons", "/api/v1/nowhere", "/api/v1/auth/me", "/api/docs", "/api/redoc",
    "/live/health", "/live/nowhere", "/live/drafts/1/", "/admin/login/", "/healthz", "/readyz", "/calendar/x.ics",
    "/watch/x/", "/pick/x/", "/accounts",
)  # fmt: skip
REQUIRED = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def headers(target: Target) -> Iterator[Attempt]:
    with target.client() as client:
        for path in PLACES:
            response = client.get(path)
            for name, value in REQUIRED.items():
                yield Attempt(f"{path} lacks {name}: {value}", response.headers.get(name) == value)
            policy = response.headers.get("content-security-policy", "")
            unsafe = "'unsafe-inline'" in policy or "'unsafe-eval'" in policy or "default-src 'none'" not in policy
            yield Attempt(f"{path} has the policy {policy!r}", not unsafe)
            # The most that a site without HTTPS gets.
            yield Attempt(f"{path} scores {score(response.headers)}", score(response.headers) >= 80)


REDIRECTS = (
    "https://evil.example/", "//evil.example/", "///evil.example", "/\\evil.example", "\\\\evil.example",
    "https:evil.example", "http:///evil.example", "javascript:alert(1)", "data:text/html,x", " //evil.example",
    "/%09/evil.example", "\t//evil.example", "//evil.example@127.0.0.1", "//127.0.0.1@evil.example",
    "https:/evil.example", "/\t/evil.example", "//evil%2eexample", "////evil.example", "http://127.0.0.1.evil.example/",
)  # fmt: skip


def redirects(target: Target) -> Iterator[Attempt]:
    person = target.person("redirect")
    for destination in REDIRECTS:
        with target.client() as browser:
            fields = {"login": person.name, "password": person.password, "next": destination}
            response = submit(browser, "/accounts/sign-in/", fields)
            location = response.headers.get("location", "")
            same_site = urlsplit(location).netloc in ("", f"127.0.0.1:{target.port}") and location.startswith("/")
            held = response.status_code == 302 and same_site and not location.startswith(("//", "/\\"))
            yield Attempt(f"next={destination!r} leads to {location!r}", held)


FORMS = (
    "/accounts/profile/email/",
    "/accounts/profile/delete/",
    "/accounts/sign-out/",
    "/leagues/new/",
    "/leagues/join/",
)


def forged_forms(target: Target) -> Iterator[Attempt]:
    """Posts of another site, which come with the cookies of the browser and without the token of the form."""
    person = target.person("forged")
    target.sign_in(person)
    for path in FORMS:
        for token in ({}, {"csrfmiddlewaretoken": "x" * 64}):
            status = person.browser.post(path, data={"name": "Forged", **token}).status_code
            yield Attempt(f"{path} takes a forged form: {status}", status == 403)
        status = person.browser.get("/accounts/sign-out/").status_code
        signed_in = person.browser.get("/leagues/").status_code == 200
        yield Attempt(f"a GET signs out: {status}", signed_in)
    for origin in ("https://evil.example", "null"):
        status = person.browser.post("/leagues/join/", data={"code": "x"}, headers={"Origin": origin}).status_code
        yield Attempt(f"a form of {origin} is taken: {status}", status == 403)


def sessions(target: Target) -> Iterator[Attempt]:
    """Fixation, sign-out, and one person's session in another's list."""
    person, other = target.person("session"), target.person("session")
    person.browser.cookies.set("sessionid", "a" * 32)
    target.sign_in(person)
    cookie = person.browser.cookies.get("sessionid", domain="127.0.0.1") or ""
    yield Attempt("a session that was fixed before is kept", cookie != "a" * 32)

    with target.client(Cookie=f"sessionid={cookie}") as thief:
        target.api_login(thief, other.name, other.password)
        mine = thief.get("/api/v1/auth/sign-ins", headers=person.header).json()["browsers"]
        theirs = thief.get("/api/v1/auth/sign-ins", headers=other.header).json()["browsers"]
        yield Attempt("signing in at the API hides somebody else's browser session", len(mine) == 1)
        yield Attempt("signing in at the API takes over a browser session", not theirs)
        status = thief.get("/api/v1/auth/me").status_code
        yield Attempt(f"a session cookie signs in at the API: {status}", status == 401)

    submit(person.browser, "/accounts/sign-out/", {}, form_at="/leagues/")
    with target.client(Cookie=f"sessionid={cookie}") as thief:
        status = thief.get("/leagues/").status_code
        yield Attempt(f"a session lives on after its sign-out: {status}", status == 302)


ATTACKS = [
    Attack("hosts", "foreign hosts and ports, in links and on every kind of path", hosts),
    Attack("headers", "pages and errors without their security headers", headers),
    Attack("redirects", "addresses of other sites as the page after signing in", redirects),
    Attack("forged forms", "posts without a CSRF token, or of another origin", forged_forms),
    Attack("sessions", "session fixation, API sign-in with a stolen cookie, a session after sign-out", sessions),
]
