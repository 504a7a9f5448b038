"""Finds what is wrong with the HTML of a page: parse errors, and what a parser accepts but the standard forbids.

justhtml reports every parse error of the standard. The other functions check ids and what refers to them, what may
contain what, obsolete elements and attributes, and values. `nu_problems` asks the Nu Html Checker, which knows all of
the standard and needs Java.
"""

import json
import re
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from justhtml import Element, JustHTML

INTERACTIVE = frozenset(
    ("a", "audio", "button", "details", "embed", "iframe", "input", "label", "select", "textarea", "video")
)
# Elements that may contain only text and elements within text.
PHRASING = frozenset(
    (
        *("abbr", "b", "bdi", "bdo", "button", "cite", "code", "data", "dfn", "em", "h1", "h2", "h3", "h4", "h5", "h6"),
        *("i", "kbd", "label", "legend", "mark", "output", "p", "pre", "q", "s", "samp", "small", "span", "strong"),
        *("sub", "summary", "sup", "time", "u", "var"),
    )
)
# Elements that may contain what their parent may.
TRANSPARENT = frozenset(("a", "del", "ins", "map", "noscript", "object"))
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
BLOCKS = HEADINGS | frozenset(
    (
        *("address", "article", "aside", "blockquote", "dd", "details", "dialog", "div", "dl", "dt", "fieldset"),
        *("figcaption", "figure", "footer", "form", "header", "hgroup", "hr", "li", "main", "menu", "nav", "ol", "p"),
        *("pre", "search", "section", "table", "ul"),
    )
)
CHILDREN = {
    "dl": frozenset(("dd", "div", "dt", "script", "template")),
    "ol": frozenset(("li", "script", "template")),
    "ul": frozenset(("li", "script", "template")),
}
OBSOLETE = frozenset(
    (
        *("acronym", "applet", "basefont", "bgsound", "big", "blink", "center", "dir", "font", "frame", "frameset"),
        *("marquee", "nobr", "noframes", "plaintext", "strike", "tt", "xmp"),
    )
)
OBSOLETE_ATTRIBUTES = frozenset(
    (
        *("align", "alink", "background", "bgcolor", "border", "cellpadding", "cellspacing", "clear", "frameborder"),
        *(
            "hspace",
            "language",
            "link",
            "marginheight",
            "marginwidth",
            "nowrap",
            "rules",
            "scrolling",
            "summary",
            "valign",
        ),
        *("vlink", "vspace"),
    )
)
ONE_ID = (
    "aria-activedescendant",
    "aria-details",
    "aria-errormessage",
    "commandfor",
    "for",
    "form",
    "list",
    "popovertarget",
)
SEVERAL_IDS = ("aria-controls", "aria-describedby", "aria-flowto", "aria-labelledby", "aria-owns", "headers")
# In these, htmx takes a selector for part of the page. Only ids can be checked here.
SELECTORS = ("hx-include", "hx-indicator", "hx-select-oob", "hx-target")
TIME = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:?\d\d)?)?|\d{4}(-\d\d)?|P[\dYMWDTHS.]+")

Attributes = Mapping[str, str | None]


def problems_of_html(text: str, *, is_fragment: bool = False) -> list[str]:
    """A line for each problem of a page, or of a fragment of one, which may refer to ids outside of it."""
    parsed = JustHTML(text, sanitize=False, collect_errors=True, fragment=is_fragment)
    elements = [element for element in _descendants(parsed.root) if element.namespace in (None, "html")]
    ids = [value for element in _descendants(parsed.root) if (value := _attributes(element).get("id")) is not None]
    problems = [f"line {error.line}: {error.code}" for error in parsed.errors]
    problems += [f"The id {value!r} is used {times} times." for value, times in Counter(ids).items() if times > 1]
    for element in elements:
        found = [*_misplaced(element), *_obsolete(element), *_wrong_values(element)]
        if not is_fragment:
            found += [f"{name} refers to no id: {value!r}" for name, value in _references(element) if value not in ids]
        problems += [f"{_shown(element)}: {problem}" for problem in found]
    return problems


