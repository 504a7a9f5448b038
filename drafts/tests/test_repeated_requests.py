"""Pages whose script sends a POST again: with the same `Idempotency-Key`, it takes effect once."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from core import clock
from core.models import IdempotencyKey
from core.services import idempotency_keys
from drafts.models import DraftEvent, Pick, WishListItem
from drafts.services import make_pick
from races.models import Driver, Entry
from tests.support.cast import DRAFTING_AT

pytestmark = pytest.mark.django_db
KEY = {"Idempotency-Key": "k1"}


@pytest.fixture
def draft(open_draft, client, alice, at):
    at(DRAFTING_AT)
    client.force_login(alice)
    return open_draft


@pytest.fixture
def post(client, draft):
    """Send a form of the draft's pages with a key, as its script does."""

    def post(name, fields, headers=KEY):
        page = url_of(draft, name)
        return client.post(page, fields, headers={**headers, "HX-Request": "true"}, follow=name == "wish_list")

    return post


def url_of(draft, name):
    if name == "wish_list":
        return reverse("drafts:wish_list", args=[draft.league_id])
    return reverse(f"drafts:{name}", args=[draft.league_id, draft.race_id])


def entry(draft, number):
    return Entry.objects.get(race=draft.race_id, number=number)


def effects(draft):
    """What the forms change. Extending the clock twice, for example, leaves two events."""
    return (
        list(DraftEvent.objects.filter(draft=draft).order_by("seq").values_list("seq", "kind")),
        list(Pick.objects.order_by("pk").values_list("pk", "entry_id")),
        list(WishListItem.objects.order_by("pk").values_list("driver__code", "place", "not_with_first_team")),
    )


def forms(draft, alices):
    """Page, fields and sentence of each form that htmx sends, in states in which it is allowed."""
    yield "commissioner", {"act": "extend", "minutes": 15}, "The clock is extended"
    yield "commissioner", {"act": "pause"}, "The draft is paused."
    yield "commissioner", {"act": "resume"}, "The draft is resumed."
    yield "pick", {"entry": entry(draft, 5).pk}, "You picked Driver 5."
    yield "change", {"entry": entry(draft, 6).pk}, "You changed your pick to Driver 6."
    yield "undo", {"count": 1, "seen": ""}, "The picks are undone."
    driver = Driver.objects.get(entries__race=draft.race_id, entries__number=7)
    yield "wish_list", {"change": f"add:{driver.pk}"}, "Driver 7"
    yield "wish_list", {"change": f"team:{driver.pk}"}, "Allow with my first pick's team"
    yield "wish_list", {"autodraft": "off"}, "Saved. Autodraft: Off: I make my own picks."


def test_every_form_takes_effect_once(draft, alices, post):
    for number, (page, fields, sentence) in enumerate(forms(draft, alices)):
        first = post(page, fields, {"Idempotency-Key": f"k{number}"})
        assert (first.status_code, sentence in first.text) == (200, True), fields
        after = effects(draft)
        again = post(page, fields, {"Idempotency-Key": f"k{number}"})
        assert (again.status_code, sentence in again.text) == (200, True), fields
        assert effects(draft) == after


def test_every_form_that_htmx_sends_is_among_them(draft, alices):
    """A new one has to be sent again too, on a page with the script. Marks of news may be set twice anyway."""
    sent = set()
    for template in Path(settings.BASE_DIR).glob("drafts/templates/**/*.html"):
        if "hx-post" in (text := template.read_text()):
            named = {variable: name for name, variable in re.findall(r'"drafts:(\w+)" [\w. ]+ as (\w+)', text)}
            for url in re.findall(r'hx-post="{([{%].*?)[}%]}"', text):
                found = re.search(r"'drafts:(\w+)'", url)
                sent.add(found[1] if found else named[url.strip("{ ")])
    assert sent == {page for page, *_ in forms(draft, alices)}


def test_the_response_shows_the_room_as_it_is_now(draft, post, bobs):
    fields = {"entry": entry(draft, 5).pk}
    post("pick", fields)
    make_pick(constructor=bobs, entry=entry(draft, 8), now=DRAFTING_AT)
    again = post("pick", fields)
    assert "You picked Driver 5." in again.text
    assert "Bob Motorsport picked Driver 8." in again.text


def test_another_csrf_token_is_the_same_request(draft, post):
    fields = {"entry": entry(draft, 5).pk}
    answers = [post("pick", {**fields, "csrfmiddlewaretoken": token}) for token in ("a" * 64, "b" * 64)]
    assert [answer.status_code for answer in answers] == [200, 200]


def test_a_refusal_is_judged_again(draft, post, client, alices, bob):
    client.force_login(bob)
    fields = {"entry": entry(draft, 5).pk}
    assert post("pick", fields).status_code == 422
    make_pick(constructor=alices, entry=entry(draft, 1), now=DRAFTING_AT)
    assert post("pick", fields).status_code == 200


def test_a_key_reused_for_another_request_is_refused(draft, post):
    post("pick", {"entry": entry(draft, 5).pk})
    again = post("change", {"entry": entry(draft, 6).pk})
    assert (again.status_code, again.text) == (
        422,
        "This idempotency key was already used for a different request. Use a new key.",
    )
    assert Pick.objects.get().entry == entry(draft, 5)


def test_a_request_in_progress_makes_the_second_one_wait(draft, post, monkeypatch):
    """The page asks again for as long as it gets a 409, and takes over if the first one's process has died."""
    answers, fields = [], {"entry": entry(draft, 5).pk}
    original = idempotency_keys.store

    def overtaken(**stored):
        answers.append(post("pick", fields))
        return original(**stored)

    monkeypatch.setattr(idempotency_keys, "store", overtaken)
    first = post("pick", fields)
    assert (first.status_code, answers[0].status_code, answers[0]["Retry-After"]) == (200, 409, "1")
    assert Pick.objects.count() == 1


def test_without_a_key_nothing_is_stored(draft, post):
    assert post("pick", {"entry": entry(draft, 5).pk}, {}).status_code == 200
    assert not IdempotencyKey.objects.exists()


def test_the_claim_of_a_killed_process_ends_while_the_page_still_tries(draft, post, alice, at):
    """The page gives up after 30 seconds (static/js/resend.js)."""
    idempotency_keys.claim(user=alice, key="k1", digest="of the dead", now=clock.now())
    at(DRAFTING_AT + idempotency_keys.CLAIM_TIMEOUT * 2)
    assert idempotency_keys.CLAIM_TIMEOUT.total_seconds() <= 15
    assert post("pick", {"entry": entry(draft, 5).pk}).status_code == 200
