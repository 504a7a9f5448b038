"""The checks of HTML find what they are for."""

import pytest

from tests.support.html_checks import problems_of_html

PAGE = '<!DOCTYPE html><html lang="en"><head><title>Page</title></head><body>{}</body></html>'
VALID = """
<h1 id="top">Title</h1>
<a href="#top"><span>Up</span></a>
<label for="name">Name</label> <input id="name" aria-describedby="help"> <p id="help">Help</p>
<details><summary><h2>More</h2></summary><ul><li><p>Text</p></li></ul></details>
<select name="unit" required><option value="">None</option><option value="1">One</option></select>
<p><time datetime="2025-07-05T16:00:00+02:00">Saturday</time></p>
<svg width="1" height="1"><a href="/"><text>1</text></a></svg>
"""
INVALID = {
    "<p>Text</p></p>": "unexpected-end-tag",
    '<p id="a"></p><p id="a"></p>': "is used 2 times",
    '<label for="gone">Name</label>': "for refers to no id",
    '<p aria-describedby="gone">Text</p>': "aria-describedby refers to no id",
    '<form hx-post="/" hx-target="#gone"></form>': "hx-target refers to no id",
    '<a href="#gone">Link</a>': "href refers to no id",
    '<a href="/"><input aria-label="Name"></a>': "inside a link or a button",
    "<label>Name <label>Again</label></label>": "inside another label",
    "<span><form></form></span>": "It is inside span",
    "<h2><a href='/'><div>Title</div></a></h2>": "It is inside h2",
    "<ul><div>Text</div></ul>": "It is a child of ul",
    "<div><li>Text</li></div>": "It is in no list",
    "<center>Text</center>": "The element is obsolete",
    '<div align="left">Text</div>': "align is obsolete",
    '<p style="color: red">Text</p>': "style is obsolete",
    '<time datetime="2025-07-05T16:00:00.123456Z">Now</time>': "no valid time",
    '<p id="two words">Text</p>': "has a blank",
    '<select aria-label="A"><option value=""></option></select>': "an option without text",
    '<select required aria-label="A"><option value="1">One</option></select>': "its first option has a value",
}


def test_a_valid_page_has_no_problems():
    assert problems_of_html(PAGE.format(VALID)) == []


@pytest.mark.parametrize("text", INVALID)
def test_problems_are_found(text):
    problems = problems_of_html(PAGE.format(text))
    assert any(INVALID[text] in problem for problem in problems), problems


def test_a_fragment_may_refer_to_the_page_around_it():
    text = '<label for="name">Name</label>'
    assert problems_of_html(text, is_fragment=True) == []
    assert problems_of_html(f"{text}<p>Text</p></p>", is_fragment=True)
