"""Why something could not be delivered: stored in English, and shown in the reader's language."""

from django.utils.translation import gettext_noop as _

from core.stored_texts import StoredTexts

# What the outbox, the channels, webhooks and the client of outgoing requests store.
ERRORS = StoredTexts(
    [
        _("It could not be sent in time."),
        _("It could not be sent. The log tells why."),
        _("It could not be rendered."),
        _("It could not be rendered. The log tells why."),
        _("It had expired."),
        _("It may have arrived twice already."),
        _("It was no longer true."),
        _("No app has registered this message."),
        _("The device was removed."),
        _("The device does not get messages from this site any more."),
        _("%(host)s refused the message (%(status)s)."),
        _("The mail server refused the address (%(status)s)."),
        _("The mail server refused the e-mail (%(status)s)."),
        _("The mail server did not answer (%(error)s)."),
        _("One of the services in APPRISE_URLS did not take the message."),
        _("Apprise does not understand one of the addresses in APPRISE_URLS."),
        _("This version of the site does not know the event."),
        _("The webhook was turned off."),
        _("Its secrets cannot be read at the moment."),
        _("The service answered %(status)s."),
        _("The address redirects to another one, which is not followed."),
        _("This is not a valid address."),
        _("The address is too long."),
        _("The address must begin with https://."),
        _("The address must not contain a user name or a password."),
        _("The port %(port)d is not allowed."),
        _("%(host)s did not answer within %(seconds)d seconds."),
        _("The connection to %(host)s failed."),
        _("%(host)s is not a public address."),
    ]
)


def shown_error(reason: str) -> str:
    """A stored reason in the reader's language."""
    return ERRORS.shown(reason)
