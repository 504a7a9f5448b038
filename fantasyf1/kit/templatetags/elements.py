"""The elements that pages are put together from; every template has them without `load`.

Pages hold words and structure, elements hold the classes: each tag below renders `templates/elements/<tag>.html`.
Those with an end tag wrap what stands between: `{% panel title="Standings" %} ... {% endpanel %}`.

`tone` is one of good, warn, bad, info, best or live, and never says anything that the words do not.
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
from django.utils.safestring import SafeString

from fantasyf1.kit import moments
from fantasyf1.kit.initials import initials, tint
from fantasyf1.kit.points import points_text

register = template.Library()


# -- frames: what wraps a piece of a page ------------------------------------------------------------------------------


@register.simple_block_tag
def page_head(content: SafeString, title: str, kicker: str = "", lead: str = "", person: str = "") -> str:
    """The page's only h1, a line above it, a sentence below it; the actions stand between the tags.

    `person` is the name of whom the page is about, and shows his initials.
    """
    facts = {"content": content, "title": title, "kicker": kicker, "lead": lead, "person": person}
    return render_to_string("elements/page_head.html", facts)


@register.simple_block_tag
def panel(content: SafeString, title: str = "", note: str = "", tone: str = "", level: int = 2, id: str = "") -> str:
    """A framed part of the page. `tone="pit"` is the dark one: one a page, for what is happening now."""
    facts = {"content": content, "title": title, "note": note, "tone": tone, "level": level, "id": id}
    return render_to_string("elements/panel.html", facts)


@register.simple_block_tag
def table(content: SafeString, caption: str, kind: str = "") -> str:
    """thead, tbody and tfoot in a table that scrolls sideways alone.

    `kind` is empty, "tower" (a timing tower: ranks and numbers) or "board" (a draft: rounds by constructors). The
    caption is for screen readers. Cells with numbers have class `num`, columns for wide screens `wide`, the reader's
    own row or cell `is-mine`, the slot whose turn it is `is-now`.
    """
    return render_to_string("elements/table.html", {"content": content, "caption": caption, "kind": kind})


@register.simple_block_tag
def notice(content: SafeString, tone: str = "info", word: str = "") -> str:
    """Something to know before going on; `word` is the bold beginning, such as "Provisional"."""
    return render_to_string("elements/notice.html", {"content": content, "tone": tone, "word": word})


@register.simple_block_tag
def empty(content: SafeString, title: str) -> str:
    """What a list says when there is nothing in it, and the way on."""
    return render_to_string("elements/empty.html", {"content": content, "title": title})


@register.simple_block_tag
def card(content: SafeString, title: str, href: str) -> str:
    """A thing among its like, to be tapped as a whole."""
    return render_to_string("elements/card.html", {"content": content, "title": title, "href": href})


@register.simple_block_tag
def tabs(content: SafeString, label: str) -> str:
    """Links to the parts of one thing; the one shown has `aria-current="page"`."""
    return render_to_string("elements/tabs.html", {"content": content, "label": label, "kind": "tabs"})


@register.simple_block_tag
def chips(content: SafeString, label: str) -> str:
    """Links that choose what a list shows; the one chosen has `aria-current="true"`."""
    return render_to_string("elements/tabs.html", {"content": content, "label": label, "kind": "chips"})


@register.simple_block_tag
def rows(content: SafeString, label: str = "", grid: bool = False) -> str:
    """A list of `row`s; with `grid` two of them side by side where there is room."""
    return render_to_string("elements/rows.html", {"content": content, "label": label, "grid": grid})


@register.simple_block_tag
def row(content: SafeString, end: str = "", id: str = "") -> str:
    """A line of a list that is easy to hit: a link with all its words, or `row-main` and `row-end`.

    `end` is a short text at its end, such as points. A live badge in it marks the whole row.
    """
    return render_to_string("elements/row.html", {"content": content, "end": end, "id": id})


@register.simple_block_tag
def person(content: SafeString, name: str) -> str:
    """Words about a person, or about what is his, beside his initials. The name should be among them."""
    return render_to_string("elements/person.html", {"content": content, "name": name})


@register.simple_block_tag
def facts(content: SafeString) -> str:
    """Pairs of dt and dd."""
    return render_to_string("elements/facts.html", {"content": content})


@register.simple_block_tag
def more(content: SafeString, summary: str) -> str:
    """What only some want to read, folded away."""
    return render_to_string("elements/more.html", {"content": content, "summary": summary})


# -- pieces ------------------------------------------------------------------------------------------------------------


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
) -> dict[str, Any]:
    """A link that looks like a button where `href` is given, else the form's submit button.

    `tone`: primary (one a form), danger, plain. `about` says to screen readers what it is about, where several
    buttons have the same label: "Pick" with `about="Lando Norris"`. `action` sends the form elsewhere.
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
    }


