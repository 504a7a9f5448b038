#!/usr/bin/env python
"""Django's command line; it works on the same data as the server, with or without an environment."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fantasyf1.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"Fantasy F1 cannot start: {error}")


if __name__ == "__main__":
    main()
