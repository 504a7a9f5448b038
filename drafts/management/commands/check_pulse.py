"""`manage.py check_pulse`: were the clocks swept recently? For the health checks of worker and beat."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import clock
from drafts.models import ClockHeartbeat


class Command(BaseCommand):
    help = "Ends with 1 where nobody has looked at the drafts' clocks for a while: beat or the workers do nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seconds", type=int, default=120, help="how long a while is (120)")

    def handle(self, *args: Any, **options: Any) -> None:
        heartbeat = ClockHeartbeat.objects.order_by("-beat_at").first()
        if heartbeat is None:
            raise CommandError("Nobody has looked at the clocks yet.")
        age = clock.now() - heartbeat.beat_at
        if age > timedelta(seconds=options["seconds"]):
            raise CommandError(f"Nobody has looked at the clocks for {age.total_seconds():.0f} seconds.")
        self.stdout.write(f"The clocks were looked at {age.total_seconds():.0f} seconds ago.")
