"""`manage.py make_demonstration`: create the demonstration league, half a season played, with an open draft."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from core import clock
from core.errors import Refused
from fantasyf1.ops import data_dir
from scoring.services import make_demonstration

PLAYER = "demo"


class Command(BaseCommand):
    help = "Create the demonstration season and league, played by bots and by the user “demo”."

    def handle(self, *args: Any, **options: Any) -> None:
        player = User.objects.filter(username=PLAYER).first() or User.objects.create_user(
            PLAYER, password=data_dir.read_or_create_secret(settings.FANTASYF1_HOME, "demo-password", length=9)
        )
        try:
            league = make_demonstration(player=player, now=clock.now())
        except Refused as refused:
            raise CommandError(refused.sentence) from refused
        self.stdout.write(f"Created the league “{league}”.")
