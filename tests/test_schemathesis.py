"""Tests the API against its schema: schemathesis sends valid and invalid requests.

The schema must describe every response. First, four users request existing objects with every operation, and at least
one of them must succeed. Then come the edge cases of every parameter and body, and then random requests, each sent as
one of the four. All of it is rolled back. `SCHEMA_CASES` is the minimum number of requests; `SCHEMA_SEED` repeats the
same random ones.
"""

import itertools
import json
import os
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import hypothesis
import pytest
import schemathesis
from allauth.mfa.totp.internal import auth as totp
from django.core import signing
from django.db import transaction
from pytest_django import Settings
from schemathesis.checks import load_all_checks
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.generation.hypothesis.builder import HypothesisTestConfig, HypothesisTestMode, create_test
from schemathesis.generation.meta import TestPhase

from .conftest import Application
from .support.api_description import api_description
from .support.api_world import ApiWorld, make_api_world
from .support.cast import DRAFTING_AT, SetClock, access_token
from .support.scripted_server import ScriptedServer, always

SEED = int(os.environ.get("SCHEMA_SEED") or random.SystemRandom().getrandbits(32))
DESCRIPTION = json.dumps(api_description())
API = "/api/"
METHODS = ("get", "post", "put", "patch", "delete")
# A body can match the schema and still name a user who does not exist, or a password that is too easy to guess. It is
# refused with 400, which no schema can foresee. So only reads are checked for accepting valid requests.
UNSAFE_METHODS = ["POST", "PUT", "PATCH", "DELETE"]
EXISTING_VALUE_PROBABILITY = 0.7
Headers = Mapping[str, str]


def operations(description: dict[str, Any]) -> list[dict[str, Any]]:
    """The operations that Django serves: the live streams have their own server."""
    paths = {path: methods for path, methods in description["paths"].items() if path.startswith(API)}
    return [operation for methods in paths.values() for method, operation in methods.items() if method in METHODS]


