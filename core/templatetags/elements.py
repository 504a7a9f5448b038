"""Template tags of the UI elements, available in every template without `load`.

Pages contain text and structure, elements contain the CSS classes: each tag renders `templates/elements/<tag>.html`.
Tags with an end tag wrap their content: `{% panel title="Standings" %} ... {% endpanel %}`.

`tone` is one of good, warn, bad, info, best or live. It must not carry information that the text lacks.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField, CheckboxInput
from django.template.context import Context
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.formatting import datetimes, names
from core.formatting.avatars import Mark, initials, tint
from core.formatting.countries import country_code, country_name
from core.formatting.flags import UNKNOWN
from core.formatting.points import shown_points
from core.web import fonts as site_fonts

register = template.Library()

AnyMark = Mark | Mapping[str, Any] | None


# -- containers --------------------------------------------------------------------------------------------------------


@register.simple_block_tag
def page_head(
    content: SafeString, title: str, kicker: str = "", lead: str = "", person: str = "", mark: AnyMark = None
) -> str:
    """The page's only h1, with a kicker above and a lead below it. The content is the page's actions.

    `person` is the name of the user whom the page is about, and `mark` their choice; it adds an avatar.
    """
    context = {"content": content, "title": title, "kicker": kicker, "lead": lead, "person": person, "mark": mark}
    return render_to_string("elements/page_head.html", context)


@register.simple_block_tag
def panel(content: SafeString, title: str = "", note: str = "", tone: str = "", level: int = 2, id: str = "") -> str:
    """A framed section. `tone="pit"` is the dark variant, at most one per page, for what is happening now."""
    context = {"content": content, "title": title, "note": note, "tone": tone, "level": level, "id": id}
    return render_to_string("elements/panel.html", context)


@register.simple_block_tag
def table(content: SafeString, caption: str, kind: str = "") -> str:
    """A table that scrolls horizontally by itself. The content is thead, tbody and tfoot.

    `kind` is empty, "tower" (a timing tower: ranks and numbers), "board" (a draft: rounds by constructors) or
    "channels" (rows of checkboxes). The caption is for screen readers. Classes: `num` for cells with numbers, `wide`
    for columns shown on wide screens only, `is-mine` for the user's own row or cell, `is-now` for the slot whose turn
    it is.
    """
    return render_to_string("elements/table.html", {"content": content, "caption": caption, "kind": kind})


@register.simple_block_tag
def notice(content: SafeString, tone: str = "info", label: str = "") -> str:
    """A message; `label` is its bold beginning, such as "Provisional"."""
    return render_to_string("elements/notice.html", {"content": content, "tone": tone, "label": label})


@register.simple_block_tag
def stream_notices(content: SafeString, label: str) -> str:
    """The hidden messages of a page with an event stream, which `static/js/room.js` shows.

    They say that the connection is lost, that the reader may no longer follow, or that another page has taken over the
    stream. The content is the second message, and `label` its bold beginning.
    """
    return render_to_string("elements/stream_notices.html", {"content": content, "label": label})


@register.simple_block_tag
def empty_state(content: SafeString, title: str) -> str:
    """The empty state of a list: a message, and what to do next."""
    return render_to_string("elements/empty_state.html", {"content": content, "title": title})


@register.simple_block_tag
def card(content: SafeString, title: str, href: str, level: int = 2) -> str:
    """A card in a list of cards, clickable as a whole. `level` is the level of its heading."""
    context = {"content": content, "title": title, "href": href, "level": level}
    return render_to_string("elements/card.html", context)


@register.simple_block_tag
def tabs(content: SafeString, label: str) -> str:
    """Navigation between the pages of one object; the current link has `aria-current="page"`."""
    return render_to_string("elements/tabs.html", {"content": content, "label": label, "kind": "tabs"})


@register.simple_block_tag
def chips(content: SafeString, label: str) -> str:
    """Links that filter a list; the selected one has `aria-current="true"`."""
    return render_to_string("elements/tabs.html", {"content": content, "label": label, "kind": "chips"})


@register.simple_block_tag
def rows(content: SafeString, label: str = "", grid: bool = False) -> str:
    """A list of `row`s; with `grid`, in two columns if there is room."""
    return render_to_string("elements/rows.html", {"content": content, "label": label, "grid": grid})


@register.simple_block_tag
def row(content: SafeString, end: str = "", id: str = "") -> str:
    """A list item with a large click target: one link around all its text, or `row-main` and `row-end`.

    `end` is a short text at the end, such as points. A live badge in it highlights the whole row.
    """
    return render_to_string("elements/row.html", {"content": content, "end": end, "id": id})


@register.simple_block_tag
def person(content: SafeString, name: str, mark: AnyMark = None) -> str:
    """An avatar with text about a user or what belongs to them. The text should contain the name."""
    return render_to_string("elements/person.html", {"content": content, "name": name, "mark": mark})


@register.simple_block_tag
def definition_list(content: SafeString) -> str:
    """A description list: pairs of dt and dd."""
    return render_to_string("elements/definition_list.html", {"content": content})


@register.simple_block_tag
def details(content: SafeString, summary: str) -> str:
    """Collapsed details (a disclosure)."""
    return render_to_string("elements/details.html", {"content": content, "summary": summary})


@register.simple_block_tag(takes_context=True)
def toast(context: Context, content: SafeString, tone: str = "", undo: str = "", dismiss: bool = False) -> str:
    """A short message that lies above the page, inside an element with the class `toasts`.

    `undo` is a token of `core.undo`: the toast has a button that takes back what it tells. `dismiss` adds a button that
    removes the toast, if the browser has JavaScript.
    """
    values = {"content": content, "tone": tone, "undo": undo, "dismiss": dismiss}
    return render_to_string("elements/toast.html", values, request=context.get("request"))


@register.simple_block_tag
def dialog(content: SafeString, id: str, title: str, sheet: bool = False) -> str:
    """A dialog, which an `opener` opens; with `sheet`, at the bottom of the screen on phones.

    The same content has a page of its own for browsers without JavaScript, which the opener links to.
    """
    return render_to_string("elements/dialog.html", {"content": content, "id": id, "title": title, "sheet": sheet})


@register.simple_block_tag
def social_card(content: SafeString, title: str, url: str, image: str) -> str:
    """The Open Graph tags with which messengers preview a link, for the block `head`. The content is the description.

    `url` and `image`, a PNG of 1200 by 630, are absolute.
    """
    context = {"content": content, "title": title, "url": url, "image": image}
    return render_to_string("elements/social_card.html", context)


# -- components --------------------------------------------------------------------------------------------------------


@register.inclusion_tag("elements/button.html")
def button(
    label: str,
    href: str = "",
    tone: str = "",
    name: str = "",
    value: object = "",
    wide: bool = False,
    disabled: bool = False,
    about: str = "",
    action: str = "",
    id: str = "",
) -> dict[str, Any]:
    """A link that looks like a button if `href` is given, otherwise the form's submit button.

    `tone` is primary (one per form), danger or plain. `about` is hidden text for screen readers, for several buttons
    with the same label: "Pick" with `about="Lando Norris"`. `action` submits the form to another URL. With an `id`, the
    button keeps the focus when htmx swaps it.
    """
    return {
        "label": label,
        "href": href,
        "tone": tone,
        "name": name,
        "value": value,
        "wide": wide,
        "disabled": disabled,
        "about": about,
        "action": action,
        "id": id,
    }


@register.inclusion_tag("elements/opener.html")
def opener(label: str, dialog: str, href: str, tone: str = "") -> dict[str, str]:
    """A button that opens the dialog with this id. Without JavaScript, it is a link to the page with its content."""
    return {"label": label, "dialog": dialog, "href": href, "tone": tone}


@register.inclusion_tag("elements/delta.html")
def delta(change: Decimal | int | None, unit: str = "") -> dict[str, Any]:
    """How much better or worse than before: an arrow and a number, and words for screen readers. Nothing for None.

    `unit="places"` is for movement in standings and races, where `change` is positive if the rank is better.
    """
    if change is None:
        return {}
    amount = abs(Decimal(change))
    size, count = shown_points(amount), int(amount)
    words = {
        ("up", ""): _("up %(size)s"),
        ("down", ""): _("down %(size)s"),
        ("up", "places"): ngettext("up %(size)s place", "up %(size)s places", count),
        ("down", "places"): ngettext("down %(size)s place", "down %(size)s places", count),
    }
    way = "up" if change > 0 else "down" if change < 0 else "same"
    sentence = _("unchanged") if way == "same" else words[way, unit] % {"size": size}
    return {"way": way, "size": size if change else "", "words": sentence}


@register.inclusion_tag("elements/skeleton.html")
def skeleton(lines: int = 3) -> dict[str, Any]:
    """The outline of content that is loading, after 150 milliseconds: what is faster does not flicker."""
    return {"lines": range(lines)}


@register.inclusion_tag("elements/loading.html")
def loading(label: str = "") -> dict[str, str]:
    """A sign that something is loading, after 150 milliseconds."""
    return {"label": label}


@register.inclusion_tag("elements/avatar.html")
def avatar(name: str, mark: AnyMark = None) -> dict[str, Any]:
    """A user's badge or initials on a colour; hidden from screen readers, since the name is beside it.

    `mark` is what the user has chosen (`user.mark`, or that of a constructor), as a `Mark` or as in cached JSON.
    """
    chosen = Mark(**mark) if isinstance(mark, Mapping) else mark or Mark()
    return {"letters": initials(name), "badge": chosen.badge, "tint": chosen.colour or tint(name)}


@register.inclusion_tag("elements/flag.html")
def flag(country: str, named: bool = False) -> dict[str, str]:
    """The flag of a country, by its name or a nationality as the results have them; a grey mark for any other word.

    Hidden from screen readers beside a text that names the country; `named` gives it the country's name.
    """
    return {"code": country_code(country) or UNKNOWN, "label": country_name(country) if named else ""}


@register.inclusion_tag("elements/circuit_outline.html")
def circuit_outline(circuit: Any, named: bool = False) -> dict[str, Any]:
    """The outline of a circuit with its start line and direction, in the colour of the text; nothing if unknown.

    Hidden from screen readers beside the circuit's name, unless `named`.
    """
    return {"circuit": circuit, "outline": circuit.outline, "named": named}


@register.inclusion_tag("elements/abbreviation.html")
def abbreviation(short: object, full: object, kind: str = "") -> dict[str, object]:
    """A short form where space is scarce. Screen readers get the full form, a mouse shows it.

    `kind` is the class of the short form.
    """
    return {"short": short, "full": full, "kind": kind}


@register.inclusion_tag("elements/badge.html")
def badge(label: str, tone: str = "") -> dict[str, str]:
    """A status in a word or two."""
    return {"label": label, "tone": tone}


@register.simple_tag
def icon(name: str) -> str:
    """A picture of one colour, drawn by the project (templates/elements/icons); hidden from screen readers."""
    return render_to_string(f"elements/icons/{name}.svg")


@register.inclusion_tag("elements/rank.html")
def rank(place: int | str | None, plain: bool = False) -> dict[str, Any]:
    """A rank; None means no rank yet. `plain` is for numbers of which 1 is not the best, such as rounds."""
    return {"place": place, "plain": plain}


@register.inclusion_tag("elements/stats.html")
def stats(*pairs: object) -> dict[str, list[tuple[object, object]]]:
    """Large numbers with labels: `{% stats "Points" total "Rank" place %}`."""
    return {"pairs": list(zip(pairs[::2], pairs[1::2], strict=True))}


@register.inclusion_tag("elements/points_breakdown.html")
def points_breakdown(lines: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The breakdown of points: pairs of label and points, as the scores store them."""
    return {"lines": lines}


