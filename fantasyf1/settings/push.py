"""Web push: the key with which the site signs its messages (VAPID), and where push services reach its operator."""

from email.utils import parseaddr

from fantasyf1.ops import data_dir
from fantasyf1.settings.base import FANTASYF1_HOME, SITE_URL
from fantasyf1.settings.email import DEFAULT_FROM_EMAIL
from fantasyf1.settings.env import contact, p256_key, read


def _default_subject() -> str:
    """The site if it has an HTTPS address, else the sender of its e-mails: push services accept only these two."""
    return SITE_URL if SITE_URL.startswith("https:") else f"mailto:{parseaddr(DEFAULT_FROM_EMAIL)[1]}"


# Any 32 bytes are a private key of the curve P-256, but for one case in four billion, in which a start fails.
VAPID_PRIVATE_KEY = read("str", "VAPID_PRIVATE_KEY", "", validate=p256_key) or data_dir.read_or_create_secret(
    FANTASYF1_HOME, "vapid-private-key", length=32
)
VAPID_SUBJECT = read("str", "VAPID_SUBJECT", "", validate=contact) or _default_subject()
