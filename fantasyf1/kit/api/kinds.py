"""Strict JSON types: reject values whose JSON type differs from the one in the OpenAPI schema.

REST framework coerces numbers to strings, strings to numbers and "t" to true, which HTML forms need. A program that
sends such a value has a bug, and gets an error.
"""

from collections.abc import Callable
from typing import Any

from rest_framework import serializers

Fault = Any  # in REST framework's format: messages, or errors by field or index
Is = Callable[[Any], bool]


def is_whole(value: Any) -> bool:
    """Whether JSON Schema considers the value an integer: 1.0 is one, true is not.

    >>> is_whole(1), is_whole(1.0), is_whole(1.5), is_whole("1"), is_whole(True)
    (True, True, False, False, False)
    """
    return not isinstance(value, bool) and (isinstance(value, int) or (isinstance(value, float) and value.is_integer()))


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_yes_or_no(value: Any) -> bool:
    return isinstance(value, bool)


KINDS: tuple[tuple[type[Any], Is, str], ...] = (
    (serializers.BooleanField, _is_yes_or_no, "This must be true or false."),
    (serializers.IntegerField, is_whole, "This must be a whole number."),
    (serializers.CharField, _is_text, "This must be a text."),
    (serializers.ChoiceField, _is_text, "This must be a text."),
    (serializers.DecimalField, _is_text, "This must be a number in quotation marks."),
)


def check_kinds(serializer: serializers.BaseSerializer[Any], body: Any) -> None:
    """Raise `ValidationError` if a value has another JSON type than its serializer field.

    Null, missing and unknown values are left to the serializer.
    """
    if errors := fault_of(serializer, body):
        raise serializers.ValidationError(errors)


def fault_of(field: Any, value: Any) -> Fault:
    """The type errors of a value; empty or None if there are none, or if the field validates the type itself."""
    if value is None:
        return None
    if isinstance(field, serializers.Serializer):
        inner = field.fields.items() if isinstance(value, dict) else ()
        return _faults((name, child, value[name]) for name, child in inner if name in value and not child.read_only)
    if isinstance(field, serializers.ListField | serializers.ListSerializer):
        items = value if isinstance(value, list) else ()
        return _faults((index, field.child, item) for index, item in enumerate(items))
    return next(([message] for kind, fits, message in KINDS if isinstance(field, kind) and not fits(value)), None)


def _faults(parts: Any) -> Fault:
    return {name: errors for name, field, value in parts if (errors := fault_of(field, value))}
