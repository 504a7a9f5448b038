"""All settings. What differs between installations comes from environment variables; see docs/configuration.md.

Without any environment variable the site runs in *embedded* mode: SQLite, a file cache and a file broker in the data
directory, and nothing else to install. `DATABASE_URL` and `REDIS_URL` replace them with PostgreSQL and Redis.

One module per concern. `env` reads the environment variables.
"""

from fantasyf1.settings.api import *
from fantasyf1.settings.apprise import *
from fantasyf1.settings.auth import *
from fantasyf1.settings.backups import *
from fantasyf1.settings.base import *
from fantasyf1.settings.cache import *
from fantasyf1.settings.celery import *
from fantasyf1.settings.database import *
from fantasyf1.settings.email import *
from fantasyf1.settings.encryption import *
from fantasyf1.settings.env import BASE_DIR as BASE_DIR
from fantasyf1.settings.env import TESTING as TESTING
from fantasyf1.settings.logging import *
from fantasyf1.settings.metrics import *
from fantasyf1.settings.notifications import *
from fantasyf1.settings.push import *
from fantasyf1.settings.security import *
