"""The style guide: every token and every element in its states, for those who build pages."""

import re
from datetime import timedelta
from functools import cache

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from core import clock
from fantasyf1.pages.forms import AppearanceForm

LOOKS = (("light", ""), ("dark", ""), ("light", "more"), ("dark", "more"))
OTHER_KINDS = (
    "--radius",
    "--shadow",
    "--fast",
    "--slow",
    "--ease",
    "--loading",
    "--touch",
    "--page",
    "--side",
    "--bar",
)
STANDINGS = (
    {"rank": 1, "name": "Purple Sectors", "player": "Alice", "moved": 2, "points": 146},
    {"rank": 2, "name": "Schwarzenbach-Reichenberg Racing Union", "player": "Bob", "moved": -1, "points": 131},
    {"rank": 3, "name": "Box Box Box", "player": "Charlie", "moved": 0, "points": 120},
)


def styleguide(request: HttpRequest) -> HttpResponse:
    """For administrators, and for everyone where DEBUG is on."""
    if not (settings.DEBUG or (request.user.is_authenticated and request.user.is_superuser)):
        raise Http404
    samples = [
        {
            "theme": theme,
            "contrast": contrast,
            "form": AppearanceForm(auto_id=f"{theme}{contrast}_%s", initial={"theme": "light"}),
            "refused": AppearanceForm({"theme": "blue"}, auto_id=f"{theme}{contrast}_refused_%s"),
        }
        for theme, contrast in LOOKS
    ]
    context = {
        "tokens": tokens(),
        "samples": samples,
        "ends_at": clock.now() + timedelta(minutes=12),
        "page": Paginator(range(30), 10).page(2),
        "standings": STANDINGS,
    }
    return render(request, "pages/styleguide.html", context)


@cache
def tokens() -> dict[str, list[str]]:
    """The names of the tokens by kind, as tokens.css declares them."""
    css = (settings.BASE_DIR / "static" / "css" / "tokens.css").read_text()
    declared = dict(re.findall(r"(--[\w-]+): ([^;]+);", css.partition(":root {")[2].partition("\n  }")[0]))
    return {
        "colours": [name for name, value in declared.items() if "#" in value],
        "sizes": [name for name in declared if name.startswith("--size-")],
        "space": [name for name in declared if name.startswith("--space-")],
        "others": [name for name in declared if name.startswith(OTHER_KINDS)],
    }
