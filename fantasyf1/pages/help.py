"""Help: questions and answers. Those about the game consist of the sentences of the rules page."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from leagues.models import SettingsVersion
from leagues.rules import rules_by_section

MAX_QUERY_LENGTH = 100


@dataclass(frozen=True)
class Question:
    """A question with its answer in paragraphs, and a page that belongs to it, as a (label, URL) pair."""

    anchor: str
    title: str
    answer: list[str]
    link: tuple[str, str] | None = None

    def matches(self, words: list[str]) -> bool:
        text = " ".join([self.title, *self.answer]).casefold()
        return all(word in text for word in words)


@dataclass(frozen=True)
class Topic:
    """Questions that belong together."""

    title: str
    questions: list[Question]


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """All questions, or with `?q=` those that contain all of its words."""
    sought = " ".join(request.GET.get("q", "")[:MAX_QUERY_LENGTH].split())
    topics = list(_matching(help_topics(), sought.casefold().split()))
    context = {"topics": topics, "sought": sought, "count": sum(len(topic.questions) for topic in topics)}
    return render(request, "pages/help.html", context)


def _matching(topics: list[Topic], words: list[str]) -> Iterator[Topic]:
    for topic in topics:
        found = [question for question in topic.questions if question.matches(words)]
        if found:
            yield replace(topic, questions=found)


def help_topics() -> list[Topic]:
    return [Topic(_("The game"), list(_game())), Topic(_("Playing"), _playing()), Topic(_("Your account"), _account())]


def _game() -> Iterator[Question]:
    """The sections of the rules as questions: the answers for a new league, then those for other settings."""
    yield Question("game", _("What is the game?"), SettingsVersion().in_short)
    yield Question("draft", _("How does the draft work?"), [
        *_rules("draft"),
        *_otherwise("draft", _("If your league drafts in snake order:"), method="snake"),
    ])  # fmt: skip
    yield Question("first-draft", _("How does the first draft of a league begin?"), _rules("first-draft"))
    yield Question("lock", _("When does a draft open, and when does it lock?"), _rules("lock"))
    yield Question("clock", _("How long do I have for a pick?"), [
        *_rules("clock"),
        *_otherwise("clock", _("With a fixed clock, for example:"), clock="fixed"),
        *_otherwise("clock", _("Without a clock:"), clock="none"),
    ])  # fmt: skip
    yield Question("time-out", _("What happens if my time runs out?"), [
        *_rules("autopicks"),
        *_otherwise("autopicks", _("If your league has no autopicks:"), autopicks=False),
    ])  # fmt: skip
    yield Question("changes", _("Can I change my pick? What if my driver is out?"), _rules("changes"))
    yield Question("points", _("How are points calculated?"), [
        *_rules("points"),
        *_otherwise("points", _("With the official points:"), scoring="standard_f1"),
    ])  # fmt: skip
    yield Question("sprints", _("Do sprints count?"), [
        *_rules("sprints"),
        *_otherwise("sprints", _("If they count in your league:"), sprints=True),
    ])  # fmt: skip
    yield Question("ties", _("Who is ahead in a tie?"), _rules("ties"))
    yield Question("corrections", _("What if a result is corrected?"), [
        *_rules("corrections"),
        *_otherwise("corrections", _("If your league freezes results:"), corrections="freeze"),
    ])  # fmt: skip
    yield Question("members", _("Can I join or leave during the season?"), _rules("members"))
    yield Question("permissions", _("Who can change the rules of my league?"), _rules("managers"))


def _rules(section: str, **changes: Any) -> list[str]:
    """The sentences of a section of the rules, for the default settings with these changes."""
    return rules_by_section(SettingsVersion().values | changes)[section].sentences


def _otherwise(section: str, condition: str, **changes: Any) -> list[str]:
    """What the section says differently with other settings, in one paragraph."""
    usual = _rules(section)
    differing = [sentence for sentence in _rules(section, **changes) if sentence not in usual]
    return [" ".join([condition, *differing])] if differing else []


def _playing() -> list[Question]:
    return [
        Question(
            "join",
            _("How do I join my friends?"),
            [
                _("Open the link of their league: you see who plays, and sign up on the same page."),
                _("If you have an account, you can also enter the code of the league."),
            ],
            (_("Join with a code"), reverse("leagues:join")),
        ),
        Question(
            "create",
            _("How do I start a league?"),
            [
                _("Choose a name and how you want to play, then send the link of the league to your friends."),
                _("You can change all rules later. Changes apply from the next draft."),
            ],
            (_("Create a league"), reverse("leagues:create")),
        ),
        Question(
            "practice",
            _("Can I try it without a league?"),
            [
                _("Yes. In a practice draft you pick against bots, then a real race is run with your picks."),
                _("Nothing in it counts, and you need no account."),
            ],
            (_("Practice draft"), reverse("pages:practice")),
        ),
        Question(
            "absent",
            _("What if I am away?"),
            [
                _("Put drivers on your wish list: if your time runs out, you get the first one that is available."),
                _("Turn on autodraft for one draft or for all, or name another player of your league as your deputy."),
                _("Set quiet hours on your profile: while they last, your clock stands still."),
            ],
        ),
        Question(
            "news",
            _("How do I learn that it is my turn?"),
            [
                _("The site tells you in the news, by e-mail and by push messages in your browser, as you choose."),
                _("A calendar feed has the deadlines of your picks, and when your drafts open and lock."),
            ],
            (_("Choose what you are told"), reverse("notifications:preferences")),
        ),
        Question(
            "spectators",
            _("Can people without an account watch?"),
            [_("Yes, if a manager of the league allows it: they get a link to the draft.")],
        ),
        Question(
            "api",
            _("Is there an API?"),
            [_("Yes. Programs can do everything that players can do on these pages.")],
            (_("Documentation of the API"), reverse("docs")),
        ),
    ]


def _account() -> list[Question]:
    profile = reverse("accounts:profile")
    security = reverse("accounts:security")
    return [
        Question(
            "password",
            _("I forgot my password"),
            [_("Ask for a link by e-mail. If you get none, ask the person who runs this site.")],
            (_("Set a new password"), reverse("accounts:forgot_password")),
        ),
        Question(
            "time-zone",
            _("Why is the time of a race different?"),
            [_("All times are shown in the time zone of your profile. The calendar also has the time at the track.")],
            (_("Profile"), profile),
        ),
        Question(
            "security",
            _("How do I secure my account?"),
            [
                _("Turn on two-factor authentication: signing in then also needs a code from an app."),
                _("You see there which browsers and apps are signed in, and can sign all of them out."),
            ],
            (_("Security"), security),
        ),
        Question(
            "data",
            _("How do I get or delete my data?"),
            [
                _("You can download everything that is stored about you, as one file."),
                _("If you delete your account, your picks and points stay in their leagues, without your name."),
            ],
            (_("Your data"), profile),
        ),
    ]
