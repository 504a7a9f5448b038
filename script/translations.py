"""Extract every text of the site into locale/*/LC_MESSAGES/*.po, and check the translations.

script/translations             extract, then list what is missing or wrong
script/translations --check     change nothing, and fail if something would change, is missing or is wrong
script/translations --fill FILE take translations from a JSON file: {"text": "translation", "text": ["one", "other"]}
script/translations --missing   print the texts without translation as such a file, to be filled in

Babel reads Python and JavaScript, and Django turns its templates into what Babel can read.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
APPS = ("fantasyf1", "core", "notifications", "accounts", "races", "leagues", "constructors", "drafts", "scoring")
# The functions that mark a text, and which of their arguments are texts or the context of one.
SINGULAR = dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"))
PLURAL = dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2))
WITH_CONTEXT = dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2))
WITH_BOTH = dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3))
KEYWORDS: dict[str, Any] = {**SINGULAR, **PLURAL, **WITH_CONTEXT, **WITH_BOTH}
HEADER = """\
# The texts of Fantasy F1. script/translations writes this file; only the translations are written by hand.
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural_forms}\\n"

"""
PERCENT_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%[sd](?![a-z])|%%")
BRACE_PLACEHOLDER = re.compile(r"\{\w*\}")
TAG = re.compile(r"</?[a-z][^>]*>")
ENTITY = re.compile(r"&[a-z]+;")


# -- extraction --------------------------------------------------------------------------------------------------------


def extracted(domain: str) -> Catalog:
    """All texts in the sources of a domain: django for the server, djangojs for the scripts."""
    catalog = Catalog(charset="utf-8")
    for path in _sources(domain):
        for _line, messages, _comments, context in _texts(path):
            if messages and messages != "":
                catalog.add(messages, context=context)
    return catalog


def _sources(domain: str) -> Iterator[Path]:
    if domain == "djangojs":
        yield from sorted((ROOT / "static" / "js").rglob("*.js"))
        return
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if not {"tests", "migrations"} & set(path.relative_to(ROOT).parts):
                yield path
    for folder in (ROOT / "templates", *(ROOT / app / "templates" for app in APPS)):
        yield from sorted(path for path in folder.rglob("*") if path.suffix in (".html", ".txt", ".js", ".json"))


def _texts(path: Path) -> Iterable[tuple[int, Any, list[str], str | None]]:
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return extract("python", BytesIO(source.encode()), keywords=KEYWORDS)
    if "templates" in path.parts:
        # Calls of gettext among the letter X. Without indentation, Babel can read them as Python.
        lines = templatize(source, origin=str(path)).splitlines()
        calls = "\n".join(line.strip() for line in lines)
        return extract("python", BytesIO(calls.encode()), keywords=KEYWORDS)
    return extract("javascript", BytesIO(source.encode()), keywords=KEYWORDS)


# -- the files ---------------------------------------------------------------------------------------------------------


def read(path: Path) -> Catalog:
    """The catalogue in a .po file; an empty one if there is none yet."""
    language = path.parts[-3]
    if not path.exists():
        return Catalog(locale=language, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language, charset="utf-8", abort_invalid=True)


def updated(old: Catalog, texts: Catalog) -> Catalog:
    """The texts with the translations that they have in the old catalogue. Those of other texts are dropped."""
    new = Catalog(locale=old.locale, charset="utf-8")
    for message in texts:
        if message.id:
            known = old.get(message.id, message.context)
            string = known.string if known and isinstance(known.string, type(_empty(message))) else _empty(message)
            new.add(message.id, string, context=message.context)
    return new


def _empty(message: Message) -> str | tuple[str, ...]:
    return ("", "") if message.pluralizable else ""


def text_of(catalog: Catalog) -> str:
    """The .po file: sorted and without places and dates, so that changes of two branches rarely meet."""
    body = BytesIO()
    write_po(body, catalog, width=0, no_location=True, omit_header=True, sort_output=True, ignore_obsolete=True)
    header = HEADER.format(language=catalog.locale, plural_forms=catalog.plural_forms)
    return header + body.getvalue().decode().strip() + "\n"


# -- the checks --------------------------------------------------------------------------------------------------------


def faults_of(catalog: Catalog) -> Iterator[str]:
    """A line for each translation that is missing, or that loses a placeholder or a tag."""
    for message in catalog:
        if message.id:
            forms, ids = _as_tuple(message.string), _as_tuple(message.id)
            faults = ["is not translated"] if not all(forms) else [*_differences(ids, forms)]
            if message.fuzzy:
                faults.append("is marked as fuzzy")
            yield from (f"{ids[0]!r} {fault}" for fault in faults)


def _as_tuple(text: Any) -> tuple[str, ...]:
    return tuple(text) if isinstance(text, tuple | list) else (text or "",)


def _differences(ids: tuple[str, ...], forms: tuple[str, ...]) -> Iterator[str]:
    for number, form in enumerate(forms):
        original = ids[min(number, len(ids) - 1)]
        for kind, pattern in (("placeholders", PERCENT_PLACEHOLDER), ("placeholders", BRACE_PLACEHOLDER),
                              ("HTML tags", TAG), ("entities", ENTITY)):  # fmt: skip
            there, here = sorted(pattern.findall(form)), sorted(pattern.findall(original))
            # The singular may say "a race" where the plural says "3 races".
            alternatives = [sorted(pattern.findall(text)) for text in ids]
            if there != here and there not in alternatives:
                yield f"has other {kind} in its translation: {form!r}"
        if (form[:1] == "\n", form[-1:] == "\n") != (original[:1] == "\n", original[-1:] == "\n"):
            yield f"begins or ends with a line break, and its translation does not: {form!r}"
        if (form[:1] == " ", form[-1:] == " ") != (original[:1] == " ", original[-1:] == " "):
            yield f"begins or ends with a space, and its translation does not: {form!r}"


# -- filling in --------------------------------------------------------------------------------------------------------


def fill(catalog: Catalog, translations: dict[str, Any]) -> int:
    """Take translations for texts that the catalogue has. Returns their number."""
    count = 0
    for message in catalog:
        found = translations.get(_name(message)) if message.id else None
        if found and found != message.string:
            message.string = tuple(found) if isinstance(found, list) else found
            count += 1
    return count


def missing(catalog: Catalog) -> dict[str, Any]:
    """The texts without translation, with those of two forms as a list."""
    return {
        _name(message): [*message.id] if message.pluralizable else ""
        for message in catalog
        if message.id and not all(_as_tuple(message.string))
    }


def _name(message: Message) -> str:
    """How a JSON file names a text: the singular, after the context and a line."""
    text = message.id[0] if isinstance(message.id, tuple | list) else message.id
    return f"{message.context}|{text}" if message.context else str(text)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--missing", action="store_true")
    parser.add_argument("--fill", type=Path, action="append", default=[])
    options = parser.parse_args()
    translations = {text: form for path in options.fill for text, form in json.loads(path.read_text()).items()}
    faults: list[str] = []
    without: dict[str, Any] = {}
    for domain in ("django", "djangojs"):
        texts = extracted(domain)
        for language in sorted(path.name for path in LOCALE.iterdir() if path.is_dir()):
            path = LOCALE / language / "LC_MESSAGES" / f"{domain}.po"
            catalog = updated(read(path), texts)
            fill(catalog, translations)
            before, after = path.read_text() if path.exists() else "", text_of(catalog)
            name = path.relative_to(ROOT)
            faults += [f"{name}: {fault}" for fault in faults_of(catalog)]
            without |= missing(catalog)
            if options.check and before != after:
                faults.append(f"{name} is not up to date: run script/translations")
            elif not options.check and not options.missing:
                path.write_text(after)
    if options.missing:
        print(json.dumps(without, ensure_ascii=False, indent=0))
        return 0
    print(*faults, sep="\n")
    print(f"{len(faults)} faults." if faults else "All translations are complete.", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