OPERATIONS = operations(json.loads(DESCRIPTION))
TAGS = sorted({operation["tags"][0] for operation in OPERATIONS})
# An operation has more than 25 edge cases, about 45 on average.
RANDOM_CASES = max(int(os.environ.get("SCHEMA_CASES", "3000")) // len(OPERATIONS) - 25, 10)

HYPOTHESIS_SETTINGS = hypothesis.settings(
    max_examples=RANDOM_CASES,
    deadline=None,
    database=None,
    # No shrinking: a failure is shown as a request that can be sent again, which is short enough.
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
    suppress_health_check=list(hypothesis.HealthCheck),
)


@pytest.fixture(autouse=True)
def no_rate_limits_and_fast_hasher(settings: Settings) -> None:
    """Turn off the rate limits, and hash passwords fast."""
    settings.API_PER_MINUTE_AND_USER = settings.API_PER_MINUTE_AND_ADDRESS = 0


@pytest.fixture
def world(db: None, at: SetClock, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[ApiWorld]:
    at(DRAFTING_AT)
    settings.OUTGOING_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    settings.CONFIRM_EMAIL = True
    # Codes and secrets of authenticator apps work for minutes, and the requests take longer.
    for module in (totp, signing):
        monkeypatch.setattr(module, "time", SimpleNamespace(time=DRAFTING_AT.timestamp))
    with ScriptedServer(always(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")) as server:
        yield make_api_world(push_endpoint=server.url)


@pytest.fixture
def described(world: ApiWorld, application: Application) -> Any:
    """The schema as schemathesis reads it, with objects of this world as its examples."""
    description = json.loads(DESCRIPTION)
    for operation in operations(description):
        set_examples(operation, world.values(operation["operationId"]))
    schema = schemathesis.openapi.from_dict(description, config=schemathesis_config(world))
    schema.app = application
    return schema


def set_examples(operation: dict[str, Any], values: Mapping[str, Any]) -> None:
    for parameter in operation["parameters"]:
        name = parameter.get("name", "")
        if parameter.get("in") == "path" or (name.endswith("_id") and name in values):
            parameter["example"] = values[name]
    if content := operation.get("requestBody", {}).get("content", {}).get("application/json"):
        published = content.get("example") or next(iter(content.pop("examples").values()))["value"]
        content["example"] = {name: values.get(name, usual) for name, usual in published.items()}


def schemathesis_config(world: ApiWorld) -> SchemathesisConfig:
    """The configuration: random requests use existing values as well."""
    existing = {operation["operationId"]: existing_values(world, operation["operationId"]) for operation in OPERATIONS}
    return SchemathesisConfig.from_dict({
        "dictionaries": {
            f"{operation_id} {name}": {"values": [value]}
            for operation_id, values in existing.items()
            for name, value in values.items()
        },
        "operations": [
            {"include-operation-id": operation_id, "parameters": dictionary_parameters(operation_id, values)}
            for operation_id, values in existing.items()
        ]
        + [{"include-method": UNSAFE_METHODS, "checks": {"positive_data_acceptance": {"enabled": False}}}],
        # Text with a NUL is refused everywhere, which the schema does not say either. The senders add their tokens.
        "generation": {"allow-x00": False, "with-security-parameters": False},
        "analysis": {"constants": {"enabled": False}},
        "output": {"sanitization": {"enabled": False}},
    })  # fmt: skip


def existing_values(world: ApiWorld, operation_id: str) -> dict[str, str | int]:
    """Values of parameters for the dictionaries of schemathesis, which hold text and numbers, but no booleans."""
    values = world.values(operation_id).items()
    return {name: value for name, value in values if isinstance(value, str | int) and not isinstance(value, bool)}


def dictionary_parameters(operation_id: str, names: Mapping[str, Any]) -> dict[str, Any]:
    return {
        f"{where}.{name}": {"dictionary": f"{operation_id} {name}", "probability": EXISTING_VALUE_PROBABILITY}
        for name in names
        for where in ("path", "query", "body")
    }


class Sender:
    """Sends the cases of an operation, and records the outcomes."""

    def __init__(self, people: Mapping[str, Headers]) -> None:
        self.people = people
        self.turns = itertools.cycle(people)
        self.sent = 0
        self.reached: set[str] = set()
        self.failures: list[str] = []

    def send_all(self, operation: Any, config: Any) -> None:
        # The fixtures of schemathesis do the same, but need the operations before there is a database.
        how = HypothesisTestConfig(
            project=config, modes=list(HypothesisTestMode), settings=HYPOTHESIS_SETTINGS, seed=SEED
        )
        cases = create_test(operation=operation, test_func=self.send, config=how)
        try:
            cases()
        except BaseExceptionGroup as failed:
            self.failures += failure_messages(failed)

    def send(self, case: Any) -> None:
        """Send an example as every user, and any other case as the next user in turn."""
        is_example = case.meta.phase.name == TestPhase.EXAMPLES
        for role in self.people if is_example else [next(self.turns)]:
            with rolled_back():
                self.send_as(role, case)

    def send_as(self, role: str, case: Any) -> None:
        self.sent += 1
        answer = case.call_and_validate(headers=dict(self.people[role]))
        if 200 <= answer.status_code < 300:
            self.reached.add(case.operation.label)


def failure_messages(failed: BaseException) -> list[str]:
    """The message of schemathesis for every failure, with the request to send again."""
    if isinstance(failed, BaseExceptionGroup) and not isinstance(failed, FailureGroup):
        return [sentence for exception in failed.exceptions for sentence in failure_messages(exception)]
    return [str(failed)]


@contextmanager
def rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def sender(world: ApiWorld) -> Sender:
    load_all_checks()
    return Sender({
        role: {"Authorization": f"Bearer {access_token(user)}"} if user else {} for role, user in world.people.items()
    })  # fmt: skip


@pytest.mark.parametrize("tag", TAGS)
def test_every_response_matches_the_schema(tag, described, sender, record_property):
    asked = [
        operation
        for operation in (found.ok() for found in described.get_all_operations())
        if is_django_operation(operation, tag)
    ]
    for operation in asked:
        sender.send_all(operation, described.config)
    unreached = {operation.label for operation in asked} - sender.reached
    share = f"{len(asked) - len(unreached)} of {len(asked)} operations succeeded"
    record_property("said", f"{tag}: {sender.sent} requests, SCHEMA_SEED={SEED}, {share}")
    assert not sender.failures, "\n".join(sender.failures)
    assert unreached == set(), "tests/support/api_world.py has nothing to ask these for"


def is_django_operation(operation: Any, tag: str) -> bool:
    return bool(operation.tags[0] == tag and operation.path.startswith(API))
