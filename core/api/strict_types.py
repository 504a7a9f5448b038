"""Strict JSON types: reject values whose JSON type differs from the one in the OpenAPI schema.

REST framework coerces numbers to strings, strings to numbers and "t" to true, which HTML forms need. A program that
sends such a value has a bug, and gets an error.
"""

from collections.abc import Callable
from typing import Any

from django.utils.functional import Promise
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


def check_json_types(serializer: serializers.BaseSerializer[Any], body: Any) -> None:
    """Raise `ValidationError` if a value has another JSON type than its serializer field.

    Null, missing and unknown values are left to the serializer.
    """
    if errors := type_errors(serializer, body):
        raise serializers.ValidationError(errors)


def type_errors(field: Any, value: Any) -> Errors:
    """The type errors of a value; empty or None if there are none, or if the field validates the type itself."""
    if value is None:
        return None
    if isinstance(field, serializers.Serializer):
        inner = field.fields.items() if isinstance(value, dict) else ()
        return _errors_by_name(
            (name, child, value[name]) for name, child in inner if name in value and not child.read_only
        )
    if isinstance(field, serializers.ListField | serializers.ListSerializer):
        items = value if isinstance(value, list) else ()
        return _errors_by_name((index, field.child, item) for index, item in enumerate(items))
    return next(
        ([message] for kind, fits, message in STRICT_TYPES if isinstance(field, kind) and not fits(value)), None
    )


def _errors_by_name(parts: Any) -> Errors:
    return {name: errors for name, field, value in parts if (errors := type_errors(field, value))}
