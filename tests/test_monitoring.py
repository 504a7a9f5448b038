"""Prometheus: every alert fires when it should and is silent otherwise, names metrics that exist, and has a runbook."""

import json
import re
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from django.conf import settings

from fantasyf1.metrics.gauges import GAUGES
from fantasyf1.metrics.processes import REGISTRY
from tests.support.servers import Server, database_env
from tests.test_supervisor import clean_env, free_port, wait_until

DEPLOYMENT = settings.BASE_DIR / "deploy"
ALERTS = DEPLOYMENT / "prometheus" / "alerts.yml"
CONFIGURATION = DEPLOYMENT / "prometheus" / "prometheus.yml"
RULES = {rule["alert"]: rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]}
# What Prometheus itself adds for each target.
OWN_METRICS = {"up"}

needs_promtool = pytest.mark.skipif(not shutil.which("promtool"), reason="needs promtool, from the package prometheus")
needs_prometheus = pytest.mark.skipif(not shutil.which("prometheus"), reason="needs prometheus")

# -- an evening on which everything works, in the form of promtool's tests ---------------------------------------------

LATENESS = 'fantasyf1_draft_turn_lateness_seconds_bucket{le="%s"}'
REQUESTS = "fantasyf1_http_request_duration_seconds_%s{%s}"
GOOD_BUCKET = REQUESTS % ("bucket", 'method="GET",le="0.1"')
SLOW_BUCKET = REQUESTS % ("bucket", 'method="GET",le="10"')
ALL_BUCKET = REQUESTS % ("bucket", 'method="GET",le="+Inf"')
HEARTBEAT = 'fantasyf1_process_heartbeat_timestamp_seconds{process="%s"}'
# Samples are a minute apart, for three hours; the clock of the tests begins at 0.
GOOD_EVENING = {
    'up{instance="pages:8000"}': "1x180",
    "fantasyf1_draft_clock_overdue_seconds": "2x180",
    "fantasyf1_draft_clock_sweep_age_seconds": "3x180",
    LATENESS % 3: "0+10x180",
    LATENESS % 30: "0+10x180",
    LATENESS % "+Inf": "0+10x180",
    REQUESTS % ("count", 'status="2xx"'): "0+1000x180",
    REQUESTS % ("count", 'status="5xx"'): "0+1x180",
    GOOD_BUCKET: "0+1000x180",
    SLOW_BUCKET: "0+1000x180",
    ALL_BUCKET: "0+1000x180",
    'fantasyf1_rate_limit_refusals_total{scope="sign in as"}': "0+1x180",
    'fantasyf1_rate_limit_refusals_total{scope="card:league"}': "0+1000x180",
    HEARTBEAT % "worker": "0+60x180",
    HEARTBEAT % "clock": "0+60x180",
    HEARTBEAT % "beat": "0+60x180",
    'fantasyf1_process_healthy{process="worker"}': "1x180",
    "fantasyf1_machine_up": "1x180",
    'fantasyf1_queue_oldest_age_seconds{queue="clock"}': "1x180",
    'fantasyf1_task_failures_total{task="any"}': "0+0x180",
    'fantasyf1_outbox_oldest_age_seconds{channel="e-mail"}': "20x180",
    "fantasyf1_database_up": "1x180",
    "fantasyf1_cache_up": "1x180",
    "fantasyf1_broker_up": "1x180",
    "fantasyf1_data_volume_size_bytes": "100x180",
    "fantasyf1_data_volume_free_bytes": "50x180",
    "fantasyf1_certificate_expiry_timestamp_seconds": "5184000x180",
    "fantasyf1_backup_last_success_timestamp_seconds": "0x180",
    "fantasyf1_result_checks_failing": "0x180",
    "fantasyf1_result_check_overdue_seconds": "3000x180",
    "fantasyf1_race_weekend": "1x180",
    "fantasyf1_quarantine_oldest_age_seconds": "3600x180",
    "fantasyf1_f1_api_requests_left": "400x180",
}
MISSING = "_x180"
# What is different when the alert fires, after three hours of it.
TROUBLES: dict[str, list[dict[str, str]]] = {
    "PickClockLate": [{"fantasyf1_draft_clock_overdue_seconds": "16x180"}],
    "ClocksNotSwept": [{"fantasyf1_draft_clock_sweep_age_seconds": "61x180"}],
    "TurnsEndLate": [{LATENESS % 3: "0+8x180"}],
    "TargetDown": [{'up{instance="pages:8000"}': "0x180"}],
    "ServerErrors": [{REQUESTS % ("count", 'status="5xx"'): "0+30x180"}],
    "PagesSlow": [{GOOD_BUCKET: "0+950x180"}],
    "SignInRefusals": [
        {'fantasyf1_rate_limit_refusals_total{scope="sign in as"}': "0+20x180"},
        {'fantasyf1_rate_limit_refusals_total{scope="codes of"}': "0+20x180"},
    ],
    "ProcessNotRunning": [{HEARTBEAT % "clock": "0x180"}, {HEARTBEAT % "beat": MISSING}],
    "ProcessUnhealthy": [{'fantasyf1_process_healthy{process="worker"}': "0x180"}],
    "QueueOld": [{'fantasyf1_queue_oldest_age_seconds{queue="clock"}': "121x180"}],
    "TasksFail": [{'fantasyf1_task_failures_total{task="any"}': "0+1x180"}],
    "OutboxOld": [{'fantasyf1_outbox_oldest_age_seconds{channel="e-mail"}': "601x180"}],
    "DatabaseDown": [{"fantasyf1_database_up": "0x180"}],
    "CacheDown": [{"fantasyf1_cache_up": "0x180"}],
    "BrokerDown": [{"fantasyf1_broker_up": "0x180"}],
    "DataVolumeFull": [{"fantasyf1_data_volume_free_bytes": "9x180"}],
    "CertificateExpires": [{"fantasyf1_certificate_expiry_timestamp_seconds": "604800x180"}],
    "BackupOld": [
        {"fantasyf1_backup_last_success_timestamp_seconds": MISSING},
        {"fantasyf1_backup_last_success_timestamp_seconds": "-172800x180"},
    ],
    "FeedStale": [
        {"fantasyf1_result_checks_failing": "2x180"},
        {"fantasyf1_result_check_overdue_seconds": "43201x180"},
    ],
    "QuarantineOpen": [{"fantasyf1_quarantine_oldest_age_seconds": "86401x180"}],
    "F1ApiBudgetUsedUp": [{"fantasyf1_f1_api_requests_left": "0x180"}],
}
# What must not fire: the same trouble, where it is none.
CALM: list[dict[str, str]] = [
    {},
    # Outside of race weekends, the feed may wait.
    {"fantasyf1_result_checks_failing": "2x180", "fantasyf1_race_weekend": "0x180"},
    # Two of three requests at night.
    {REQUESTS % ("count", 'status="2xx"'): "0+0.1x180", REQUESTS % ("count", 'status="5xx"'): "0+0.2x180"},
]