@register.inclusion_tag("elements/driver_badge.html")
def driver_badge(
    driver: Any,
    team: Any = None,
    number: int | None = None,
    brief: bool = False,
    gone: bool = False,
    with_flag: bool = False,
) -> dict[str, Any]:
    """A driver's code, number and name, and the mark and name of their team.

    `brief` shows only the code and the team's mark; `gone` marks an unavailable driver; `with_flag` adds their flag.
    """
    return {
        "driver": driver,
        "full": f"{driver}, {team}" if team else driver,
        "team": team,
        "number": number,
        "brief": brief,
        "gone": gone,
        "with_flag": with_flag,
    }


@register.inclusion_tag("elements/team_badge.html")
def team_badge(team: Any, brief: bool = False) -> dict[str, Any]:
    """A team's mark, code and name; `brief` leaves out the name, which the code then explains."""
    return {"team": team, "brief": brief}


@register.inclusion_tag("elements/datetime.html", name="datetime")
def datetime_element(at: datetime | None, year: bool = False) -> dict[str, Any]:
    """A datetime in the user's time zone, with the zone; "time not known yet" for None."""
    if at is None:
        return {"at": None}
    # The attribute of <time> may not have more than three digits behind the seconds.
    machine = at.isoformat(timespec="seconds")
    text = datetimes.format_datetime(timezone.localtime(at), year=year)
    return {"at": at, "machine": machine, "text": text, "year": year}


