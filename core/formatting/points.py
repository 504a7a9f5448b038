"""Formatting of points: exact decimals without trailing zeros."""

from decimal import Decimal

from core.translation import decimal_separator, ngettext


def format_points(points: Decimal) -> str:
    """Format points for programs: always with a point.

    >>> format_points(Decimal("423.00"))
    '423'
    >>> format_points(Decimal("12.50"))
    '12.5'
    >>> format_points(Decimal("-100"))
    '-100'
    """
    text = f"{points:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def shown_points(points: Decimal | str) -> str:
    """Format points for readers: with a comma where their language has one.

    >>> shown_points(Decimal("12.50")), shown_points("423")
    ('12.5', '423')
    """
    text = points if isinstance(points, str) else format_points(points)
    return text.replace(".", decimal_separator())


def points_text(points: Decimal) -> str:
    """Format points with their unit.

    >>> points_text(Decimal(1)), points_text(Decimal("7.50"))
    ('1 point', '7.5 points')
    """
    text = ngettext("%(points)s point", "%(points)s points", 1 if points == 1 else 2)
    return text % {"points": shown_points(points)}
