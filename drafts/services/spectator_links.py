"""Spectator links: the secret URL to watch a league's drafts. Managers create, renew and revoke it."""

import secrets
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import NotAllowed
from core.transactions import atomic
from leagues.models import League
from leagues.selectors import can_manage
from leagues.services import log_activity

from ..activity_kinds import SPECTATORS_ALLOWED, SPECTATORS_ENDED
from ..models import SpectatorLink


@atomic
def renew_spectator_link(*, league: League, by: User, now: datetime) -> SpectatorLink:
    """Create the league's spectator link, or replace it, which revokes the old one."""
    _check_manager(league, by)
    values = {"token": secrets.token_urlsafe(32), "renewed_at": now}
    link: SpectatorLink = SpectatorLink.objects.update_or_create(league=league, defaults=values)[0]
    log_activity(league, SPECTATORS_ALLOWED, by=by, now=now)
    return link


@atomic
def end_spectator_link(*, league: League, by: User, now: datetime) -> None:
    """Revoke the league's spectator link."""
    _check_manager(league, by)
    if SpectatorLink.objects.filter(league=league).delete()[0]:
        log_activity(league, SPECTATORS_ENDED, by=by, now=now)


def _check_manager(league: League, by: User) -> None:
    if not can_manage(by, league):
        raise NotAllowed(_("Only the league's managers can decide who may watch."))
