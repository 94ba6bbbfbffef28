from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.extract.masking import masked
from pipeline.extract.page import extract_page

SITES = Path(__file__).parents[2] / "sites"
PAGE = """<html><head><title>Jade Spa</title><script>var owner = "Mary";</script></head><body class="x9">
<!-- by Mary --><h1 id="t">Jade Garden Spa</h1><img src="/face.jpg" alt="Mary">
<table><tr><td>Phone:</td><td>816-555-0199</td></tr></table>
<a href="tel:8165550199" title="call Mary">Ask for Mary</a><a href="mailto:mary@mail.example">mail</a></body></html>"""


def test_nothing_that_was_said_is_left_but_labels_and_mark_up():
    page = masked(PAGE)
    assert not any(word in page for word in ("Jade", "Mary", "mary", "8165550199", "816-555-0199", "face"))
    assert all(kept in page for kept in ('class="x9"', 'id="t"', "Phone:", "417-555-0101"))


@pytest.mark.parametrize("case", ["gfemonkey-shape/ad", "2backpage-shape/listing", "yelp-shape/place"])
def test_a_masked_page_is_still_a_page_of_its_kind(case: str):
    html = (SITES / case / "input.html").read_bytes().decode("utf-8")
    when, url = datetime(2020, 1, 2, tzinfo=UTC), "https://x.example/view/a/1234567.html"
    kinds = [extract_page(p.encode(), "text/html; charset=utf-8", url, when).kind for p in (html, masked(html))]
    assert kinds[0] == kinds[1]
