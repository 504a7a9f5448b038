"""The gauges of the state of the site: names, helps and labels. `sources` reads their values."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily


class Value(NamedTuple):
    """The value of a gauge, with a value for its label if it has one."""

    gauge: str
    value: float
    label: str = ""


# Help, and the name of the label if there is one.
GAUGES: dict[str, tuple[str, str]] = {
    "fantasyf1_database_up": ("Whether the database responds in time.", ""),
    "fantasyf1_cache_up": ("Whether the cache responds in time.", ""),
    "fantasyf1_broker_up": ("Whether the broker responds in time.", ""),
    "fantasyf1_machine_up": ("Whether the data directory could be read in time.", ""),
    "fantasyf1_certificate_up": ("Whether the certificate could be read in time.", ""),
    "fantasyf1_drafts_open": ("Drafts that are open.", ""),
    "fantasyf1_draft_clock_overdue_seconds": ("How long the oldest turn has been over without being ended.", ""),
    "fantasyf1_draft_clock_sweep_age_seconds": ("Time since the clocks of the drafts were last swept.", ""),
    "fantasyf1_outbox_waiting": ("Messages that are due and not sent.", "channel"),
    "fantasyf1_outbox_oldest_age_seconds": ("Age of the oldest message that is due and not sent.", "channel"),
    "fantasyf1_outbox_parked": ("Messages that are not tried again until an administrator says so.", "channel"),
    "fantasyf1_feed_age_seconds": ("Time since a check for results was last completed.", ""),
    "fantasyf1_result_checks_failing": ("Checks for results that are due and have failed.", ""),
    "fantasyf1_result_check_overdue_seconds": ("How long the oldest check for results has been due.", ""),
    "fantasyf1_race_weekend": ("Whether there is a race within two days, or there was one yesterday.", ""),
    "fantasyf1_quarantined_results": ("Results in quarantine that nobody has settled.", ""),
    "fantasyf1_quarantine_oldest_age_seconds": ("Time since the oldest of them was first seen.", ""),
    "fantasyf1_f1_api_requests_left": ("Requests to the F1 API that are left in this hour.", ""),
    "fantasyf1_f1_api_requests_per_hour": ("The limit of requests to the F1 API in an hour.", ""),
    "fantasyf1_queue_messages": ("Messages that no worker has taken.", "queue"),
    "fantasyf1_queue_oldest_age_seconds": ("Age of the oldest message that no worker has taken.", "queue"),
    "fantasyf1_process_heartbeat_timestamp_seconds": ("When a background process last reported.", "process"),
    "fantasyf1_process_healthy": ("Whether a background process said then that it works.", "process"),
    "fantasyf1_data_volume_size_bytes": ("Size of the volume that holds the data directory.", ""),
    "fantasyf1_data_volume_free_bytes": ("Free space of the volume that holds the data directory.", ""),
    "fantasyf1_certificate_expiry_timestamp_seconds": ("When the site's certificate expires.", ""),
    "fantasyf1_backup_last_success_timestamp_seconds": ("When a backup last succeeded.", ""),
    "fantasyf1_build_info": ("The version of the site.", "version"),
}


def families(values: Iterable[Value]) -> Iterator[Metric]:
    """The values as families of samples. Raises `KeyError` for a gauge that is not in `GAUGES`."""
    found: dict[str, GaugeMetricFamily] = {}
    for gauge, value, label in values:
        documentation, label_name = GAUGES[gauge]
        family = found.setdefault(
            gauge, GaugeMetricFamily(gauge, documentation, labels=[label_name] if label_name else [])
        )
        family.add_metric([label] if label_name else [], value)
    yield from found.values()