def firing(folder: Path, changes: dict[str, str]) -> set[str]:
    """The alerts that fire after three hours of this, by promtool's count of what it did not expect."""
    series = [{"series": name, "values": values} for name, values in (GOOD_EVENING | changes).items()]
    expected = [{"eval_time": "3h", "alertname": alert, "exp_alerts": []} for alert in RULES]
    case = {"interval": "1m", "input_series": series, "alert_rule_test": expected}
    path = folder / "alerts.test.yml"
    path.write_text(yaml.safe_dump({"rule_files": [str(ALERTS)], "evaluation_interval": "1m", "tests": [case]}))
    done = subprocess.run(["promtool", "test", "rules", str(path)], capture_output=True, text=True)
    found = set(re.findall(r"alertname: (\w+), time", done.stdout + done.stderr))
    assert bool(found) == bool(done.returncode), done.stdout + done.stderr
    return found


def test_every_alert_is_provoked():
    assert TROUBLES.keys() == RULES.keys()


@needs_promtool
@pytest.mark.parametrize(
    ("alert", "changes"), [(alert, changes) for alert, cases in TROUBLES.items() for changes in cases]
)
def test_an_alert_fires_alone(tmp_path, alert, changes):
    assert firing(tmp_path, changes) == {alert}


@needs_promtool
@pytest.mark.parametrize("changes", CALM)
def test_no_alert_fires_on_a_good_evening(tmp_path, changes):
    assert firing(tmp_path, changes) == set()


