"""A race week, moment by moment: who is told what, on the site, by e-mail and by push, once each and in their zone.

Each step of the week names the notifications that it must cause: (recipient, kind). Nothing else may be sent.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core import mail

from accounts.models import User
from accounts.services.passwords import set_password
from constructors.models import Constructor
from drafts.models import Draft
from drafts.pick_links import pick_link_path, read_pick_link
from drafts.selectors import slot_on_the_clock
from drafts.services import (
    ask_for_time,
    expire_due_turns,
    lock_draft,
    open_due_drafts,
    pause_draft,
    pick_by_link,
    remind_of_missing_picks,
    remind_of_turns,
    resume_draft,
    set_order,
    undo_picks,
)
from leagues.models import League, Membership
from leagues.services import accept_invitation, invite, set_role
from notifications.channels import web_push
from notifications.kinds import Recipient, get_kind
from notifications.models import Delivery, Notification
from notifications.services import (
    dispatch_notifications,
    send_due_deliveries,
    set_notification_preferences,
    subscribe_to_push,
)
from scoring.services import notify_of_corrections, notify_of_scores, score_race
from tests.support.cast import FOUNDED_AT
from tests.support.factories import results_for
from tests.support.push_service import PushService
from tests.support.stories import MINUTE, entry, everyone_ready, fresh, pick, upcoming, withdrawn

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Week:
    """The league of Alice and Bob, whom Charlie joins, and the notifications since the last step."""

    def __init__(self, league: League, people: dict[str, User], at: Callable[[datetime], None]) -> None:
        self.league, self.people, self._at, self.now = league, people, at, FOUNDED_AT
        self._seen = 0

    def at(self, moment: datetime) -> datetime:
        self.now = moment
        self._at(moment)
        return moment

    @property
    def draft(self) -> Draft:
        return fresh(Draft.objects.get(league=self.league, race__round=1))

    def own(self, name: str) -> Constructor:
        return Constructor.objects.get(league=self.league, owner=self.people[name], left_at=None)

    def told(self) -> Counter[tuple[str, str]]:
        """Who was told what since the last call. Sends what is due by e-mail."""
        rows = list(Notification.objects.filter(pk__gt=self._seen).select_related("user").order_by("pk"))
        self._seen = max([self._seen, *(row.pk for row in rows)])
        while dispatch_notifications(now=self.now) + send_due_deliveries(now=self.now):
            pass
        return Counter((row.user.username, row.kind) for row in rows)


ZONES = {"alice": ("Australia/Sydney", "AEDT"), "bob": ("Europe/Berlin", "CET"), "charlie": ("UTC", "UTC")}


@pytest.fixture
def service():
    with PushService() as service:
        yield service
    assert service.refusals == []


def turn_on_push(user, phone, now):
    subscribe_to_push(user=user, kind="webpush", endpoint=phone.endpoint, **phone.keys, now=now)


@pytest.fixture
def phones(alice, bob, charlie, service, settings):
    """A browser of each player that receives push, by name."""
    settings.OUTGOING_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    phones = {user.username: service.browser(web_push.public_key()) for user in (alice, bob, charlie)}
    for user in (alice, bob, charlie):
        turn_on_push(user, phones[user.username], FOUNDED_AT)
    return phones


@pytest.fixture
def week(league, alice, bob, charlie, at, settings):
    """Three players in three time zones. Charlie wants no e-mail and no push when a draft is paused."""
    settings.HAS_MAIL_SERVER = True
    for user in (alice, bob, charlie):
        user.time_zone = ZONES[user.username][0]
        user.save()
    set_notification_preferences(user=charlie, preferences={"draft_paused": {"email": False, "push": False}})
    return Week(league, {"alice": alice, "bob": bob, "charlie": charlie}, at)


def everyone(kind):
    return {("alice", kind): 1, ("bob", kind): 1, ("charlie", kind): 1}


def link_to_turn(week, user):
    slot = slot_on_the_clock(week.draft)
    assert slot is not None
    params = {"draft_id": week.draft.pk, "constructor_id": slot.constructor_id, "round": slot.round}
    return read_pick_link(pick_link_path(Recipient(user, params, week.now)).split("/")[2])


def test_everyone_is_told_what_concerns_them_and_nothing_twice(week, phones, alice, bob, charlie):
    join_the_league(week, alice, bob, charlie)
    turn_on_push(bob, phones["bob"], week.now)  # the new password has ended it
    draft_with_reminders(week, alice, bob, charlie)
    commissioner_acts(week, alice)
    fill_the_draft(week)
    score_and_correct(week)
    week.at(week.now + 2 * DAY)
    week.told()
    check_channel("email")
    check_channel("push")
    check_email()
    check_push(phones)


def join_the_league(week, alice, bob, charlie):
    invitation = invite(league=week.league, by=alice, username="charlie", now=week.at(FOUNDED_AT))
    assert week.told() == {("charlie", "invitation"): 1}
    accept_invitation(invitation=invitation, user=charlie, now=week.at(FOUNDED_AT + HOUR))
    assert week.told() == {}
    set_role(league=week.league, by=alice, user=bob, role=Membership.Role.CO_MANAGER)
    assert week.told() == {("bob", "league_changed"): 1}
    set_password(user=bob, password="a cold front over Monza", now=week.now)
    assert week.told() == {("bob", "account_security"): 1}
    week.at(week.now + DAY)
    assert week.told() == {}, "only the digest is sent"


def draft_with_reminders(week, alice, bob, charlie):
    draft = everyone_ready(upcoming(week.league))
    order = [week.own(name).pk for name in ("alice", "bob", "charlie")]
    set_order(draft=draft, order=order, by=alice, now=week.at(draft.opens_at - DAY))
    assert week.told() == {("bob", "order_changed"): 1, ("charlie", "order_changed"): 1}
    open_due_drafts(now=week.at(draft.opens_at))
    assert week.told() == everyone("draft_opened") | {("alice", "your_turn"): 1}
    remind_of_turns(now=week.at(week.draft.turn_reminder_at))
    remind_of_turns(now=week.now)
    assert week.told() == {("alice", "half_clock"): 1}
    pick_by_link(link=link_to_turn(week, alice), entry=entry(draft.race, "driver_1"), now=week.at(week.now + MINUTE))
    assert week.told() == {
        ("alice", "picked_by_link"): 1, ("bob", "your_turn"): 1, ("charlie", "on_deck"): 1
    }  # fmt: skip
    ask_for_time(link=link_to_turn(week, bob), now=week.now)
    assert week.told() == {("alice", "extension_asked"): 1}
    expire_due_turns(now=week.at(week.draft.turn_ends_at))
    assert week.told() == {("bob", "autopicked"): 1, ("charlie", "your_turn"): 1, ("alice", "on_deck"): 1}


def commissioner_acts(week, alice):
    pause_draft(draft=week.draft, by=alice, now=week.at(week.now + MINUTE))
    assert week.told() == {("bob", "draft_paused"): 1, ("charlie", "draft_paused"): 1}
    resume_draft(draft=week.draft, by=alice, now=week.at(week.now + MINUTE))
    assert week.told() == {("bob", "draft_paused"): 1, ("charlie", "draft_paused"): 1}
    undo_picks(draft=week.draft, by=alice, count=1, now=week.at(week.now + MINUTE))
    assert week.told() == {
        ("bob", "commissioner_picked"): 1, ("bob", "your_turn"): 1, ("charlie", "on_deck"): 1
    }  # fmt: skip


def fill_the_draft(week):
    pick(week.draft, week.own("bob"), "driver_2", week.at(week.now + MINUTE))
    assert week.told() == {("charlie", "your_turn"): 1, ("alice", "on_deck"): 1}
    pick(week.draft, week.own("charlie"), "driver_3", week.at(week.now + MINUTE))
    assert week.told() == {("alice", "your_turn"): 1, ("bob", "on_deck"): 1}
    withdrawn(week.draft, "driver_1", week.at(week.now + MINUTE))
    assert week.told() == {("alice", "driver_out"): 1}
    week.at(week.draft.locks_at - 2 * HOUR)
    remind_of_missing_picks(now=week.now)
    remind_of_missing_picks(now=week.now)
    assert week.told() == {("alice", "pick_missing"): 1}
    for name, driver, told in (
        ("alice", "driver_4", {("bob", "your_turn"): 1, ("charlie", "on_deck"): 1}),
        ("bob", "driver_5", {("charlie", "your_turn"): 1}),
        ("charlie", "driver_6", {("alice", "draft_complete"): 1, ("bob", "draft_complete"): 1}),
    ):
        pick(week.draft, week.own(name), driver, week.at(week.now + MINUTE))
        assert week.told() == told


def score_and_correct(week):
    draft = week.draft
    lock_draft(draft=draft, now=week.at(draft.locks_at))
    assert week.told() == {}
    order = [f"driver_{number}" for number in range(2, 23)]
    for count, refs in enumerate((order, [order[1], order[0], *order[2:]])):
        results_for(draft.race, refs, recorded_at=week.at(draft.race.expected_start + (4 + count) * HOUR))
        score_race(race=fresh(draft).race, now=week.now)
        for _ in range(2):
            notify_of_scores(now=week.now)
            notify_of_corrections(now=week.now)
        if not count:
            assert week.told() == everyone("race_scored")
    told = week.told()
    assert {kind for _, kind in told} == {"result_corrected"}
    assert set(told.values()) == {1}


def check_channel(channel):
    """Every kind that goes by this channel was sent once for each notification, unless it was no longer true."""
    wanted = {
        row.pk
        for row in Notification.objects.select_related("user")
        if channel in getattr(get_kind(row.kind), "defaults", ())
        and (row.user.username, row.kind) != ("charlie", "draft_paused")
    }
    deliveries = Delivery.objects.filter(channel=channel)
    assert Counter(deliveries.values_list("notification_id", flat=True)) == Counter(wanted)
    assert not list(deliveries.filter(state="parked").values_list("notification__kind", "last_error"))
    assert set(deliveries.values_list("state", flat=True)) <= {"sent", "dropped"}
    dropped = set(deliveries.filter(state="dropped").values_list("notification__kind", flat=True))
    assert dropped <= {"draft_complete"}


def check_email():
    """No e-mail was sent twice, and all times in it are in the time zone of its reader."""
    ids = [email.extra_headers["Message-ID"] for email in mail.outbox]
    assert len(ids) == len(set(ids))
    names = {zone for _, zone in ZONES.values()}
    for user, (_, own) in ZONES.items():
        texts = [str(email.body) for email in mail.outbox if email.to == [f"{user}@example.org"]]
        assert {name for name in names if any(f" {name}" in text for text in texts)} == {own}


def check_push(phones):
    for user, phone in phones.items():
        tags = [message["tag"] for message in phone.messages]
        assert tags, user
        assert len(tags) == len(set(tags))
