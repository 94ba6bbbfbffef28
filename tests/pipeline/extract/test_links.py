"""Links: what is seen at a glance is what `urljoin` makes of it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.extract.links import _resolved, absolute

PAGE = "http://city-board.example/joplin/Bodywork/new-in-town/1234567.html"
STEPS = st.text(alphabet="aZ0/.~%+-_?=&;:#@ \t\\é[", max_size=12)
SITES = st.sampled_from(["http://a.example", "https://B.example:8080", "http://", "//a.example", "ftp://a.example", ""])


@pytest.mark.parametrize(
    ("href", "found"),
    [
        ("/images/1/2.jpg", "http://city-board.example/images/1/2.jpg"),
        ("/joplin/?page=2", "http://city-board.example/joplin/?page=2"),
        ("/joplin?", "http://city-board.example/joplin"),
        ("/a/../b", "http://city-board.example/b"),
        ("/", "http://city-board.example/"),
        ("//other.example/a", "http://other.example/a"),
        ("other.html#top", "http://city-board.example/joplin/Bodywork/new-in-town/other.html"),
        ("https://other.example/a", "https://other.example/a"),
        ("HTTP://Other.example/A", "http://other.example/A"),
        ("mailto:kim@mail.example", ""),
        ("http://[", ""),
    ],
)
def test_links(href: str, found: str):
    assert absolute(PAGE, "", href) == found


def test_a_base_holds_for_every_link():
    assert absolute(PAGE, "http://other.example/b/", "/a") == "http://other.example/a"


@settings(max_examples=500, deadline=None)
@given(st.tuples(SITES, STEPS).map("".join), st.tuples(SITES, STEPS).map("".join))
def test_no_link_is_read_otherwise_than_urljoin_does(url: str, href: str):
    assert absolute(url, "", href) == _resolved(url, "", href)
