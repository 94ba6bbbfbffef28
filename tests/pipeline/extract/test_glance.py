"""A glance never overlooks what the visible text of the page says."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from pipeline.extract.glance import may_say
from pipeline.extract.lexicon import flat
from pipeline.extract.page import extract_page
from pipeline.extract.profile import load_profile
from pipeline.extract.protected import minor_signs
from pipeline.extract.text import visible_text

PHRASES = ("this posting has been removed", "checking your browser")
PROFILE = load_profile(Path(__file__).parents[3] / "spiders" / "sites" / "city-board.toml")
WHEN = datetime(2026, 3, 3, tzinfo=UTC)
WORDS = """this posting has been removed checking your browser she is 16 years old 17yo age: 15 I'm only 12 minutes away
    high school girl still in middle Age ｆifteen 1 7 ＡＧＥ aged turned 9th grader under age staff 24/7 $60 sch ool"""
pieces = st.sampled_from(
    [*WORDS.split(), "\u200b", "\u00a0", "·", "</p><p>", "<b>", "</b>", "<br>", "<td>",
     "<script>var x = 'age'</script>", "<i hidden>x</i>", "<p style='display:none'>17 yo</p>", "<!-- -->",
     "<select><option>one<option>two</select>"]
)  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(st.lists(st.tuples(pieces, st.sampled_from([" ", " ", "", "\n  "])), max_size=30))
def test_what_is_shown_may_be_said(parts: list[tuple[str, str]]):
    tree = LexborHTMLParser("<body><p>" + "".join(piece + gap for piece, gap in parts))
    assert tree.root is not None and tree.body is not None
    shown = visible_text(tree.body)
    if not may_say(tree.root, PHRASES):
        assert not minor_signs(shown)
        assert not any(phrase in flat(shown) for phrase in PHRASES)


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ("<p>Quiet room, only 10 minutes from the mall.</p><p>60 min $60</p>", False),
        ("<ul><li>Foot massage</li><li>16 hours ago</li></ul><p>Call only</p><p>10am-10pm</p>", False),
        (f"<p>Quiet room, only 10 minutes from the mall and {'so ' * 60}</p>", False),
        ("<p>in business for 12 years, old town</p>", False),
        ("<td>Age</td><td>16</td>", True),
        ("<p>Age <script>draw()</script> 16</p>", True),
        ("<p>hi<b>gh sch</b>ool girl</p>", True),
        ("<p>Ａｇｅ：１６</p>", True),
        ("<img src=x alt='17 years old'>", True),
        ("<meta name=description content='I am 17'>", True),
        ("<p>This <b>posting</b>\n has<br>been removed</p>", True),
    ],
)
def test_pages(html: str, said: bool):
    root = LexborHTMLParser(html).root
    assert root is not None and may_say(root, PHRASES) is said


AD = "<div class=mainBody><div id=postingTitle><h2>Jade Spa</h2></div>417-555-0101</div>"


@pytest.mark.parametrize(
    ("html", "kind", "held"),
    [
        (AD, "ad", False),
        (f"{AD}<footer>she is <b>1</b>6 years<br>old</footer>", "ad", True),
        (f"{AD}<footer><p style='display:none'>she is 16 years old</p></footer>", "ad", False),
        (f"{AD}<p>This posting<br>has been removed</p>", "tombstone", False),
    ],
)
def test_profiled_pages_are_judged_as_a_whole(html: str, kind: str, held: bool):
    url = "http://city-board.example/joplin/Bodywork/jade/1234567.html"
    page = extract_page(html.encode(), "text/html; charset=utf-8", url, WHEN, PROFILE)
    assert (page.kind, page.suspected_minor) == (kind, held)
