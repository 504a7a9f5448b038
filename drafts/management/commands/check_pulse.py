"""`manage.py check_pulse`: were the clocks swept recently? For the health checks of worker and beat."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import clock
from drafts.models import ClockHeartbeat


class Command(BaseCommand):
    help = "Exit with status 1 if the draft clocks have not been checked recently: beat or the workers are not running."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--seconds", type=int, default=120, help="maximum age of the last check in seconds (default: 120)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        heartbeat = ClockHeartbeat.objects.order_by("-beat_at").first()
        if heartbeat is None:
            raise CommandError("The draft clocks have never been checked.")
        age = clock.now() - heartbeat.beat_at
        if age > timedelta(seconds=options["seconds"]):
            raise CommandError(f"The draft clocks were last checked {age.total_seconds():.0f} seconds ago.")
        self.stdout.write(f"The draft clocks were checked {age.total_seconds():.0f} seconds ago.")
