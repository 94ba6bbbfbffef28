"""What is gathered of a page in one walk says the same as asking the page itself."""

import pytest
from selectolax.lexbor import LexborHTMLParser

from pipeline.extract.inventory import inventory

PAGE = """<!doctype html><html><head><title>Jade Spa</title><meta name=description content="quiet rooms">
<script type="Application/LD+JSON">{"a": 1}</script></head><body><div id=main><p id=one>a</p><p id=Two>b</p>
<p id=two>c</p><b id=twice>d</b><b id=twice>e</b><img id=logo alt="front door"><img alt="" title="back door">
<img alt=""><script>x</script></div></body></html>"""
QUIRKS = PAGE.removeprefix("<!doctype html>")


@pytest.mark.parametrize("page", [PAGE, QUIRKS])
@pytest.mark.parametrize("name", ["main", "one", "Two", "two", "TWO", "twice", "logo", "none"])
def test_an_id_is_alone_when_the_selector_finds_one_element(page: str, name: str):
    tree = LexborHTMLParser(page)
    assert inventory(tree).is_alone(name) is (len(tree.css(f"#{name}")) == 1)


@pytest.mark.parametrize(
    ("css", "held"),
    [
        ("#main", True),
        ("#MAIN p", True),
        ("#none", False),
        ("#none p", False),
        ("#none.x > p", False),
        ("#none[hidden]", False),
        ("#none, p", True),  # of a list any selector may match
        (r"#no\ne", True),  # an escape is not read
        ("div #none", True),  # only what a selector begins with is asked
        ("p", True),
    ],
)
def test_a_selector_that_begins_with_an_id_of_no_element_finds_nothing(css: str, held: bool):
    tree = LexborHTMLParser(PAGE)
    assert inventory(tree).may_hold(css) is held
    assert held or not tree.css(css)


def test_what_a_page_tells_beside_its_text():
    found = inventory(LexborHTMLParser(PAGE))
    assert found.told == ("quiet rooms", "front door", "back door", "Jade Spa", '{"a": 1}')
    assert [node.text() for node in found.structured] == ['{"a": 1}']


def test_each_tree_has_its_own():
    first, second = LexborHTMLParser("<p id=a>"), LexborHTMLParser("<p id=b>")
    assert [inventory(t).may_hold("#a") for t in (first, second, first)] == [True, False, True]
