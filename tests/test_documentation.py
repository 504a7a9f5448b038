"""The variables, commands and files that the documentation and the deployment mention exist."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands, load_command_class
from environs import Env
from granian.cli import cli as granian

from fantasyf1.ops import heartbeats
from fantasyf1.ops.entrypoints import ENTRYPOINTS
from rehearsal.compose import interpolate

SETTINGS = "".join(path.read_text() for path in (settings.BASE_DIR / "fantasyf1" / "settings").glob("*.py"))
VARIABLES_READ = set(re.findall(r'\bread\(\s*"\w+", "([A-Z0-9_]+)"', SETTINGS))
COMPOSE = yaml.safe_load((settings.BASE_DIR / "docker-compose.yml").read_text())
# The server's memory allocator reads these, not the settings: the container starts the server directly.
ALLOCATOR_VARIABLES = {"_RJEM_MALLOC_CONF"}
OUR_SERVICES = ("prepare", "pages", "pages-2", "live", "worker", "clock", "beat")


def test_every_variable_is_documented():
    text = (settings.BASE_DIR / "docs" / "configuration.md").read_text()
    assert {name for name in VARIABLES_READ if f"`{name}`" not in text} == set()


@pytest.mark.parametrize("service", OUR_SERVICES)
def test_the_deployment_sets_only_variables_that_are_read(service):
    assert set(COMPOSE["services"][service]["environment"]) <= VARIABLES_READ | ALLOCATOR_VARIABLES


def test_every_variable_without_a_default_is_in_the_example():
    text = (settings.BASE_DIR / "docker-compose.yml").read_text()
    example = (settings.BASE_DIR / "deploy" / "example.env").read_text()
    needed = set(re.findall(r"\$\{([A-Z0-9_]+):\?", text))
    assert needed <= set(re.findall(r"^([A-Z0-9_]+)=", example, re.MULTILINE))


@pytest.mark.parametrize("service", ["pages", "pages-2", "live", "postgresql", "cache", "broker"])
def test_every_service_with_a_port_has_a_health_check(service):
    assert COMPOSE["services"][service]["healthcheck"]["test"]


@pytest.mark.parametrize("service", OUR_SERVICES[1:])
def test_every_process_of_ours_has_a_health_check(service):
    assert COMPOSE["services"][service]["healthcheck"]["test"][0] == "CMD"


def test_one_service_builds_the_image_of_all():
    """If several services export the same image at once, they fail when the image does not exist yet."""
    services = COMPOSE["services"]
    assert [name for name, service in services.items() if "build" in service] == ["prepare"]
    images = {interpolate(services[name]["image"], {"FANTASYF1_VERSION": "v0.1.0"}) for name in OUR_SERVICES}
    assert images == {"fantasyf1:v0.1.0"}
    assert {services[name]["pull_policy"] for name in OUR_SERVICES} == {"never"}


def test_the_image_copies_files_that_exist():
    build = COMPOSE["services"]["prepare"]["build"]
    text = (settings.BASE_DIR / build["context"] / build["dockerfile"]).read_text()
    copied = [path for line in re.findall(r"^COPY (.+)", text, re.MULTILINE) for path in line.split()[:-1]]
    assert [path for path in copied if not (settings.BASE_DIR / path).exists()] == []
    assert "USER fantasyf1" in text
    ignored = (settings.BASE_DIR / ".dockerignore").read_text().split()
    assert {".git", ".venv", "var", ".env"} <= set(ignored)


def test_mounted_files_and_volumes_exist():
    mounts = [mount for service in COMPOSE["services"].values() for mount in service.get("volumes", [])]
    sources = {mount.split(":")[0] for mount in mounts}
    folders = {source for source in sources if source.startswith(".")}
    assert sources - folders == set(COMPOSE["volumes"])
    assert [source for source in folders if not (settings.BASE_DIR / source).exists()] == []


@pytest.mark.parametrize("service", OUR_SERVICES)
def test_our_services_wait_for_what_they_use(service):
    waits_for = COMPOSE["services"][service]["depends_on"]
    healthy = {name for name, how in waits_for.items() if how["condition"] == "service_healthy"}
    assert {"postgresql", "cache", "broker"} <= healthy


# What Compose knows of a service, as far as this file uses it.
SERVICE_KEYS = {
    "build", "command", "depends_on", "environment", "healthcheck", "image", "init", "logging", "networks", "ports",
    "profiles", "pull_policy", "restart", "secrets", "shm_size", "stop_grace_period", "volumes",
}  # fmt: skip


@pytest.mark.parametrize("service", COMPOSE["services"])
def test_services_have_only_keys_that_compose_knows(service):
    assert COMPOSE["services"][service].keys() <= SERVICE_KEYS


def test_services_depend_on_services_that_exist():
    services = COMPOSE["services"]
    assert {name for service in services.values() for name in service.get("depends_on", [])} <= set(services)


def test_the_proxy_waits_for_the_services_that_it_uses():
    proxied = re.findall(r"\b([\w-]+):8000", (settings.BASE_DIR / "deploy" / "Caddyfile").read_text())
    assert sorted(proxied) == ["live", "pages", "pages-2"]
    assert COMPOSE["services"]["caddy"]["depends_on"] == {name: {"condition": "service_healthy"} for name in proxied}


EXAMPLE_ENV = {
    "POSTGRES_PASSWORD": "letters",
    "SECRET_KEY": "abcdefghij" * 6,
    "JWT_SIGNING_KEY": "klmnopqrst" * 6,
    "FANTASYF1_DOMAIN": "f1.example.org",
    "ADMIN_PASSWORD": "a cold front over Spa",
    "EMAIL_URL": "submission://user:password@mail.example.org:587",
    "DEFAULT_FROM_EMAIL": "Fantasy F1 <fantasyf1@f1.example.org>",
}


@pytest.mark.parametrize("service", OUR_SERVICES)
def test_documented_commands_accept_their_options(service):
    check_command(shlex.split(interpolate(COMPOSE["services"][service]["command"], EXAMPLE_ENV)))


@pytest.mark.parametrize("service", ["worker", "clock", "beat"])
def test_health_checks_read_the_heartbeat_of_their_service(service):
    _, _, options, script, process = COMPOSE["services"][service]["healthcheck"]["test"]
    assert options == "-IS"
    assert settings.BASE_DIR / script == Path(heartbeats.__file__)
    assert process == service


def test_the_cache_may_evict_anything_and_the_broker_nothing():
    commands = {name: COMPOSE["services"][name]["command"] for name in ("cache", "broker")}
    assert "--maxmemory-policy allkeys-lru" in commands["cache"]
    assert "--maxmemory-policy noeviction" in commands["broker"]
    environment = COMPOSE["services"]["pages"]["environment"]
    assert environment["REDIS_URL"].endswith("@cache:6379")
    assert environment["BROKER_URL"].endswith("@broker:6379")


def check_command(words: list[str]) -> None:
    """Parse the command's options with the program that it names, without running it."""
    match words:
        case ["python", "manage.py", name, *options]:
            command = load_command_class(get_commands()[name], name)
            command.create_parser("manage.py", name).parse_args(options)
        case ["python", "-m", "fantasyf1.ops.entrypoints", name]:
            assert name in ENTRYPOINTS
        case ["granian", *options]:
            granian.make_context("granian", options)
        case _:
            raise AssertionError(f"nobody knows {words}")


def test_the_settings_accept_the_variables_of_the_deployment():
    given = COMPOSE["services"]["pages"]["environment"]
    environment = {name: interpolate(value, EXAMPLE_ENV) for name, value in given.items()}
    manage = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    checked = subprocess.run(
        manage,
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], "FANTASYF1_HOME": str(settings.FANTASYF1_HOME), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize(
    ("address", "port", "tls", "ssl"),
    [
        ("submission://user:p%40ss@host:587", 587, True, False),
        ("smtp://user:p%40ss@host:465/?ssl=true", 465, False, True),
    ],
)
def test_documented_email_urls_mean_what_is_said(monkeypatch, address, port, tls, ssl):
    monkeypatch.setenv("EMAIL_URL", address)
    mail = Env(eager=True).dj_email_url("EMAIL_URL")
    assert mail["EMAIL_BACKEND"].endswith("smtp.EmailBackend")
    assert (mail["EMAIL_PORT"], mail["EMAIL_USE_TLS"], mail["EMAIL_USE_SSL"]) == (port, tls, ssl)
    assert mail["EMAIL_HOST_PASSWORD"] == "p@ss"
    documented = (settings.BASE_DIR / "docs" / "configuration.md").read_text()
    assert address.replace("p%40ss", "password") in documented