@register.inclusion_tag("elements/countdown.html", takes_context=True)
def countdown(context: Context, label: str, ends_at: datetime, small: bool = False) -> dict[str, Any]:
    """The time left until `ends_at`, and that time. The browser counts down; without JavaScript it is static."""
    left = datetimes.format_time_left(ends_at - context["server_now"])
    return {"label": label, "ends_at": ends_at, "left": left, "small": small}


@register.inclusion_tag("elements/field.html")
def field(field: BoundField) -> dict[str, Any]:
    """A form field with its label, help text and errors."""
    return {"field": field, "is_tick": isinstance(field.field.widget, CheckboxInput)}


@register.inclusion_tag("elements/choices.html")
def choices(
    field: BoundField,
    *meanings: str,
    title: str = "",
    explained: Mapping[str, tuple[str, str]] | None = None,
    number: int | None = None,
) -> dict[str, Any]:
    """Radio buttons of a `ChoiceField` beside each other, each with what it means.

    What a choice means is one of the `meanings`, in their order; or it is `explained` by value, as a sentence and an
    example; or it is in the choice itself, after a colon. With a `number`, the title is that of a numbered question; it
    defaults to the label.
    """
    shown = []
    for at, (value, text) in enumerate(field.field.choices):  # type: ignore[attr-defined]
        label, _, rest = str(text).partition(": ")
        said = meanings[at] if at < len(meanings) else capfirst(rest)
        meaning, example = (explained or {}).get(str(value), (said, ""))
        is_checked = str(value) == str(field.value() or "")
        shown.append({"value": value, "label": label, "meaning": meaning, "example": example, "is_checked": is_checked})
    return {"field": field, "choices": shown, "title": title or field.label, "number": number}


