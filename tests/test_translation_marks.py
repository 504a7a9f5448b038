"""Every sentence that users read is marked for translation, in templates, Python modules and scripts."""

import pytest

from tests.support.translation_marks import (
    modules,
    scripts,
    templates,
    unmarked_in,
    unmarked_in_python,
    unmarked_in_script,
    unmarked_in_template,
)

FILES = [*templates(), *modules(), *scripts()]
# Files that translate a text from a list, or a sentence from elsewhere: the reasons of void drafts are marked in
# drafts.services.rescheduling, and those of quarantined results in races.services. The style guide is for those who
# build pages.
UNMARKED = frozenset(
    {
        "core/stored_texts.py",
        "drafts/history.py",
        "drafts/models.py",
        "drafts/notification_kinds.py",
        "drafts/webhook_event_types.py",
        "races/rules/statuses.py",
        "templates/pages/_styleguide_elements.html",
        "templates/pages/styleguide.html",
    }
)


@pytest.mark.parametrize("path", FILES)
def test_every_sentence_is_marked(path):
    found = unmarked_in(path)
    if path in UNMARKED:
        assert found, f"Every sentence in {path} is marked: remove the file from UNMARKED."
    else:
        assert not found, "Mark for translation (see docs/house-style.md):\n" + "\n".join(found)


def test_the_files_on_the_list_exist():
    assert set(FILES) >= UNMARKED


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("<p>\nYour picks</p>", "Your picks"),
        ("{% if league %}No drafts{% endif %}", "No drafts"),
        ('<img alt="A car">', "A car"),
        ('<input type="submit" value="Save">', "Save"),
        ('<meta name="description" content="A game">', "A game"),
        ('<div data-turn="{% if mine %}It is your turn.{% endif %}"></div>', "It is your turn."),
        ('{% panel title="Standings" %}{% endpanel %}', "Standings"),
        ('{% button "Pick" tone="primary" %}', "Pick"),
        ('{{ user.email|default:"none" }}', "none"),
        ("{{ count }} {% translate 'pick' %}{{ count|pluralize }}", "pluralize"),
        ('{% include "elements/crumbs.html" with label="My leagues" %}', "My leagues"),
    ],
)
def test_text_in_a_template_is_found(template, text):
    assert [found for _, found in unmarked_in_template(template)] == [text]


@pytest.mark.parametrize(
    "template",
    [
        '<p title="{% translate "Out" %}">{% translate "Your picks" %} · 7 &amp; {{ league.name }}</p>',
        "<h1>Fantasy F1</h1>",
        '<p class="quiet" data-state="open">{% blocktranslate with n=3 %}Round {{ n }}{% endblocktranslate %}</p>',
        '{% button _("Pick") tone="primary" name="pick" value="yes" %}',
        '{% panel title=_("Standings") id="standings" %}{% endpanel %}',
        '{{ user.email|default:_("none") }}{{ draft.pk|default:"" }}',
        "{# A comment. #}{% comment %}Another one.{% endcomment %}",
        '{% nav_link _("Leagues") "scoring:my_leagues" "leagues" %}',
    ],
)
def test_a_marked_template_is_clean(template):
    assert list(unmarked_in_template(template)) == []


@pytest.mark.parametrize(
    "line",
    [
        'raise Refused("The draft is locked.")',
        'raise errors.Invalid(f"It is {name}\'s turn.", field="entry")',
        'raise Refused("Too late." if is_late else _("Too early."))',
        'messages.success(request, "Saved.")',
        'name = forms.CharField(label="Name")',
        'name = models.CharField("name", max_length=9)',
        'name = models.CharField(max_length=9, help_text="What others see.")',
        'class State(models.TextChoices):\n    OPEN = "open", "Open"',
        'class Meta:\n    labels = {"bio": "About me"}',
        '@admin.display(description="Link")\ndef link(): ...',
        'raise Refused(_(f"It is {name}\'s turn."))',
        'raise Refused(_("It is ") + name)\n_("a" + name)',
    ],
)
def test_unmarked_text_in_python_is_found(line):
    assert unmarked_in_python(line)


@pytest.mark.parametrize(
    "line",
    [
        'raise Refused(_("It is %(name)s\'s turn.") % {"name": name}, code="turn")',
        'raise Refused(ngettext("%(n)s pick", "%(n)s picks", n) % {"n": n})',
        "raise Refused(sentence)",
        'messages.success(request, _("Saved."))',
        'owner = models.ForeignKey("accounts.User", on_delete=models.CASCADE)',
        'class State(models.TextChoices):\n    OPEN = "open", _("Open")',
        'raise ValueError("no bearer")',
    ],
)
def test_marked_python_is_clean(line):
    assert unmarked_in_python(line) == []


def test_labels_of_the_api_are_its_description():
    line = 'name = serializers.CharField(help_text="What others see.")'
    assert (bool(unmarked_in_python(line)), unmarked_in_python(line, is_api=True)) == (True, [])


@pytest.mark.parametrize("line", ['say("Check your connection.")', 'button.textContent = "Copied";', 'return "now";'])
def test_unmarked_text_in_a_script_is_found(line):
    assert len(unmarked_in_script(line)) == 1


@pytest.mark.parametrize(
    "line",
    [
        'say(gettext("Check your connection."))',
        '"use strict";',
        "// Don't say it.",
        'if (event.key === "Escape") f("a b")',
    ],
)
def test_a_marked_script_is_clean(line):
    assert unmarked_in_script(line) == []