@register.inclusion_tag("elements/avatar.html")
def avatar(name: str) -> dict[str, Any]:
    """A person's initials on his tint; for the eye alone, since his name stands beside them."""
    return {"letters": initials(name), "tint": tint(name)}


@register.inclusion_tag("elements/badge.html")
def badge(label: str, tone: str = "") -> dict[str, str]:
    """A state in a word or two."""
    return {"label": label, "tone": tone}


@register.inclusion_tag("elements/rank.html")
def rank(place: int | str | None, plain: bool = False) -> dict[str, Any]:
    """A place in a table; None is no place yet. `plain` is for numbers whose first is no better, such as rounds."""
    return {"place": place, "plain": plain}


@register.inclusion_tag("elements/stats.html")
def stats(*pairs: object) -> dict[str, list[tuple[object, object]]]:
    """Large numbers with their names: `{% stats "Points" total "Rank" place %}`."""
    return {"pairs": list(zip(pairs[::2], pairs[1::2], strict=True))}


@register.inclusion_tag("elements/sum.html")
def points_sum(lines: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """How points came about: `[label, points]` each, as the scores keep them."""
    return {"lines": lines}


@register.inclusion_tag("elements/driver_badge.html")
def driver_badge(driver: Any, team: Any = None, brief: bool = False, gone: bool = False) -> dict[str, Any]:
    """A driver's code, name and team; `brief` is code and team's colour alone, `gone` one who is not to be had."""
    return {"driver": driver, "team": team, "brief": brief, "gone": gone}


@register.inclusion_tag("elements/moment.html")
def moment(at: datetime | None, year: bool = False) -> dict[str, Any]:
    """A moment in the reader's zone, with the zone; "time not known yet" for None."""
    return {"at": at, "text": moments.moment_text(timezone.localtime(at), year=year) if at else "", "year": year}


@register.inclusion_tag("elements/countdown.html", takes_context=True)
def countdown(context: Context, label: str, ends_at: datetime, small: bool = False) -> dict[str, Any]:
    """How long until `ends_at`, and when that is. The browser counts on; without JavaScript it stands still."""
    left = moments.left_text(ends_at - context["server_now"])
    return {"label": label, "ends_at": ends_at, "left": left, "small": small}


@register.inclusion_tag("elements/field.html")
def field(field: BoundField) -> dict[str, Any]:
    """A form's field with its label, help and errors."""
    return {"field": field, "is_tick": isinstance(field.field.widget, CheckboxInput)}


@register.inclusion_tag("elements/fields.html")
def fields(form: BaseForm) -> dict[str, BaseForm]:
    """All fields of a form, after what is wrong with it as a whole."""
    return {"form": form}


@register.inclusion_tag("elements/copy.html")
def copy(text: str, label: str = "Copy") -> dict[str, str]:
    """Something to pass on, such as a link, with a button that copies it where the browser can."""
    return {"text": text, "label": label}


@register.inclusion_tag("elements/qr.html")
def qr(image: str, words: str) -> dict[str, str]:
    """A code for a phone's camera: a data address of the image, and what it is of in words."""
    return {"image": image, "words": words}


@register.inclusion_tag("elements/pagination.html", takes_context=True)
def pagination(context: Context, page: Page[Any]) -> dict[str, Any]:
    """Links to the pages before and after, which keep the rest of the address."""
    return {"page": page, "query": context["request"].GET}


@register.inclusion_tag("elements/nav_link.html", takes_context=True)
def nav_link(context: Context, label: str, view: str, *belongs: str) -> dict[str, Any]:
    """A link of the main navigation, marked on its own page and wherever the view's name or app is in `belongs`."""
    match = getattr(context.get("request"), "resolver_match", None)
    is_current = match is not None and not {match.view_name, match.app_name}.isdisjoint({view, *belongs})
    return {"label": label, "href": reverse(view), "is_current": is_current}


# -- how values are written --------------------------------------------------------------------------------------------


@register.filter
def points(value: Decimal) -> str:
    """423.00 is 423, 12.50 is 12.5."""
    return points_text(value)


@register.filter
def of(values: Mapping[Any, Any], key: object) -> Any:
    """The value of a mapping at a key that is a variable: `form_of|of:entry.driver_id`."""
    return values.get(key) if values else None


@register.filter
def day(value: date) -> str:
    """Sat 5 Jul."""
    return moments.day_text(value)
