"""Formatting of points: exact decimals without trailing zeros."""

from decimal import Decimal


def points_text(points: Decimal) -> str:
    """Format points for display.

    >>> points_text(Decimal("423.00"))
    '423'
    >>> points_text(Decimal("12.50"))
    '12.5'
    >>> points_text(Decimal("-100"))
    '-100'
    """
    text = f"{points:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
