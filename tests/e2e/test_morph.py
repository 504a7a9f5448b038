"""Morphing, in a real browser: an element becomes its new version, and what the user did with it stays.

The tests need no server: each sets up a page with one element, `#root`, and `static/js/morph.js`.
"""

from collections.abc import Iterator
from html import escape

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

MORPH = settings.BASE_DIR / "static/js/morph.js"
# `open` belongs to the user, as in the draft room.
APPLY = """(html) => {
    const fragment = document.createRange().createContextualFragment(`<div id="root">${html}</div>`);
    morph(document.getElementById("root"), fragment.firstChild, (name) => name === "open");
}"""

# The order of attributes means nothing, and morphing appends new ones.
SORTED_HTML = """() => {
    const root = document.getElementById("root").cloneNode(true);
    for (const element of root.querySelectorAll("*")) {
        const attributes = [...element.attributes].sort((one, other) => (one.name < other.name ? -1 : 1));
        for (const { name } of attributes) element.removeAttribute(name);
        for (const { name, value } of attributes) element.setAttribute(name, value);
    }
    return root.innerHTML;
}"""


class Morphed:
    """A page whose `#root` gets new versions."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def show(self, html: str) -> None:
        self.page.set_content(f'<div id="root">{html}</div>')
        self.page.add_script_tag(path=MORPH)

    def morph(self, html: str) -> None:
        self.page.evaluate(APPLY, html)

    def html(self) -> str:
        return str(self.page.evaluate("document.getElementById('root').innerHTML"))

    def sorted_html(self) -> str:
        """The same with the attributes of each element in alphabetical order."""
        return str(self.page.evaluate(SORTED_HTML))

    def mark(self, selector: str) -> None:
        """Mark a node, to see later whether it is still the same."""
        self.page.locator(selector).evaluate("node => { node.isMarked = true; }")

    def is_marked(self, selector: str) -> bool:
        return bool(self.page.locator(selector).evaluate("node => node.isMarked === true"))


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()


@pytest.fixture(scope="module")
def morphed(page: Page) -> Morphed:
    return Morphed(page)


def items(names: str) -> str:
    return "".join(f'<li id="{name}"><button>{name}</button></li>' for name in names)


texts = st.text("ab \n&<", max_size=4).map(escape)
attributes = st.dictionaries(st.sampled_from(["class", "title", "data-turn"]), texts, max_size=2)


def element(tag: str, given_attributes: dict[str, str], children: list[str]) -> str:
    written = "".join(f' {name}="{value}"' for name, value in given_attributes.items())
    return f"<{tag}{written}>{''.join(children)}</{tag}>"


def elements(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(element, st.sampled_from(["div", "span", "ul"]), attributes, st.lists(children, max_size=4))


trees = st.recursive(texts | st.just("<!-- note -->"), elements, max_leaves=12)
lists = st.lists(st.sampled_from("abcdefgh"), unique=True).map(lambda names: items("".join(names)))
versions = st.lists(trees | lists, max_size=3).map("".join)


@given(versions, versions)
@hypothesis_settings(max_examples=60, deadline=None)
def test_an_element_becomes_its_new_version(morphed, before, after):
    morphed.show(after)
    expected = morphed.sorted_html()
    morphed.show(before)
    morphed.morph(after)
    assert morphed.sorted_html() == expected


def test_the_order_of_attributes_means_nothing(morphed):
    morphed.show('<span title=""></span>')
    morphed.morph('<span data-turn="" title=""></span>')
    assert morphed.html() == '<span title="" data-turn=""></span>'
    assert morphed.sorted_html() == '<span data-turn="" title=""></span>'


@pytest.mark.parametrize("after", ["abcde", "bcd", "c", "xaybzc", "edcba", "cab", "dxcb"])
def test_the_focused_button_is_the_same_and_never_loses_the_focus(morphed, after):
    morphed.show(items("abcde"))
    button = morphed.page.locator("#c button")
    button.focus()
    morphed.mark("#c button")
    button.evaluate("node => { window.lost = 0; node.addEventListener('blur', () => { window.lost += 1; }); }")
    morphed.morph(items(after))
    assert morphed.html() == items(after)
    expect(button).to_be_focused()
    assert morphed.is_marked("#c button")
    assert morphed.page.evaluate("lost") == 0


def test_nodes_are_recognised_by_their_id_and_others_by_their_order(morphed):
    morphed.show('<p>one</p><p id="kept">two</p><p>three</p>')
    morphed.mark("#kept")
    morphed.mark("p:first-child")
    morphed.morph('<p id="kept">2</p><p>1</p><p>3</p>')
    assert morphed.is_marked("#kept")
    assert morphed.is_marked("p:nth-child(2)")
    assert morphed.html() == '<p id="kept">2</p><p>1</p><p>3</p>'


def test_another_element_with_the_same_id_is_a_new_one(morphed):
    morphed.show('<p id="turn">Yours</p>')
    morphed.mark("#turn")
    morphed.morph('<h2 id="turn">Theirs</h2>')
    assert not morphed.is_marked("#turn")
    assert morphed.html() == '<h2 id="turn">Theirs</h2>'


def test_what_is_typed_and_selected_stays(morphed):
    form = '<input id="search"><textarea id="note"></textarea>'
    morphed.show(form)
    search = morphed.page.locator("#search")
    morphed.page.locator("#note").fill("Later")
    search.fill("Verstappen")
    search.evaluate("input => input.setSelectionRange(2, 5)")
    morphed.morph("<p>New</p>" + form.replace("<input", '<input value="x" class="wide"'))
    expect(search).to_have_value("Verstappen")
    expect(search).to_have_class("wide")
    assert search.evaluate("input => [input.selectionStart, input.selectionEnd]") == [2, 5]
    expect(morphed.page.locator("#note")).to_have_value("Later")


def test_what_the_user_ticked_opened_or_scrolled_stays(morphed):
    html = '<input type="checkbox" id="box"><details id="more"><summary>More</summary>Text</details>' + (
        '<pre id="log">' + "line\n" * 99 + "</pre>"
    )
    morphed.show(html)
    morphed.page.locator("#log").evaluate("log => { log.style = 'height: 50px; overflow: auto'; log.scrollTop = 70; }")
    morphed.page.locator("#box").check()
    morphed.page.locator("summary").click()
    morphed.morph("<p>New</p>" + html.replace("<pre", '<pre style="height: 50px; overflow: auto"'))
    expect(morphed.page.locator("#box")).to_be_checked()
    expect(morphed.page.locator("#more")).to_have_attribute("open", "")
    assert morphed.page.locator("#log").evaluate("log => log.scrollTop") == 70


def options(names: str) -> str:
    return f'<select id="driver">{"".join(f"<option>{name}</option>" for name in names)}</select>'


def test_a_choice_stays_as_long_as_it_is_offered(morphed):
    morphed.show(options("abcd"))
    driver = morphed.page.locator("#driver")
    driver.select_option("c")
    morphed.morph(options("bcd"))
    expect(driver).to_have_value("c")
    morphed.morph(options("dxc"))
    expect(driver).to_have_value("c")
    morphed.morph(options("dx"))
    expect(driver).to_have_value("d")


def test_what_is_kept_does_not_change(morphed):
    morphed.show('<div data-keep id="filters"><input></div>')
    morphed.morph('<div data-keep id="filters" hidden><b>Other</b></div><p>New</p>')
    assert morphed.html() == '<div data-keep="" id="filters"><input></div><p>New</p>'


def test_what_is_kept_changes_with_the_value_of_the_attribute(morphed):
    morphed.show('<div data-keep="7" id="preview"><b>Undo pick 1</b></div>')
    morphed.morph('<div data-keep="7" id="preview"></div>')
    expect(morphed.page.locator("#preview")).to_have_text("Undo pick 1")
    morphed.morph('<div data-keep="8" id="preview"></div>')
    assert morphed.html() == '<div data-keep="8" id="preview"></div>'
