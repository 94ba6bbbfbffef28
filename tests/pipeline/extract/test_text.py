import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.text import MAX_DEPTH, bounded, css_path, decode, field_text, parse, visible_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a<b>b</b> c", "ab c"),
        ("<div>a</div>b", "a\nb"),
        ("a<div></div>b", "a\nb"),
        ("a<br><br>b", "a\nb"),
        ("<p>a\n  b&nbsp;c</p>", "a b c"),
        ("<table><tr><td>k</td><td><div>v</div></td></tr><tr><td>k2<td>v2</table>", "k\tv\nk2\tv2"),
        ("<ul><li>1<li>2</ul>", "1\n2"),
        ("4<span>1</span>7-<b>555</b>-0101", "417-555-0101"),
        ("a<script>x</script><style>y</style><template>t</template><noscript>n</noscript>b", "ab"),
        ("a <i hidden>x</i><i style='display : NONE'>y</i><i style='visibility:hidden'>z</i>b", "a b"),
        ("<div hidden><p>x<b>y</b></p></div>a", "a"),
        ("a<!-- c -->b", "ab"),
        ("&#52;&#49;&#55; 555", "417 555"),
        ("<select><option>1</select>a", "a"),
        ("a <b> b</b> c", "a b c"),
        ("", ""),
    ],
)
def test_visible_text(html: str, text: str):
    body = parse(f"<body>{html}</body>").body
    assert body is not None and visible_text(body) == text


def test_an_element_that_is_named_is_read_even_if_it_is_never_shown():
    tree = parse("<title>a  b</title><script>var x = 1</script>")
    assert visible_text(tree.css_first("title")) == "a b"
    assert visible_text(tree.css_first("script")) == "var x = 1"


@given(
    st.lists(
        st.sampled_from(["<div>", "</div>", "<p>", "x", "<table>", "<td>", "<a id=q>", "<b:c>", "</b:c>"]), max_size=40
    )
)
def test_every_path_leads_back_to_its_element(parts: list[str]):
    tree = parse("".join(parts))
    for node in tree.css("*"):
        path = css_path(node)
        found = tree.css(path)
        assert [n.mem_id for n in found] == [node.mem_id], path


def test_too_deep_an_element_has_no_path():
    tree = parse("<div>" * (MAX_DEPTH + 5) + "<i>x</i>")
    assert css_path(tree.css_first("i")) == ""
    assert css_path(tree.css_first("div")) != ""


def test_a_field_is_found_again_or_empty():
    body = b"<p id=a title='x y'>One <b>two</b></p>"
    assert field_text(body, "text/html", "text", "#a") == "One two"
    assert field_text(body, "text/html", "attr:title", "#a") == "x y"
    assert field_text(body, "text/html", "attr:none", "#a") == ""
    assert field_text(body, "text/html", "text", "#b") == ""
    assert field_text(body, "text/html", "text", "p[") == ""


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        (b"caf\xe9 \x96", "text/html; charset=ISO-8859-1", "café –"),
        ("café".encode(), "text/html; charset=ISO-8859-1", "café"),
        (b"caf\xe9 \x92s", "text/html", "café ’s"),
        (b"<meta charset=utf-16>caf\xc3\xa9", "text/html", "<meta charset=utf-16>café"),
        (b"<meta charset=windows-1251>\xcf", "text/html", "<meta charset=windows-1251>П"),
        (b"\xff\xfea\0b\0", "text/html; charset=utf-8", "ab"),
        (b"\xef\xbb\xbfa", "", "a"),
        (b"a\0b", "text/html", "ab"),
        (b"abc", "text/html; charset=hex", "abc"),
        ("好 text 好 text 好".encode() + b"\xff", "text/html; charset=utf-8", "好 text 好 text 好\ufffd"),
    ],
)
def test_decode(body: bytes, content_type: str, text: str):
    assert decode(body, content_type) == text


def test_a_page_of_usual_size_is_never_cut():
    html = "<div><p>hello <b>x</b></p><img src=x><br></div>" * 5000
    assert bounded(html) == (html, "")


def test_unclosed_paragraphs_and_rows_are_not_nesting():
    assert bounded("<p>a<li>b<td>c<br>" * 10_000)[1] == ""
