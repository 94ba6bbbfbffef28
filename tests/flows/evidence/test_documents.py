"""From a package's page to the picture in its report."""

from __future__ import annotations

import pytest

from flows.stages.evidence.documents import archived_page, document_maker
from pipeline.evidence.package.exhibit import ExhibitItem
from pipeline.evidence.package.pages import render_item
from pipeline.evidence.package.still import still_page
from tests.flows.evidence.test_rendering import needs_browser
from tests.pipeline.evidence.documents.conftest import made_item, made_package
from tests.pipeline.evidence.documents.test_report import text_of

BODY = b"<p>Lotus &amp; Garden</p><script>alert(1)</script><img src=x.png>"


def page_of(body: bytes) -> bytes:
    item: ExhibitItem = made_item(1)  # type: ignore[assignment]
    return render_item(made_package([made_item(1)]), item, still_page(body, "text/html"), ()).encode()


def test_the_archived_page_is_taken_out_of_the_package_page() -> None:
    html = archived_page(page_of(BODY))
    assert "<p>Lotus &amp; Garden</p>" in html
    assert "alert" not in html
    assert "not collected: image" in html
    assert archived_page(page_of(b"")) == ""


def test_every_page_is_text_when_no_browser_is_there() -> None:
    package = made_package([made_item(1)])
    files = document_maker(browser="")(package, lambda name: page_of(BODY) if name.endswith("html") else b"Lotus text")
    text = text_of(files["derived/report.pdf"])
    assert "Lotus text" in text
    assert "No Chromium is installed here" in text


@needs_browser
@pytest.mark.parametrize(("limit", "drawn"), [(0, []), (1, [1]), (5, [1, 2])])
def test_as_many_pages_are_drawn_as_asked(limit: int, drawn: list[int]) -> None:
    package = made_package([made_item(1), made_item(2), made_item(3, role="redirect")])
    files = document_maker(limit)(package, lambda name: page_of(BODY) if name.endswith("html") else b"Lotus text")
    assert [f"derived/renderings/{n:04d}.jpg" for n in drawn] == sorted(n for n in files if n.endswith(".jpg"))
    text = text_of(files["derived/report.pdf"])
    assert ("No renderings were asked for." in text) == (limit == 0)
    assert ("Renderings were made of the first 1 page." in text) == (limit == 1)
