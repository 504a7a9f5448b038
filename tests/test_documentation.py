"""The variables, commands and files that the documentation and the deployment mention exist."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from fnmatch import fnmatchcase
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
    given = {name.removesuffix("_FILE") for name in COMPOSE["services"][service]["environment"]}
    assert given <= VARIABLES_READ | ALLOCATOR_VARIABLES


def test_every_variable_without_a_default_is_in_the_example():
    text = (settings.BASE_DIR / "docker-compose.yml").read_text()
    example = (settings.BASE_DIR / "deploy" / "example.env").read_text()
    needed = set(re.findall(r"\$\{([A-Z0-9_]+)(?::\?[^}]*)?\}", text))
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
    text = text.replace("${REQUIREMENTS}", re.findall(r"^ARG REQUIREMENTS=(\S+)", text, re.MULTILINE)[0])
    copied = [path for line in re.findall(r"^COPY (?!--from)(.+)", text, re.MULTILINE) for path in line.split()[:-1]]
    assert [path for path in copied if not (settings.BASE_DIR / path).exists()] == []
    assert "USER fantasyf1" in text
    ignored = (settings.BASE_DIR / ".dockerignore").read_text().split()
    assert {".*", "var", "secrets"} <= set(ignored)


def is_in_image(path: str) -> bool:
    """Whether .dockerignore leaves a file of the repository to the image. Its patterns begin at the root."""
    lines = (settings.BASE_DIR / ".dockerignore").read_text().splitlines()
    patterns = [line for line in lines if line and not line.startswith("#")]
    parts = path.split("/")
    above = [parts[: number + 1] for number in range(len(parts))]
    return not any(
        fnmatchcase(folders[-1], pattern.removeprefix("**/")) and (pattern.startswith("**/") or len(folders) == 1)
        for folders in above
        for pattern in patterns
    )


def test_the_image_has_what_the_site_needs_and_nothing_for_developers(tmp_path):
    listed = subprocess.run(["git", "ls-files"], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True)
    files = [path for path in listed.stdout.splitlines() if is_in_image(path)]
    assert [path for path in files if "tests/" in path or path.startswith(("docs/", "bench/", "."))] == []
    for path in files:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(settings.BASE_DIR / path, tmp_path / path)
    env = {"PATH": os.environ["PATH"], "FANTASYF1_HOME": str(tmp_path / "data"), "DEBUG": "true"}
    for command in (["manage.py", "prepare", "--empty"], ["-c", "import fantasyf1.ops.entrypoints, fantasyf1.asgi"]):
        done = subprocess.run(
            [sys.executable, *command], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


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


def test_the_deployment_is_what_the_compose_specification_allows():
    checked = subprocess.run(
        [
            Path(sys.executable).with_name("check-jsonschema"),
            "--builtin-schema",
            "vendor.compose-spec",
            "docker-compose.yml",
        ],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("service", OUR_SERVICES)
def test_our_services_may_do_nothing_but_their_work(service):
    described = COMPOSE["services"][service]
    assert described["read_only"] is True
    assert described["cap_drop"] == ["ALL"]
    assert described["security_opt"] == ["no-new-privileges:true"]
    assert described["mem_limit"]


def test_secrets_are_files_and_no_variables():
    files = {f"/run/secrets/{name}" for name in COMPOSE["secrets"]}
    configuration = {"prometheus": (settings.BASE_DIR / "deploy" / "prometheus" / "prometheus.yml").read_text()}
    for name, service in COMPOSE["services"].items():
        environment = service.get("environment", {})
        mounted = {f"/run/secrets/{secret}" for secret in service.get("secrets", [])}
        used = {value for key, value in environment.items() if key.endswith("_FILE")}
        used |= set(re.findall(r"/run/secrets/\w+", f"{service.get('command', '')} {configuration.get(name, '')}"))
        assert used == mounted <= files, name
        named = [key for key in environment if re.search("PASSWORD|SECRET|KEYS?$", key)]
        assert [key for key in named if not key.endswith("_FILE")] == []


def test_services_depend_on_services_that_exist():
    services = COMPOSE["services"]
    assert {name for service in services.values() for name in service.get("depends_on", [])} <= set(services)


def test_the_proxy_waits_for_the_services_that_it_uses():
    proxied = re.findall(r"\b([\w-]+):8000", (settings.BASE_DIR / "deploy" / "Caddyfile").read_text())
    assert sorted(set(proxied)) == ["live", "pages", "pages-2"]
    assert COMPOSE["services"]["caddy"]["depends_on"] == {name: {"condition": "service_healthy"} for name in proxied}


@pytest.fixture(scope="module")
def installation(tmp_path_factory) -> Path:
    """A folder in which script/setup has run."""
    folder: Path = tmp_path_factory.mktemp("installation")
    set_up(
        folder,
        FANTASYF1_DOMAIN="f1.example.org",
        EMAIL_URL="submission://u:p@mail.example.org:587",
        REGISTRATION="open",
    )
    return folder


def set_up(folder: Path, answers: str = "", **given: str) -> subprocess.CompletedProcess[str]:
    """Run script/setup with these variables, and these lines as input."""
    command = [settings.BASE_DIR / "script" / "setup", folder]
    env = {"PATH": os.environ["PATH"], **given}
    return subprocess.run(command, env=env, input=answers, capture_output=True, text=True, check=False)


def variables(folder: Path) -> dict[str, str]:
    lines = (folder / ".env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def secrets(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in (folder / "secrets").iterdir()}


def test_setup_writes_every_variable_and_secret(installation):
    given = variables(installation)
    assert given["FANTASYF1_DOMAIN"] == "f1.example.org"
    assert given["REGISTRATION"] == "open"
    assert given["DEFAULT_FROM_EMAIL"] == "Fantasy F1 <fantasyf1@f1.example.org>"
    assert given["FANTASYF1_VERSION"]
    assert set(secrets(installation)) == set(COMPOSE["secrets"])
    assert len(set(secrets(installation).values())) == len(COMPOSE["secrets"])
    assert (installation / ".env").stat().st_mode & 0o777 == 0o600
    assert (installation / "secrets").stat().st_mode & 0o777 == 0o700


def test_setup_asks_three_questions(tmp_path):
    done = set_up(tmp_path, "f1.example.org\nsmtp://mail.example.org:25\n\n")
    assert (done.returncode, done.stderr.count("?") + done.stderr.count(":")) >= (0, 3)
    assert variables(tmp_path)["REGISTRATION"] == "invite"
    assert secrets(tmp_path)["email_url"] == "smtp://mail.example.org:25"


def test_setup_changes_nothing_that_is_there(tmp_path):
    answers = {"FANTASYF1_DOMAIN": "f1.example.org", "EMAIL_URL": "smtp://a.example:25", "REGISTRATION": "closed"}
    set_up(tmp_path, **answers)
    (tmp_path / "secrets" / "redis_url").unlink()
    before, passwords = variables(tmp_path), secrets(tmp_path)
    assert set_up(tmp_path).returncode == 0, "it asks nothing that it knows"
    assert variables(tmp_path) == before
    assert secrets(tmp_path) == passwords | {"redis_url": f"redis://:{passwords['redis_password']}@cache:6379"}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"FANTASYF1_DOMAIN": "https://f1.example.org"}, "Not a domain"),
        ({"EMAIL_URL": "mail.example.org"}, "Not a mail server"),
        ({"REGISTRATION": "yes"}, "Not an answer"),
    ],
)
def test_setup_refuses_what_is_no_answer(tmp_path, wrong, said):
    answers = {"FANTASYF1_DOMAIN": "f1.example.org", "EMAIL_URL": "smtp://a.example:25", "REGISTRATION": "closed"}
    done = set_up(tmp_path, **(answers | wrong))
    assert done.returncode != 0
    assert said in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("service", OUR_SERVICES)
def test_documented_commands_accept_their_options(service, installation):
    check_command(shlex.split(interpolate(COMPOSE["services"][service]["command"], variables(installation))))


@pytest.mark.parametrize("service", ["worker", "clock", "beat"])
def test_health_checks_read_the_heartbeat_of_their_service(service):
    _, _, options, script, process = COMPOSE["services"][service]["healthcheck"]["test"]
    assert options == "-IS"
    assert settings.BASE_DIR / script == Path(heartbeats.__file__)
    assert process == service


def test_the_cache_may_evict_anything_and_the_broker_nothing(installation):
    commands = {name: COMPOSE["services"][name]["command"] for name in ("cache", "broker")}
    assert "--maxmemory-policy allkeys-lru" in commands["cache"]
    assert "--maxmemory-policy noeviction" in commands["broker"]
    urls = secrets(installation)
    assert urls["redis_url"].endswith("@cache:6379")
    assert urls["broker_url"].endswith("@broker:6379")


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


def test_the_settings_accept_the_variables_of_the_deployment(installation):
    given = COMPOSE["services"]["pages"]["environment"]
    environment = {
        name: interpolate(value, variables(installation)).replace("/run/secrets", str(installation / "secrets"))
        for name, value in given.items()
    }
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
