"""JSON says of what kind every value is, and the description of the API which kind is wanted.

REST framework makes texts of numbers, numbers of texts and a yes of the word "t", as forms need it. A program that
sends such things has mixed something up, and is told so.
"""

from collections.abc import Callable
from typing import Any

from rest_framework import serializers

Fault = Any  # shaped as REST framework's own: sentences, or faults by field or place
Is = Callable[[Any], bool]


def is_whole(value: Any) -> bool:
    """Whether JSON Schema would call it an integer, which 1.0 is and true is not.

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
    """Raise `ValidationError` for values of another kind than the serializer's fields are. What is null, missing or
    unknown is for the serializer to judge."""
    if fault := fault_of(serializer, body):
        raise serializers.ValidationError(fault)


def fault_of(field: Any, value: Any) -> Fault:
    """What is wrong with the value's kind; nothing where it is right, or where the field has to see for itself."""
    if value is None:
        return None
    if isinstance(field, serializers.Serializer):
        inner = field.fields.items() if isinstance(value, dict) else ()
        return _faults((name, one, value[name]) for name, one in inner if name in value and not one.read_only)
    if isinstance(field, serializers.ListField | serializers.ListSerializer):
        return _faults((place, field.child, one) for place, one in enumerate(value if isinstance(value, list) else ()))
    return next(([said] for kind, fits, said in KINDS if isinstance(field, kind) and not fits(value)), None)


def _faults(parts: Any) -> Fault:
    return {name: fault for name, field, value in parts if (fault := fault_of(field, value))}
