"""Finds text that users read and that is not marked for translation, in templates, Python modules and scripts.

A finding is a line such as `templates/home.html:7: "The race for tenth starts here"`.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path

from django.conf import settings
from django.template.base import DebugLexer, Token, TokenType
from django.utils.text import smart_split

from core.templatetags import elements

ROOT = Path(settings.BASE_DIR)
PACKAGES = sorted(path.parent.name for path in ROOT.glob("*/apps.py"))
LETTER = re.compile(r"[^\W\d_]")
# Names, which are the same in every language.
PROPER_NAMES = re.compile(r"Fantasy F1|Jolpica F1|F1DB|SHA-256|Discord|Slack")


def templates() -> list[str]:
    """The paths of the project's templates."""
    folders = [ROOT / "templates", *sorted(ROOT.glob("*/templates"))]
    return [_relative(path) for folder in folders for path in sorted(folder.rglob("*.*"))]


def modules() -> list[str]:
    """The paths of the Python modules that may contain text for users. Text for operators is not translated."""
    paths = (path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")))
    found = [_relative(path) for path in paths if not {"tests", "migrations", "management"} & set(path.parts)]
    return [path for path in found if not path.startswith("fantasyf1/settings")]


def scripts() -> list[str]:
    """The paths of the JavaScript files."""
    return [_relative(path) for path in sorted((ROOT / "static" / "js").glob("*.js"))]


def unmarked_in(path: str) -> list[str]:
    """The findings in one file."""
    source = (ROOT / path).read_text()
    if path.endswith(".py"):
        found = unmarked_in_python(source, is_api="api" in Path(path).parts)
    elif path.endswith(".js"):
        found = unmarked_in_script(source)
    else:
        found = list(unmarked_in_template(source))
    return [f'{path}:{line}: "{text}"' for line, text in found]


def _relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _needs_mark(text: str) -> bool:
    return bool(LETTER.search(PROPER_NAMES.sub("", text)))


def _shortened(text: str) -> str:
    return " ".join(text.split())[:80]


# -- templates ---------------------------------------------------------------------------------------------------------

TEXT_ATTRIBUTES = {"title", "placeholder", "alt", "label", "aria-label", "aria-description", "hx-confirm"}
BUTTON_TYPES = {"submit", "button", "reset"}
# Blocks without text for users. What is in them is not parsed.
SKIPPED_BLOCKS = {"blocktranslate": "endblocktranslate", "blocktrans": "endblocktrans", "comment": "endcomment"}
# Blocks of the base pages that hold CSS classes.
SKIPPED_BLOCKS |= {"block width": "endblock", "block look": "endblock"}
# Arguments of element tags that are not text: CSS classes, form field names, URLs.
NOT_TEXT = {"tone", "href", "name", "value", "kind", "id", "action", "form_id", "here", "unit", "dialog"}
LITERAL = re.compile(r"""(?:(\w+)=)?(["'])(.*?)\2""")
TEXT_FILTER = re.compile(r"""\|(?:default|default_if_none|yesno|add):(["'])(.*?)\1|\|(pluralize)""")
WORDS = re.compile(r"[^\W\d_]{2,} [^\W\d_]{2,}")


def unmarked_in_template(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of every finding in a template."""
    markup, end_of_block = source, ""
    for token in DebugLexer(source).tokenize():
        words = token.contents.split() if token.token_type == TokenType.BLOCK else []
        if token.token_type != TokenType.TEXT or end_of_block:
            assert token.position is not None, "DebugLexer sets it"
            markup = _blank(markup, *token.position)
        if end_of_block:
            end_of_block = "" if words[:1] == [end_of_block] else end_of_block
        elif start := {words[0], " ".join(words)} & SKIPPED_BLOCKS.keys() if words else set():
            end_of_block = SKIPPED_BLOCKS[start.pop()]
        else:
            line = source.count("\n", 0, token.position[0]) + 1 if token.position else 0
            yield from ((line, _shortened(text)) for text in _texts_in_token(token) if _needs_mark(text))
    parser = _TextParser()
    parser.feed(markup)
    parser.close()
    yield from parser.found


def _blank(text: str, start: int, end: int) -> str:
    """Replace everything but line breaks, so that line numbers stay."""
    return text[:start] + re.sub(r"[^\n]", " ", text[start:end]) + text[end:]


def _texts_in_token(token: Token) -> Iterator[str]:
    """The literals of a template tag or variable that users read."""
    if token.token_type == TokenType.VAR:
        yield from _texts_of_filters(token.contents)
    elif token.token_type == TokenType.BLOCK:
        tag, *arguments = smart_split(token.contents)
        if tag in elements.register.tags:
            yield from _texts_of_filters(token.contents)
            yield from _text_arguments(arguments[:1] if tag == "nav_link" else arguments)
        elif tag in ("include", "with"):
            yield from (text for text in _text_arguments(arguments[1:]) if re.search(r"[A-Z ]", text))


def _texts_of_filters(expression: str) -> Iterator[str]:
    for match in TEXT_FILTER.finditer(expression):
        yield match[2] or match[3] or ""


def _text_arguments(arguments: Iterable[str]) -> Iterator[str]:
    for argument in arguments:
        match = LITERAL.match(argument)
        if match and match[1] not in NOT_TEXT:
            yield match[3]


class _TextParser(HTMLParser):
    """Collects text nodes and attributes with letters."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[tuple[int, str]] = []

    def handle_data(self, data: str) -> None:
        if self.cdata_elem is None and _needs_mark(data):
            line = self.getpos()[0] + data[: len(data) - len(data.lstrip())].count("\n")
            self.found.append((line, _shortened(data)))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        for name, value in given.items():
            if self._is_text(tag, name, value, given) and _needs_mark(value):
                self.found.append((self.getpos()[0], _shortened(value)))

    def _is_text(self, tag: str, name: str, value: str, given: dict[str, str]) -> bool:
        return (
            name in TEXT_ATTRIBUTES
            or (name == "content" and given.get("name") == "description")
            or (name == "value" and tag == "input" and given.get("type") in BUTTON_TYPES)
            or (name.startswith("data-") and WORDS.search(value) is not None)
        )


# -- Python ------------------------------------------------------------------------------------------------------------

# Names of gettext functions, with the number of texts at the start of their arguments.
GETTEXT = {"_": 1, "gettext": 1, "gettext_lazy": 1, "gettext_noop": 1}
GETTEXT |= {"ngettext": 2, "ngettext_lazy": 2, "pgettext": 2, "pgettext_lazy": 2}
# Exceptions whose first argument is a sentence for users: ours, Django's, and those of REST framework and simplejwt.
REFUSALS = {"Refused", "NotAllowed", "Invalid", "RateLimited", "MfaCodeRequired", "ValidationError"}
REFUSALS |= {"AuthenticationFailed", "NotFound", "ParseError", "TokenError", "TokenNotValid"}
MESSAGE_LEVELS = {"success", "info", "warning", "error"}
TEXT_KEYWORDS = {"label", "help_text", "verbose_name", "verbose_name_plural", "violation_error_message", "empty_label"}
TEXT_KEYWORDS |= {"short_description", "index_title", "site_title", "site_header"}
TEXT_MAPPINGS = {"labels", "help_texts", "error_messages"}
RELATIONS = {"ForeignKey", "OneToOneField", "ManyToManyField"}
# Functions whose result contains the text of their arguments.
TRANSPARENT = {"str", "format_html", "mark_safe", "join", "format", "capfirst"}


def unmarked_in_python(source: str, *, is_api: bool = False) -> list[tuple[int, str]]:
    """Line and text of every finding in a module. Labels and help texts of the API are its description, in English."""
    nodes = list(ast.walk(ast.parse(source)))
    texts = [text for node in nodes for text in _texts_in_node(node, is_api)]
    found = [finding for text in texts for finding in _unmarked(text)]
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    found += [(call.lineno, "the argument of gettext is not a literal") for call in calls if _is_dynamic_gettext(call)]
    return sorted(set(found))


def _texts_in_node(node: ast.AST, is_api: bool) -> Iterator[ast.expr]:
    """The expressions of a statement or call that users read."""
    if isinstance(node, ast.Call):
        yield from _texts_in_call(node)
    elif isinstance(node, ast.Assign) and _name(node.targets[0]) == "default_detail":
        yield node.value
    if is_api:
        return
    if isinstance(node, ast.Call):
        yield from (keyword.value for keyword in node.keywords if keyword.arg in TEXT_KEYWORDS)
    elif isinstance(node, ast.ClassDef) and any(_name(base).endswith("Choices") for base in node.bases):
        values = [statement.value for statement in node.body if isinstance(statement, ast.Assign)]
        yield from (value.elts[-1] for value in values if isinstance(value, ast.Tuple))
    elif isinstance(node, ast.Assign):
        names = {_name(target) for target in node.targets}
        if names & TEXT_KEYWORDS:
            yield node.value
        elif names & TEXT_MAPPINGS and isinstance(node.value, ast.Dict):
            yield from node.value.values


def _texts_in_call(call: ast.Call) -> Iterator[ast.expr]:
    name, owner = _name(call.func), _name(call.func.value) if isinstance(call.func, ast.Attribute) else ""
    if name in REFUSALS or (owner == "models" and name.endswith("Field") and name not in RELATIONS):
        yield from call.args[:1]
    elif (owner == "messages" and name in MESSAGE_LEVELS) or name == "message_user":
        yield from call.args[1:2]
    elif owner == "admin" and name in ("display", "action"):
        yield from (keyword.value for keyword in call.keywords if keyword.arg == "description")


def _unmarked(node: ast.expr) -> Iterator[tuple[int, str]]:
    """The texts in an expression that no gettext function translates."""
    match node:
        case ast.Constant(value=str(text)) if _needs_mark(text):
            yield node.lineno, _shortened(text)
        case ast.JoinedStr(values=parts) | ast.BoolOp(values=parts) | ast.Tuple(elts=parts) | ast.List(elts=parts):
            for part in parts:
                yield from _unmarked(part)
        case ast.IfExp(body=body, orelse=orelse):
            yield from [*_unmarked(body), *_unmarked(orelse)]
        case ast.BinOp(left=left, op=ast.Mod()):
            yield from _unmarked(left)
        case ast.BinOp(left=left, right=right):
            yield from [*_unmarked(left), *_unmarked(right)]
        case ast.Call(func=function, args=arguments) if _name(function) in TRANSPARENT:
            if isinstance(function, ast.Attribute):
                yield from _unmarked(function.value)
            for argument in arguments:
                yield from _unmarked(argument)


def _is_dynamic_gettext(call: ast.Call) -> bool:
    """Is it a call of gettext with text that makemessages cannot read, such as an f-string?"""
    texts = call.args[: GETTEXT.get(_name(call.func), 0)]
    return not all(isinstance(text, ast.Constant) for text in texts)


def _name(node: ast.expr) -> str:
    """The last part of a name: `Refused` for `errors.Refused`."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


# -- JavaScript --------------------------------------------------------------------------------------------------------

# A string that starts like a sentence, is assigned as text or is returned, but is not an argument of gettext.
SENTENCE = re.compile(
    r"""(?<!gettext\()(?:(?:(?<=textContent = )|(?<=return ))(?=["'])|(?=["'`][A-Z][^"'`]* ))(["'`])([^"'`\n]*)\1"""
)


def unmarked_in_script(source: str) -> list[tuple[int, str]]:
    """Line and text of every finding in a script. Comments and the strict-mode directive are not text."""
    code = re.sub(r"//[^\n]*", "", source)
    matches = (match for match in SENTENCE.finditer(code) if _needs_mark(re.sub(r"\$\{[^}]*\}", "", match[2])))
    return [(code.count("\n", 0, match.start()) + 1, _shortened(match[2])) for match in matches]
