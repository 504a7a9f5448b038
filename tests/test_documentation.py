"""What the documents and the deployment say about variables is what the settings read."""

import re

import pytest
import yaml
from django.conf import settings

SETTINGS = (settings.BASE_DIR / "fantasyf1" / "settings.py").read_text()
READ = set(re.findall(r'_read\(\s*"\w+", "([A-Z0-9_]+)"', SETTINGS))
COMPOSE = yaml.safe_load((settings.BASE_DIR / "docker-compose.yml").read_text())
# What the server's memory allocator reads, not ours (fantasyf1.processes): the container starts the server directly.
ALLOCATORS = {"_RJEM_MALLOC_CONF"}
OURS = ("prepare", "pages", "live", "worker", "beat")


def test_every_variable_is_documented():
    text = (settings.BASE_DIR / "docs" / "configuration.md").read_text()
    assert {name for name in READ if f"`{name}`" not in text} == set()


@pytest.mark.parametrize("service", OURS)
def test_the_deployment_sets_only_variables_that_are_read(service):
    assert set(COMPOSE["services"][service]["environment"]) <= READ | ALLOCATORS


def test_every_variable_without_a_default_is_in_the_example():
    text = (settings.BASE_DIR / "docker-compose.yml").read_text()
    example = (settings.BASE_DIR / "deploy" / "example.env").read_text()
    needed = set(re.findall(r"\$\{([A-Z0-9_]+):\?", text))
    assert needed <= set(re.findall(r"^([A-Z0-9_]+)=", example, re.MULTILINE))


@pytest.mark.parametrize("service", ["pages", "live", "worker", "postgresql", "redis"])
def test_every_service_that_answers_has_a_health_check(service):
    assert COMPOSE["services"][service]["healthcheck"]["test"]