def nu_problems(jar: Path, pages: Mapping[str, str], folder: Path) -> list[str]:
    """What the Nu Html Checker finds in pages, by address; it reads them from files in the folder.

    It knows no attributes of htmx, and Select2 needs options without text for its placeholders.
    """
    addresses = {}
    for number, (address, text) in enumerate(pages.items()):
        (folder / f"{number}.html").write_text(text, encoding="utf-8")
        addresses[f"{number}.html"] = address
    files = map(str, folder.glob("*.html"))
    command = ["java", "-jar", str(jar), "--format", "json", "--stdout", "--errors-only", *files]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    known = re.compile(r"Attribute “(hx|sse)-|Element “option” without attribute “label” must not be empty")
    return [
        f"{addresses[Path(message['url']).name]}: {message['message']} {message.get('extract', '')}"
        for message in json.loads(done.stdout)["messages"]
        if not known.match(message["message"])
    ]


def _descendants(node: object) -> Iterator[Element]:
    for child in getattr(node, "children", None) or ():
        if isinstance(child, Element):
            yield child
            yield from _descendants(child.template_content or child)


def _attributes(element: Element) -> Attributes:
    return element.attrs or {}


def _shown(element: Element) -> str:
    return f"<{' '.join([element.name, *(f'{name}={value!r}' for name, value in _attributes(element).items())])}>"[:120]


def _ancestors(element: Element) -> Iterator[Element]:
    while isinstance(element.parent, Element):
        element = element.parent
        yield element


def _is_interactive(element: Element) -> bool:
    attributes = _attributes(element)
    if "tabindex" in attributes:
        return True
    if element.name == "a":
        return "href" in attributes
    return element.name in INTERACTIVE and attributes.get("type") != "hidden"


def _misplaced(element: Element) -> Iterator[str]:
    parents = list(_ancestors(element))
    if _is_interactive(element) and any(parent.name in ("a", "button") for parent in parents):
        yield "It is inside a link or a button."
    if element.name in ("form", "label") and any(parent.name == element.name for parent in parents):
        yield f"It is inside another {element.name}."
    container = next((parent for parent in parents if parent.name not in TRANSPARENT), None)
    if container is None:
        return
    is_heading_in_summary = container.name in ("summary", "legend") and element.name in HEADINGS
    if container.name in PHRASING and element.name in BLOCKS and not is_heading_in_summary:
        yield f"It is inside {container.name}, which may contain only text and elements within text."
    if container.name in CHILDREN and element.name not in CHILDREN[container.name]:
        yield f"It is a child of {container.name}."
    if element.name == "li" and container.name not in ("ol", "ul", "menu"):
        yield f"It is in no list, but in {container.name}."


def _obsolete(element: Element) -> Iterator[str]:
    if element.name in OBSOLETE:
        yield "The element is obsolete."
    yield from (
        f"{name} is obsolete." for name in _attributes(element) if name in OBSOLETE_ATTRIBUTES or name == "style"
    )


def _wrong_values(element: Element) -> Iterator[str]:
    attributes = _attributes(element)
    if element.name == "time" and not TIME.fullmatch(attributes.get("datetime") or element.to_text()):
        yield "It has no valid time."
    if (value := attributes.get("id")) is not None and not re.fullmatch(r"\S+", value):
        yield "The id is empty, or has a blank in it."
    if element.name == "select":
        yield from _wrong_options(element)


def _wrong_options(select: Element) -> Iterator[str]:
    attributes = _attributes(select)
    options = [option for option in _descendants(select) if option.name == "option"]
    # Select2 shows the placeholder of the admin's fields in place of an empty option.
    if "admin-autocomplete" not in (attributes.get("class") or "") and not all(
        option.to_text() or _attributes(option).get("label") for option in options
    ):
        yield "It has an option without text."
    is_single = "multiple" not in attributes and attributes.get("size") in (None, "1")
    if "required" in attributes and is_single and options:
        first = _attributes(options[0]).get("value")
        if first or (first is None and options[0].to_text()):
            yield "It is required, but its first option has a value."


def _references(element: Element) -> Iterator[tuple[str, str]]:
    """The names of attributes that refer to other elements, with each id that they name."""
    for name, value in _attributes(element).items():
        if name in ONE_ID and value:
            yield name, value
        elif name in SEVERAL_IDS:
            yield from ((name, each) for each in (value or "").split())
        elif name in SELECTORS:
            yield from ((name, each) for each in re.findall(r"#([\w-]+)", value or ""))
        elif element.name == "a" and name == "href" and value and re.fullmatch(r"#[^:]+", value):
            yield name, value[1:]
