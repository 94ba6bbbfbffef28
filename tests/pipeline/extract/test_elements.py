"""Elements by tag are those that a list of selectors finds."""

from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from pipeline.extract.elements import with_tags

TAGS = ["div", "p", "span", "a", "li", "td", "tr", "table", "svg", "math", "template", "noscript", "b", "foreignobject"]
pages = st.lists(st.sampled_from([*(f"<{t}>" for t in TAGS), *(f"</{t}>" for t in TAGS), "<A>", "x", "<x-y>"]))


@settings(max_examples=200, deadline=None)
@given(pages.map("".join), st.frozensets(st.sampled_from(TAGS), min_size=1))
def test_they_are_those_of_the_selectors(html: str, tags: frozenset[str]):
    body = LexborHTMLParser(html).body
    assert body is not None
    found = [node.mem_id for node in with_tags(body, tags)]
    assert found == [node.mem_id for node in body.css(", ".join(sorted(tags)))]
