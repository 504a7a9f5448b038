"""The keys that encrypt secrets in the database."""

from fantasyf1.ops import data_dir
from fantasyf1.settings.base import FANTASYF1_HOME
from fantasyf1.settings.env import encryption_keys, read

# The first one encrypts, and all of them decrypt (`core.encryption`).
ENCRYPTION_KEYS = read("list", "ENCRYPTION_KEYS", [], validate=encryption_keys) or [
    data_dir.read_or_create_secret(FANTASYF1_HOME, "encryption-key", length=32)
]
