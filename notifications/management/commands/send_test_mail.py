"""Send an e-mail to check the mail server: manage.py send_test_mail alice@example.org"""

from email.utils import make_msgid
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from core.web.site import mail_domain
from notifications.channels import ChannelDownError, SendError, mail_server


class Command(BaseCommand):
    help = "Send an e-mail to check the settings of the mail server."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address")

    def handle(self, *args: Any, address: str, **options: Any) -> None:
        if not settings.HAS_MAIL_SERVER:
            raise CommandError("No mail leaves this site: set EMAIL_URL.")
        email = EmailMessage(
            _("Fantasy F1 can send e-mail"),
            _("This is the test that you asked for. It comes from %(site)s.") % {"site": settings.SITE_URL},
            to=[address],
            headers={"Message-ID": make_msgid(domain=mail_domain())},
        )
        try:
            with mail_server.connect() as send:
                send(email, lambda: None)
        except ChannelDownError as error:
            raise CommandError(f"{error} Check EMAIL_URL.") from error
        except SendError as error:
            raise CommandError(error.reason) from error
        self.stdout.write(f"The mail server accepted the e-mail to {address}.")
