"""What a browser makes of the style sheets: collected and reduced, they have the same rules."""

import pytest
from django.conf import settings

from core.web.static_files import reduced, with_imports

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = r"""(text) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  return [...sheet.cssRules].map((rule) => rule.cssText.replace(/\s+/g, " "));
}"""


def test_reduced_style_sheets_have_the_rules_of_their_sources(open_page):
    page = open_page()
    page.goto("/help/")
    for path in sorted((settings.BASE_DIR / "static/css").glob("*.css")):
        rules = page.evaluate(RULES, with_imports(path.read_text(), path.parent))
        assert rules
        assert page.evaluate(RULES, reduced(path)) == rules, path.name