@register.inclusion_tag("elements/fields.html")
def fields(form: BaseForm) -> dict[str, BaseForm]:
    """All fields of a form, after its non-field errors."""
    return {"form": form}


@register.inclusion_tag("elements/copy.html")
def copy(text: str, label: str = "") -> dict[str, str]:
    """A text to share, such as a link, with a button that copies it if the browser supports that."""
    return {"text": text, "label": label or _("Copy")}


@register.inclusion_tag("elements/share.html")
def share(label: str, url: str, title: str, text: str) -> dict[str, str]:
    """A button that passes a link on to another app. `static/js/app.js` shows it where the browser can."""
    return {"label": label, "url": url, "title": title, "text": text}


@register.inclusion_tag("elements/qr.html")
def qr(image: str, alt: str) -> dict[str, str]:
    """A QR code: the image as a data URL, and its alternative text."""
    return {"image": image, "alt": alt}


@register.inclusion_tag("elements/pagination.html", takes_context=True)
def pagination(context: Context, page: Page[Any]) -> dict[str, Any]:
    """Links to the previous and next page, which keep the other query parameters."""
    return {"page": page, "query": context["request"].GET}


@register.inclusion_tag("elements/nav_link.html", takes_context=True)
def nav_link(context: Context, label: str, view: str, *belongs: str, icon: str = "") -> dict[str, Any]:
    """A link in the main navigation, current on its own page and on pages whose view or app name is in `belongs`."""
    match = getattr(context.get("request"), "resolver_match", None)
    is_current = match is not None and not {match.view_name, match.app_name}.isdisjoint({view, *belongs})
    return {"label": label, "href": reverse(view), "is_current": is_current, "name": icon}


@register.inclusion_tag("elements/fonts.html")
def fonts() -> dict[str, Any]:
    """The links to the fonts of the site, for the head of a page; nothing if this installation has none."""
    style_sheet, *faces = site_fonts.urls() or ("",)
    return {"style_sheet": style_sheet, "faces": faces}


# -- filters -----------------------------------------------------------------------------------------------------------


@register.filter
def points(value: Decimal | str) -> str:
    """Format points: 423.00 as 423, 12.50 as 12.5, or as 12,5 in German. They may be formatted for programs already."""
    return shown_points(value)


@register.filter
def player_name(name: str) -> str:
    """The player of a constructor, as `Constructor.player` and the leaderboards name them: bots are no names."""
    return {"bot": _("bot"), "former player": _("former player")}.get(name, name)


@register.filter
def unlinked(value: object) -> str:
    """A name in an e-mail, of which mail programs make no link."""
    return names.unlinked(str(value))


@register.filter
def get_item(values: Mapping[Any, Any], key: object) -> Any:
    """Look up a variable key in a mapping: `form_of|get_item:entry.driver_id`."""
    return values.get(key) if values else None


@register.filter
def breakable_url(value: str) -> SafeString:
    """A URL that breaks before the segments of its path, and a text without a path as it is."""
    return format_html_join(SafeString("/<wbr>"), "{}", ((part,) for part in value.split("/")))


@register.filter
def country(word: str) -> str:
    """Name the country of a nationality in the reader's language: Dutch as Netherlands."""
    return country_name(word)


@register.filter
def day(value: date) -> str:
    """Format a date: Sat 5 Jul."""
    return datetimes.format_date(value)
