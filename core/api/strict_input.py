"""Strict input: reject fields and query parameters that the OpenAPI schema does not have, and values of another type.

REST framework ignores fields that it does not know, and coerces numbers to strings, strings to numbers and "t" to true,
which HTML forms need. A program that sends such a request has a bug, and gets an error.
"""

from collections.abc import Callable, Collection, Iterable
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

Errors = Any  # in REST framework's format: messages, or errors by field or index
TypeCheck = Callable[[Any], bool]


def is_integer(value: Any) -> bool:
    """Whether JSON Schema considers the value an integer: 1.0 is one, true is not.

    >>> is_integer(1), is_integer(1.0), is_integer(1.5), is_integer("1"), is_integer(True)
    (True, True, False, False, False)
    """
    return not isinstance(value, bool) and (isinstance(value, int) or (isinstance(value, float) and value.is_integer()))


def _is_string(value: Any) -> bool:
    return isinstance(value, str)


def _is_boolean(value: Any) -> bool:
    return isinstance(value, bool)


STRICT_TYPES: tuple[tuple[type[Any], TypeCheck, Promise], ...] = (
    (serializers.BooleanField, _is_boolean, _("This must be true or false.")),
    (serializers.IntegerField, is_integer, _("This must be a whole number.")),
    (serializers.CharField, _is_string, _("This must be a string.")),
    (serializers.ChoiceField, _is_string, _("This must be a string.")),
    (serializers.DecimalField, _is_string, _("This must be a number in a string.")),
)


def check_body(serializer: serializers.BaseSerializer[Any], body: Any) -> None:
    """Raise `ValidationError` for fields that the serializer does not have and for values of another JSON type.

    Null and missing values are left to the serializer.
    """
    if errors := body_errors(serializer, body):
        raise serializers.ValidationError(errors)


def unknown_fields(names: Iterable[str]) -> dict[str, list[str]]:
    """The errors of fields that do not exist."""
    return {name: [gettext("There is no field “%(name)s”.") % {"name": name}] for name in names}


def body_errors(field: Any, value: Any) -> Errors:
    """The errors of a value; empty or None if there are none, or if the field validates the type itself."""
    if value is None:
        return None
    if isinstance(field, serializers.Serializer):
        return _object_errors(field, value) if isinstance(value, dict) else None
    if isinstance(field, serializers.ListField | serializers.ListSerializer):
        items = value if isinstance(value, list) else ()
        return _errors_by_name((index, field.child, item) for index, item in enumerate(items))
    return next(
        ([message] for kind, fits, message in STRICT_TYPES if isinstance(field, kind) and not fits(value)), None
    )


def check_query(known: Collection[str], query: Iterable[str]) -> None:
    """Raise `ValidationError` for query parameters that do not exist."""
    sentence = gettext("There is no query parameter “%(name)s”.")
    if errors := {name: [sentence % {"name": name}] for name in query if name not in known}:
        raise serializers.ValidationError(errors)


def check_no_body(body: Any) -> None:
    """Raise `ValidationError` for a body where none is expected; an empty object is fine."""
    if body:
        errors = unknown_fields(body) if isinstance(body, dict) else gettext("This request takes no body.")
        raise serializers.ValidationError(errors)


def _object_errors(serializer: serializers.Serializer[Any], value: dict[str, Any]) -> Errors:
    known = {name: field for name, field in serializer.fields.items() if not field.read_only}
    parts = ((name, known[name], part) for name, part in value.items() if name in known)
    return unknown_fields(name for name in value if name not in known) | _errors_by_name(parts)


def _errors_by_name(parts: Any) -> dict[Any, Errors]:
    return {name: errors for name, field, value in parts if (errors := body_errors(field, value))}