# -- names and runbooks ------------------------------------------------------------------------------------------------


def metric_names() -> set[str]:
    """The names of all samples that the site can expose."""
    suffixes = {"histogram": ("_bucket", "_count", "_sum"), "summary": ("_count", "_sum"), "counter": ("_total",)}
    own = {metric.name + suffix for metric in REGISTRY.collect() for suffix in suffixes.get(metric.type, ("",))}
    return own | GAUGES.keys()


def names_in(expression: str) -> set[str]:
    """The names of the metrics in an expression."""
    return set(re.findall(r"\b(?:fantasyf1|process)_\w+|\bup\b", re.sub(r'"[^"]*"|\bby \([^)]*\)', "", expression)))


@pytest.mark.parametrize("alert", RULES)
def test_an_alert_names_metrics_that_exist(alert):
    names = names_in(RULES[alert]["expr"])
    assert names
    assert names <= metric_names() | OWN_METRICS


def heading_anchors(text: str) -> set[str]:
    """The anchors of the headings of a document, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^a-z0-9 _-]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("alert", RULES)
def test_an_alert_says_what_it_means_and_where_its_runbook_is(alert):
    notes = RULES[alert]["annotations"]
    assert notes.keys() == {"summary", "description", "runbook_url"}
    document, _, anchor = notes["runbook_url"].partition("#")
    assert anchor in heading_anchors((settings.BASE_DIR / document).read_text())
    assert RULES[alert]["labels"]["severity"] in ("warning", "critical")


def test_names_of_metrics_follow_the_conventions():
    counters = {metric.name for metric in REGISTRY.collect() if metric.type == "counter"}
    for name in metric_names():
        assert re.fullmatch(r"(fantasyf1|process)(_[a-z0-9]+)+", name), name
        assert not re.search(r"_(ms|milliseconds|minutes|hours|kb|kilobytes|percent)(_|$)", name), name
        assert name.endswith("_total") == (name.removesuffix("_total") in counters), name


# -- dashboards --------------------------------------------------------------------------------------------------------

DASHBOARDS = {path.stem: json.loads(path.read_text()) for path in (DEPLOYMENT / "grafana/dashboards").glob("*.json")}
QUERIES = sorted(
    {
        target["expr"].replace("$__rate_interval", "1m")
        for dashboard in DASHBOARDS.values()
        for panel in dashboard["panels"]
        for target in panel["targets"]
    }
)


def test_the_files_of_the_dashboards_are_up_to_date():
    command = [sys.executable, "script/dashboards.py", "--check"]
    done = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_dashboards_have_addresses_of_their_own_and_the_provisioned_source():
    folder = DEPLOYMENT / "grafana" / "provisioning"
    (source,) = yaml.safe_load((folder / "datasources" / "prometheus.yml").read_text())["datasources"]
    assert len({dashboard["uid"] for dashboard in DASHBOARDS.values()}) == len(DASHBOARDS) == 5
    for dashboard in DASHBOARDS.values():
        assert {panel["datasource"]["uid"] for panel in dashboard["panels"]} == {source["uid"]}
        assert len({panel["title"] for panel in dashboard["panels"]}) == len(dashboard["panels"])


def test_panels_name_metrics_that_exist():
    used = set().union(*(names_in(expression) for expression in QUERIES))
    assert used <= metric_names()


@pytest.mark.parametrize("service", ["prometheus", "grafana"])
def test_the_monitoring_is_not_open_to_the_internet_and_mounts_files_that_exist(service):
    described = yaml.safe_load((settings.BASE_DIR / "docker-compose.yml").read_text())["services"][service]
    assert described["profiles"] == ["monitoring"]
    assert all(port.startswith("127.0.0.1:") for port in described["ports"])
    mounted = [volume.split(":")[0] for volume in described["volumes"] if volume.startswith(".")]
    assert mounted
    assert all((settings.BASE_DIR / path).is_dir() for path in mounted)


def test_prometheus_asks_every_process_of_the_deployment():
    compose = yaml.safe_load((settings.BASE_DIR / "docker-compose.yml").read_text())["services"]
    jobs = yaml.safe_load(CONFIGURATION.read_text())["scrape_configs"]
    targets = {target for job in jobs for config in job["static_configs"] for target in config["targets"]}
    port = compose["worker"]["environment"]["METRICS_ADDRESS"].split(":")[1]
    assert targets == {
        *(f"{name}:8000" for name in ("pages", "pages-2", "live")),
        *(f"{name}:{port}" for name in ("worker", "clock", "beat")),
    }
    assert {job["authorization"]["credentials_file"] for job in jobs} == {"/run/secrets/metrics_token"}


# -- a real Prometheus -------------------------------------------------------------------------------------------------


@pytest.fixture
def prometheus(tmp_path):
    """A Prometheus with our alerts, which scrapes one running site. Returns a client of its API."""
    port = free_port()
    with database_env(tmp_path) as env:
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "-v", "0"], cwd=settings.BASE_DIR, env=clean_env(**env), check=True
        )
        server = Server(env | {"HTTPS": "false"})
        configuration: dict[str, Any] = yaml.safe_load(CONFIGURATION.read_text())
        configuration["rule_files"] = [str(ALERTS)]
        configuration["global"] |= {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
        configuration["scrape_configs"] = [
            {"job_name": "pages", "static_configs": [{"targets": [f"127.0.0.1:{server.port}"]}]}
        ]
        (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(configuration))
        with (tmp_path / "prometheus.log").open("w") as log:
            process = subprocess.Popen(
                [
                    "prometheus",
                    f"--config.file={tmp_path / 'prometheus.yml'}",
                    f"--storage.tsdb.path={tmp_path / 'tsdb'}",
                    f"--web.listen-address=127.0.0.1:{port}",
                ],
                stdout=log,
                stderr=log,
            )
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1", timeout=30) as client:
                wait_until(lambda: _is_ready(port))
                httpx.get(f"http://127.0.0.1:{server.port}/")
                yield client
        finally:
            process.kill()
            process.wait()
            server.stop()


def _is_ready(port: int) -> bool:
    with suppress(httpx.HTTPError):
        return httpx.get(f"http://127.0.0.1:{port}/-/ready", timeout=5).status_code == 200
    return False


def query(client: httpx.Client, expression: str) -> list[dict[str, Any]]:
    answer = client.get("/query", params={"query": expression}).json()
    assert answer["status"] == "success", answer
    found: list[dict[str, Any]] = answer["data"]["result"]
    return found


@needs_prometheus
def test_a_real_prometheus_scrapes_the_site_and_evaluates_the_alerts(prometheus):
    wait_until(lambda: query(prometheus, 'fantasyf1_http_request_duration_seconds_count{view="home"} > 0'))
    assert query(prometheus, "up == 1")
    for expression in QUERIES:
        query(prometheus, expression)
    assert query(prometheus, "fantasyf1_database_up == 1")
    assert query(prometheus, 'process_resident_memory_bytes{process="web"} > 1e7')

    def rules() -> list[dict[str, Any]]:
        groups = prometheus.get("/rules").json()["data"]["groups"]
        return [rule for group in groups for rule in group["rules"]]

    wait_until(lambda: all(rule["health"] == "ok" for rule in rules()))
    assert {rule["name"] for rule in rules()} == set(RULES)
