"""Formatting of points: exact decimals without trailing zeros."""

from decimal import Decimal


def format_points(points: Decimal) -> str:
    """Format points for display.

    >>> format_points(Decimal("423.00"))
    '423'
    >>> format_points(Decimal("12.50"))
    '12.5'
    >>> format_points(Decimal("-100"))
    '-100'
    """
    text = f"{points:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
