"""Corrections of the markup of Django's tabular inlines."""

import re

from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

EMPTY_HEADER = re.compile(r"<th([^>]*)>\s*</th>")


@register.filter
def without_empty_headers(html: SafeString) -> SafeString:
    """Make empty header cells plain cells, which screen readers do not announce as headings of columns.

    >>> from django.utils.safestring import mark_safe
    >>> without_empty_headers(mark_safe('<th class="original"></th><th>Team</th>'))
    '<td class="original"></td><th>Team</th>'
    """
    return mark_safe(EMPTY_HEADER.sub(r"<td\1></td>", html))  # noqa: S308 - rendered by a template, nothing is added
