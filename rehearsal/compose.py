"""The services of `docker-compose.yml`, with the variables interpolated as Compose does."""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
SITE_IMAGE = "fantasyf1"
VARIABLE = re.compile(r"\$(?:(?P<dollar>\$)|\{(?P<name>\w+)(?::-(?P<default>[^}]*)|:\?[^}]*)?\})")
SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0}


def interpolate(value: object, given: Mapping[str, str]) -> str:
    """The text of a value, with `${NAME}`, `${NAME:-default}`, `${NAME:?what to do}` and `$$` replaced.

    >>> interpolate("${A} ${B:-2} ${C:?choose one} $$D", {"A": "1", "C": "3"})
    '1 2 3 $D'
    """
    return VARIABLE.sub(
        lambda found: "$" if found["dollar"] else given.get(found["name"]) or found["default"] or "", str(value)
    )


@dataclass(frozen=True)
class Service:
    """One service of the file. `depends_on` maps the names of others to the condition to wait for."""

    name: str
    image: str
    command: list[str]
    environment: dict[str, str]
    healthcheck: list[str]
    depends_on: dict[str, str] = field(default_factory=dict)
    restart: str = "no"
    stop_grace_seconds: float = 10

    @property
    def program(self) -> str:
        """What the image contains, such as "redis" for redis:7."""
        return self.image.split(":")[0]


def load(given: Mapping[str, str], path: Path = ROOT / "docker-compose.yml") -> dict[str, Service]:
    """The services that start without a profile, by name. `given` are the variables of the file `.env`."""
    services = yaml.safe_load(path.read_text())["services"]
    return {
        name: _service(name, description, given)
        for name, description in services.items()
        if "profiles" not in description
    }


def _service(name: str, description: Mapping[str, Any], given: Mapping[str, str]) -> Service:
    depends_on = description.get("depends_on", {})
    if isinstance(depends_on, list):
        depends_on = {other: {"condition": "service_started"} for other in depends_on}
    environment = description.get("environment", {})
    return Service(
        name=name,
        image=interpolate(description["image"], given),
        command=_words(description.get("command", []), given),
        environment={key: interpolate(value, given) for key, value in environment.items()},
        healthcheck=_health_command(description.get("healthcheck", {}).get("test", []), given),
        depends_on={other: how["condition"] for other, how in depends_on.items()},
        restart=description.get("restart", "no"),
        stop_grace_seconds=_seconds(description.get("stop_grace_period", "10s")),
    )


def _words(command: str | list[str], given: Mapping[str, str]) -> list[str]:
    if isinstance(command, str):
        return shlex.split(interpolate(command, given))
    return [interpolate(word, given) for word in command]


def _health_command(test: str | list[str], given: Mapping[str, str]) -> list[str]:
    """The command of a health check, which is a list that begins with its kind."""
    if not test:
        return []
    kind, *words = _words(test, given)
    return words if kind == "CMD" else ["sh", "-c", " ".join(words)]


def _seconds(duration: str) -> float:
    """The seconds of a duration with one unit.

    >>> _seconds("20s"), _seconds("1m")
    (20.0, 60.0)
    """
    number, unit = re.fullmatch(r"([\d.]+)(ms|s|m)", duration).groups()  # type: ignore[union-attr]
    return float(number) * SECONDS[unit]
