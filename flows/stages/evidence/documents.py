"""The documents of a package: its pages drawn offline, then report and certificates set from its data."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from selectolax.lexbor import LexborHTMLParser

from flows.stages.evidence.rendering import render_pages
from flows.stages.progress import Progress, silent
from pipeline.evidence.documents.making import make_documents
from pipeline.evidence.documents.seal_words import counted
from pipeline.evidence.package.exhibit import ExhibitPackage, MakeDocuments

RENDERINGS = 100  # each takes 35 ms of a processor, with all processes of the browser


def document_maker(
    renderings: int = RENDERINGS, browser: str | None = None, progress: Progress = silent
) -> MakeDocuments:
    """A maker for `build_package`. Draws the first `renderings` pages; the others are shown as text, and why."""

    def make(package: ExhibitPackage, read: Callable[[str], bytes]) -> Mapping[str, bytes]:
        shown = [item for item in package["items"] if item["role"] == "ad"]
        pages = {item["item"]: archived_page(read(item["page"])) for item in shown[:renderings]}
        pages = {number: html for number, html in pages.items() if html}
        found = render_pages(pages, browser, progress)
        progress("set report and certificates", 0, 0)
        return make_documents(package, read, found.pictures, _note(found.problem, renderings, len(shown)))

    return make


def archived_page(page: bytes) -> str:
    """The archived page inside a page of the package, as HTML without scripts; "" when there is none to draw."""
    frame = LexborHTMLParser(page.decode("utf-8", "replace")).css_first("iframe.frame[srcdoc]")
    return (frame.attributes.get("srcdoc") or "") if frame else ""


def _note(problem: str, limit: int, pages: int) -> str:
    if problem or limit >= pages:
        return problem
    return f"Renderings were made of the first {counted(limit, 'page')}." if limit else "No renderings were asked for."
