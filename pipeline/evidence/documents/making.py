"""All documents of a package: report, certificates, renderings, by their names below data/."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from pipeline.evidence.documents.certificate_facts import Printed
from pipeline.evidence.documents.certificates import certificate, templates
from pipeline.evidence.documents.picture import DESCRIBED, Picture, describe, load
from pipeline.evidence.documents.report import VolumeSet, item_views, report_view, volume_view
from pipeline.evidence.documents.typesetting import Setting, Typeset, typeset, typeset_all
from pipeline.evidence.documents.word import word
from pipeline.evidence.package.exhibit import ExhibitPackage

REPORT = "derived/report.pdf"
VOLUME_ITEMS = 170  # a report of more items has them in volumes: one PDF would need gigabytes to set
Read = Callable[[str], bytes]


def make_documents(
    package: ExhibitPackage, read: Read, pictures: Mapping[int, Picture], note: str = ""
) -> dict[str, bytes]:
    """Pure: the same package and pictures give the same bytes.

    `read` gives a file of the package by its path ("data/pages/0001.txt"). `pictures` by item number; an item without
    one is shown as text, and `note` says why.
    """
    prints = dict(make_report(package, read, pictures, note))
    made = {name: one.pdf for name, one in prints.items()}
    made[DESCRIBED] = describe(pictures, note)
    made |= {Picture.path(n): picture.jpeg for n, picture in sorted(pictures.items())}
    printed = Printed(
        sum(one.pages for one in prints.values()), {name: sha256(one.pdf).hexdigest() for name, one in prints.items()}
    )
    made |= _certificates({name: certificate(name, package, printed) for name in templates()}, _is_long(package))
    return made


def _certificates(filled: Mapping[str, Mapping[str, Any]], is_long: bool) -> dict[str, bytes]:
    if is_long:
        done = typeset_all([Setting("certificate", one, tagged=False) for one in filled.values()])
    else:
        done = [typeset("certificate", one) for one in filled.values()]
    pdfs = {f"certificates/{name}.pdf": one.pdf for name, one in zip(filled, done, strict=True)}
    return pdfs | {f"certificates/{name}.docx": word(one) for name, one in filled.items()}


def make_documents_again(package: ExhibitPackage, read: Read) -> dict[str, bytes]:
    """The documents of a written package, made anew from its data and its renderings, for comparison.

    Raises OSError, ValueError, KeyError, TypeError or RuntimeError when what they were made from is not as written.
    """
    pictures, note = load(read)
    return make_documents(package, read, pictures, note)


def make_report(
    package: ExhibitPackage, read: Read, pictures: Mapping[int, Picture], note: str
) -> Iterator[tuple[str, Typeset]]:
    """The report by file name: one PDF, or one that lists the volumes and then each volume."""
    items = item_views(package, read, pictures, note)
    if len(items) <= VOLUME_ITEMS:
        yield REPORT, typeset("report", report_view(package, items), _files(items, pictures), tagged=True)
        return
    volumes = list(_volumes(package, items, pictures))
    yield REPORT, typeset("report", report_view(package, items, [told for told, _ in volumes]), tagged=False)
    yield from ((told.file, one) for told, one in volumes)


def _volumes(
    package: ExhibitPackage, items: Sequence[Mapping[str, Any]], pictures: Mapping[int, Picture]
) -> Iterator[tuple[VolumeSet, Typeset]]:
    parts = [items[start : start + VOLUME_ITEMS] for start in range(0, len(items), VOLUME_ITEMS)]
    views = [volume_view(package, part, number, len(parts)) for number, part in enumerate(parts, 1)]
    settings = [Setting("volume", view, _files(part, pictures), False) for view, part in zip(views, parts, strict=True)]
    for number, (part, one) in enumerate(zip(parts, typeset_all(settings), strict=True), 1):
        first, last = part[0]["n"], part[-1]["n"]
        file = f"derived/items-{first:04d}-{last:04d}.pdf"
        yield VolumeSet(number, file, first, last, one.pages, one.starts), one


def _files(items: Sequence[Mapping[str, Any]], pictures: Mapping[int, Picture]) -> dict[str, bytes]:
    return {Picture.file_name(item["n"]): pictures[item["n"]].jpeg for item in items if item["n"] in pictures}


def _is_long(package: ExhibitPackage) -> bool:
    """Whether PDFs go without tags for screen readers: they make a file four times as large."""
    return len(package["items"]) > VOLUME_ITEMS
