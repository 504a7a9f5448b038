"""What somebody finds who can read the machine's files or the log."""

from collections.abc import Iterator

from attacks.accounts import with_codes
from attacks.report import Attack, Attempt
from attacks.target import Target


def file_modes(target: Target) -> Iterator[Attempt]:
    """The folder existed before the first start, and was readable for everyone."""
    mode = target.home.stat().st_mode & 0o777
    yield Attempt(f"the data folder has mode {mode:o}", mode == 0o700)
    static = target.home / "static"  # what everyone may download
    for path in (path for path in target.home.rglob("*") if not path.is_relative_to(static)):
        mode = path.stat().st_mode & 0o777
        yield Attempt(f"{path.relative_to(target.home)} has mode {mode:o}", mode & 0o077 == 0)


def secrets_at_rest(target: Target) -> Iterator[Attempt]:
    person = target.person("secret")
    secret, codes = with_codes(target, person)
    target.sign_in(target.person("secret"))
    stored = b"".join(path.read_bytes() for path in target.home.rglob("*.sqlite3*"))
    hidden = {
        "the TOTP secret": secret,
        "a recovery code": codes[0],
        "the password": person.password,
        "the refresh token": person.tokens["refresh"],
        "the access token": person.tokens["access"],
    }
    for name, value in hidden.items():
        yield Attempt(f"{name} is stored in plain text", value.encode() not in stored)
        yield Attempt(f"{name} is in the log", not [line for line in target.lines if value in line])


ATTACKS = [
    Attack("file modes", "the files of a data folder that others could read before", file_modes),
    Attack("secrets at rest", "secrets in the database files and in the log", secrets_at_rest),
]
