"""Write the dashboards of Grafana in deploy/grafana/dashboards. With --check, fail if the files are outdated.

A panel is its title, its unit and its queries, each with a legend. The other keys of Grafana's JSON are the same
everywhere.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent.parent / "deploy" / "grafana" / "dashboards"
SOURCE = {"type": "prometheus", "uid": "prometheus"}
WIDTH, HEIGHT, COLUMNS = 8, 8, 3
SECONDS, BYTES, RATIO, COUNT, PER_SECOND = "s", "bytes", "percentunit", "short", "ops"


@dataclass(frozen=True)
class Panel:
    """A chart over time. `queries` are pairs of an expression and the legend of its series."""

    title: str
    unit: str
    queries: Sequence[tuple[str, str]]


def rate(metric: str, by: str = "", where: str = "") -> str:
    """How much a counter grows in a second, of all processes together."""
    grouped = f" by ({by})" if by else ""
    return f"sum{grouped} (rate(fantasyf1_{metric}{{{where}}}[$__rate_interval]))".replace("{}", "")


def quantile(share: float, metric: str, by: str = "", where: str = "") -> str:
    """A quantile of a histogram of all processes together."""
    buckets = rate(f"{metric}_bucket", f"le, {by}" if by else "le", where)
    return f"histogram_quantile({share:g}, {buckets})"


def mean(metric: str, by: str) -> str:
    """The mean of a summary or a histogram."""
    return f"{rate(f'{metric}_sum', by)} / {rate(f'{metric}_count', by)}"


def state(gauge: str, by: str = "") -> str:
    """A gauge of the state of the site, which several services say."""
    return f"max by ({by}) (fantasyf1_{gauge})" if by else f"max(fantasyf1_{gauge})"


def quantiles(metric: str, by: str = "") -> list[tuple[str, str]]:
    legend = f" {{{{{by}}}}}" if by else ""
    return [(quantile(share, metric, by), f"p{share * 100:g}{legend}") for share in (0.5, 0.95, 0.99)]


REQUESTS = "http_request_duration_seconds"
FAILED, HIT = 'status="5xx"', 'result="hit"'
DASHBOARDS: dict[str, tuple[str, list[Panel]]] = {
    "overview": (
        "Overview",
        [
            Panel("Requests", PER_SECOND, [(rate(f"{REQUESTS}_count", "status"), "{{status}}")]),
            Panel(
                "Share of requests that fail",
                RATIO,
                [
                    (
                        f"({rate(f'{REQUESTS}_count', where=FAILED)} or vector(0)) / {rate(f'{REQUESTS}_count')}",
                        "5xx",
                    )
                ],
            ),
            Panel("Time of a request", SECONDS, quantiles(REQUESTS)),
            Panel(
                "Slowest views (p95)",
                SECONDS,
                [(f"topk(10, {quantile(0.95, REQUESTS, 'view')})", "{{view}}")],
            ),
            Panel(
                "Most requested views",
                PER_SECOND,
                [(f"topk(10, {rate(f'{REQUESTS}_count', 'view')})", "{{view}}")],
            ),
            Panel("Refusals by rate limits", PER_SECOND, [(rate("rate_limit_refusals_total", "scope"), "{{scope}}")]),
            Panel("Alerts that fire", COUNT, [('count by (alertname) (ALERTS{alertstate="firing"})', "{{alertname}}")]),
            Panel(
                "Processor time",
                COUNT,
                [("sum by (job, process) (rate(process_cpu_seconds_total[$__rate_interval]))", "{{job}} {{process}}")],
            ),
            Panel("Memory", BYTES, [("sum by (job, process) (process_resident_memory_bytes)", "{{job}} {{process}}")]),
        ],
    ),
    "drafts": (
        "Drafts",
        [
            Panel("Open drafts", COUNT, [(state("drafts_open"), "open")]),
            Panel("Oldest turn that is over", SECONDS, [(state("draft_clock_overdue_seconds"), "overdue")]),
            Panel("Last sweep of the clocks", SECONDS, [(state("draft_clock_sweep_age_seconds"), "ago")]),
            Panel("Lateness of turns that ended", SECONDS, quantiles("draft_turn_lateness_seconds")),
            Panel("Time of a pick, request to commit", SECONDS, quantiles("pick_duration_seconds")),
            Panel("Picks", PER_SECOND, [(rate("pick_duration_seconds_count", "source"), "{{source}}")]),
            Panel("Live streams", COUNT, [("sum by (kind) (fantasyf1_streams_open)", "{{kind}}")]),
        ],
    ),
    "background": (
        "Background",
        [
            Panel("Messages in the queues", COUNT, [(state("queue_messages", "queue"), "{{queue}}")]),
            Panel("Oldest message", SECONDS, [(state("queue_oldest_age_seconds", "queue"), "{{queue}}")]),
            Panel("Wait for a worker (p95)", SECONDS, [(quantile(0.95, "task_wait_seconds", "queue"), "{{queue}}")]),
            Panel("Tasks", PER_SECOND, [(rate("task_duration_seconds_count", "task"), "{{task}}")]),
            Panel("Mean time of a task", SECONDS, [(mean("task_duration_seconds", "task"), "{{task}}")]),
            Panel("Tasks that fail", PER_SECOND, [(rate("task_failures_total", "task"), "{{task}}")]),
            Panel("Messages that are due", COUNT, [(state("outbox_waiting", "channel"), "{{channel}}")]),
            Panel(
                "Oldest message that is due", SECONDS, [(state("outbox_oldest_age_seconds", "channel"), "{{channel}}")]
            ),
            Panel("Parked messages", COUNT, [(state("outbox_parked", "channel"), "{{channel}}")]),
            Panel(
                "Age of heartbeats",
                SECONDS,
                [(f"time() - {state('process_heartbeat_timestamp_seconds', 'process')}", "{{process}}")],
            ),
        ],
    ),
    "results": (
        "Results",
        [
            Panel("Last completed check", SECONDS, [(state("feed_age_seconds"), "ago")]),
            Panel("Checks that fail", COUNT, [(state("result_checks_failing"), "failing")]),
            Panel("Oldest check that is due", SECONDS, [(state("result_check_overdue_seconds"), "overdue")]),
            Panel(
                "Requests to the F1 API",
                COUNT,
                [(state("f1_api_requests_left"), "left"), (state("f1_api_requests_per_hour"), "per hour")],
            ),
            Panel("Results in quarantine", COUNT, [(state("quarantined_results"), "open")]),
            Panel("Oldest result in quarantine", SECONDS, [(state("quarantine_oldest_age_seconds"), "age")]),
        ],
    ),
    "database": (
        "Database and cache",
        [
            Panel("Time of an SQL statement", SECONDS, quantiles("database_query_duration_seconds")),
            Panel("SQL statements", PER_SECOND, [(rate("database_query_duration_seconds_count"), "statements")]),
            Panel("SQL statements that fail", PER_SECOND, [(rate("database_errors_total", "error"), "{{error}}")]),
            Panel(
                "Statements of a request, by view",
                COUNT,
                [(f"topk(10, {mean('http_request_database_queries', 'view')})", "{{view}}")],
            ),
            Panel(
                "Time in the database, by view",
                SECONDS,
                [(f"topk(10, {mean('http_request_database_seconds', 'view')})", "{{view}}")],
            ),
            Panel(
                "Hits of the cache",
                RATIO,
                [
                    (
                        f"{rate('cache_requests_total', 'family', HIT)} / {rate('cache_requests_total', 'family')}",
                        "{{family}}",
                    )
                ],
            ),
            Panel("Errors of the cache", PER_SECOND, [(rate("cache_errors_total"), "errors")]),
            Panel(
                "Up",
                COUNT,
                [(state(f"{name}_up"), name) for name in ("database", "cache", "broker")],
            ),
            Panel(
                "Free space of the data volume",
                RATIO,
                [("min(fantasyf1_data_volume_free_bytes / fantasyf1_data_volume_size_bytes)", "free")],
            ),
        ],
    ),
}


def dashboard(name: str) -> dict[str, Any]:
    """The JSON of a dashboard as Grafana reads it."""
    title, panels = DASHBOARDS[name]
    return {
        "uid": f"fantasyf1-{name}",
        "title": title,
        "tags": ["fantasyf1"],
        "schemaVersion": 39,
        "editable": True,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {"list": []},
        "links": [
            {"type": "dashboards", "tags": ["fantasyf1"], "title": "Fantasy F1", "asDropdown": False, "keepTime": True}
        ],
        "panels": [_panel(number, panel) for number, panel in enumerate(panels)],
    }


def _panel(number: int, panel: Panel) -> dict[str, Any]:
    row, column = divmod(number, COLUMNS)
    return {
        "id": number + 1,
        "type": "timeseries",
        "title": panel.title,
        "datasource": SOURCE,
        "gridPos": {"x": column * WIDTH, "y": row * HEIGHT, "w": WIDTH, "h": HEIGHT},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}},
        "targets": [
            {"refId": chr(ord("A") + place), "datasource": SOURCE, "expr": expression, "legendFormat": legend}
            for place, (expression, legend) in enumerate(panel.queries)
        ],
    }


def files() -> dict[Path, str]:
    """The text of each file."""
    return {FOLDER / f"{name}.json": json.dumps(dashboard(name), indent=2) + "\n" for name in DASHBOARDS}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="script/dashboards.py", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit with 1 if a file is outdated")
    options = parser.parse_args(arguments)
    outdated = [path for path, text in files().items() if not path.exists() or path.read_text() != text]
    outdated += [path for path in FOLDER.glob("*.json") if path not in files()]
    if options.check and outdated:
        print(f"Outdated: {', '.join(path.name for path in outdated)}. Run .venv/bin/python script/dashboards.py")
        return 1
    for path in outdated:
        if path in files():
            path.write_text(files()[path])
        else:
            path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
