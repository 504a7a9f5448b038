"""Texts of Django and django-celery-beat that their own catalogues lack in German. Ours add to those."""

from django.utils.translation import gettext_noop as _

DJANGO = (
    _("After you’ve created a user, you’ll be able to edit more user options."),
    _("Disabled"),
    _("Enable password-based authentication for this user by setting a password."),
    _("Enabled"),
    _("Password-based authentication"),
    _(
        "Whether the user will be able to authenticate using a password or not. If disabled, they may still be able to "
        "authenticate using other backends, such as Single Sign-On or LDAP."
    ),
)
CELERY_BEAT = (
    _('Cron Days Of The Week to Run. Use "*" for "all", Sunday is 0 or 7, Monday is 1. (Example: "0,5")'),
    _('Cron Months (1-12) Of The Year to Run. Use "*" for "all". (Example: "1,12")'),
    _("Periodic Tasks Using This Schedule"),
)
