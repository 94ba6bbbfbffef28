"""All documents of a package: report, certificates, renderings, by their names below data/."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256

from pipeline.evidence.documents.certificates import certificate, templates
from pipeline.evidence.documents.picture import DESCRIBED, Picture, describe, load
from pipeline.evidence.documents.report import report_view
from pipeline.evidence.documents.typesetting import Typeset, typeset
from pipeline.evidence.documents.word import word
from pipeline.evidence.exhibit import ExhibitPackage

REPORT = "derived/report.pdf"
TAGGED_ITEMS = 200


def make_documents(
    package: ExhibitPackage, read: Callable[[str], bytes], pictures: Mapping[int, Picture], note: str = ""
) -> dict[str, bytes]:
    """Pure: the same package and pictures give the same bytes.

    `read` gives a file of the package by its path ("data/pages/0001.txt"). `pictures` by item number; an item without
    one is shown as text, and `note` says why.
    """
    report = make_report(package, read, pictures, note)
    made = {REPORT: report.pdf, DESCRIBED: describe(pictures, note)}
    made |= {Picture.path(n): picture.jpeg for n, picture in sorted(pictures.items())}
    for name in templates():
        filled = certificate(name, package, report.pages, sha256(report.pdf).hexdigest())
        made[f"certificates/{name}.pdf"] = typeset("certificate", filled, tagged=tagged(package)).pdf
        made[f"certificates/{name}.docx"] = word(filled)
    return made


def make_documents_again(package: ExhibitPackage, read: Callable[[str], bytes]) -> dict[str, bytes]:
    """The documents of a written package, made anew from its data and its renderings, for comparison.

    Raises OSError, ValueError, KeyError, TypeError or RuntimeError when what they were made from is not as written.
    """
    pictures, note = load(read)
    return make_documents(package, read, pictures, note)


def make_report(
    package: ExhibitPackage, read: Callable[[str], bytes], pictures: Mapping[int, Picture], note: str
) -> Typeset:
    """The report with its number of pages."""
    view = report_view(package, read, pictures, note)
    files = {picture.file_name(n): picture.jpeg for n, picture in pictures.items()}
    return typeset("report", view, files, tagged=tagged(package))


def tagged(package: ExhibitPackage) -> bool:
    """Whether PDFs carry tags for screen readers: they make a file four times as large."""
    return len(package["items"]) <= TAGGED_ITEMS
