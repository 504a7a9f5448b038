"""`manage.py check_pulse`: does somebody look at the clocks? For the health checks of worker and beat."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from drafts.models import Pulse
from fantasyf1.kit import clock


class Command(BaseCommand):
    help = "Ends with 1 where nobody has looked at the drafts' clocks for a while: beat or the workers do nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seconds", type=int, default=120, help="how long a while is (120)")

    def handle(self, *args: Any, **options: Any) -> None:
        pulse = Pulse.objects.order_by("-beat_at").first()
        if pulse is None:
            raise CommandError("Nobody has looked at the clocks yet.")
        silence = clock.now() - pulse.beat_at
        if silence > timedelta(seconds=options["seconds"]):
            raise CommandError(f"Nobody has looked at the clocks for {silence.total_seconds():.0f} seconds.")
        self.stdout.write(f"The clocks were looked at {silence.total_seconds():.0f} seconds ago.")
