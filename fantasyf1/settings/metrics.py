"""Metrics for Prometheus and the status page: whether they are counted, and who may read them."""

from django.core.exceptions import ImproperlyConfigured

from fantasyf1.settings.env import listener, read

METRICS = read("bool", "METRICS", True)
# Opens /metrics for those who are not on this machine.
METRICS_TOKEN: str = read("str", "METRICS_TOKEN", "")
MIN_TOKEN_LENGTH = 20
if METRICS_TOKEN and len(METRICS_TOKEN) < MIN_TOKEN_LENGTH:
    raise ImproperlyConfigured(
        f"METRICS_TOKEN is too weak: it must have at least {MIN_TOKEN_LENGTH} random characters. Generate one with:"
        ' python3 -c "import secrets; print(secrets.token_urlsafe(32))"'
    )
# Where worker, clock and beat respond to /metrics: web processes do so on their own address.
METRICS_ADDRESS: str = read("str", "METRICS_ADDRESS", "", validate=listener)
# Who presents the site's certificate, to measure until when it is valid.
METRICS_CERTIFICATE_ADDRESS: str = read("str", "METRICS_CERTIFICATE_ADDRESS", "", validate=listener)

# Whether everyone may read at /status/, in one line, if the site works.
PUBLIC_STATUS = read("bool", "PUBLIC_STATUS", False)
