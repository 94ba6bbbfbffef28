"""The report: everything on the checklist is on paper, hostile text stays text, the same input gives the same bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.evidence.documents import making
from pipeline.evidence.documents.making import REPORT, make_documents
from pipeline.evidence.documents.picture import Picture
from pipeline.evidence.documents.plain import one_line, plain, utc
from pipeline.evidence.documents.report import item_views, report_view
from pipeline.evidence.documents.typesetting import Typeset, typeset
from pipeline.evidence.package.exhibit import ExhibitPackage
from pipeline.evidence.package.rows import distinguished, time_rows
from tests.pipeline.evidence.documents.conftest import (
    ADDRESS,
    HOSTILE,
    JPEG,
    LONG,
    SCRIPTS,
    digest,
    made_item,
    made_package,
)

Read = Callable[[str], bytes]


def text_of(pdf: bytes) -> str:
    """The PDF's text in one line, as a reader's copy gives it."""
    with pypdfium2.PdfDocument(pdf) as document:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    return " ".join(" ".join(pages).split())


def right_edges(pdf: bytes) -> list[float]:
    """Where each piece of text ends, in points from the left edge of the paper."""
    edges = []
    with pypdfium2.PdfDocument(pdf) as document:
        for page in document:
            text = page.get_textpage()
            edges += [text.get_rect(n)[2] for n in range(text.count_rects())]
    return edges


def make_report(package: ExhibitPackage, read: Read, pictures: dict[int, Picture], note: str) -> Typeset:
    return dict(making.make_report(package, read, pictures, note))[REPORT]


def view_of(package: ExhibitPackage, read: Read, note: str = "") -> dict[str, Any]:
    return report_view(package, item_views(package, read, {}, note))


def strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [s for inner in value.values() for s in strings(inner)]
    return [s for inner in value for s in strings(inner)] if isinstance(value, list) else []


def test_everything_on_the_checklist_is_in_the_view(read: Read) -> None:
    way = {"capture_id": "w", "item": 0, "url": "https://city-board.example/go", "status": 302,
           "captured_at": "2026-03-01T12:00:00.000001Z", "missing": "held"}  # fmt: skip
    package = made_package([made_item(1, redirects=[way])])
    shown = " ".join(strings(view_of(package, read, "No Chromium.")))
    for expected in (
        "26-CR-0001", "County prosecutor", "A. Clerk", "2026-04-01 08:00:00.000000 UTC", "Lotus Garden",
        "https://city-board.example/ad/1?from=list", "https://city-board.example/go", "(417) 555-0142", "+14175550142",
        "1200 N Main St Ste 5", "characters 120–134", "Sun, 01 Mar 2026 12:00:00 GMT", "2026-02-27", "4 captures",
        digest("payload", 1), digest("stored", "response", 1), digest("tls"), "192.0.2.7", "CN=Stamper", "INTERNAL",
        "held in the archive", "timeout: no answer in 30 seconds", "3 images", "custody log 7",
        "data/exhibit.wacz", digest("wacz"), "obeyed", "No Chromium.", "linked from",
    ):  # fmt: skip
        assert expected in shown, expected


def test_the_printed_report_holds_whole_hashes_and_page_numbers(read: Read) -> None:
    report = make_report(made_package([made_item(1)]), read, {}, "")
    text = text_of(report.pdf)
    assert digest("payload", 1) in text
    assert digest("entry", 1) in text
    assert f"Page 1 of {report.pages}" in text
    assert "DERIVED" in text
    assert "(417) 555-0142" in text


def test_hostile_text_is_shown_and_does_nothing() -> None:
    item = made_item(1, url_reached=ADDRESS, why_collected=HOSTILE, seal={}, damage=[HOSTILE])
    item["description"] = [{"title": HOSTILE, "business_name": SCRIPTS, HOSTILE: LONG}]
    item["mentions"][0].update(kind=HOSTILE, quote=HOSTILE, value=HOSTILE, node=LONG)
    package = made_package([item], watermark="SIMULATED CLOCK", facts={"exhibit": HOSTILE, "case": LONG, HOSTILE: ""})
    page = f"{HOSTILE}\n{SCRIPTS}\n{LONG}".encode("utf-8", "surrogatepass")
    report = make_report(package, lambda _: page, {}, HOSTILE)
    text = text_of(report.pdf)
    assert "#strong[Spa] $x^2$ *b* _i_ `c` @ref <label>" in text
    assert "[U+202E]esrever[U+202C]" in text
    assert "\u202e" not in text
    assert "春天按摩" in text
    assert "SIMULATED CLOCK" in text
    assert text.replace(" ", "").count("x" * 600) >= 2  # cut nowhere by the paper's edge


def test_nothing_runs_over_the_edge_of_the_paper() -> None:
    item = made_item(1, url_asked="https://e.example/" + "a" * 1900, url_reached=ADDRESS, ip=LONG, collector=LONG)
    item["mentions"][0].update(kind="k" * 90, quote=LONG, value=LONG, field=LONG, node=LONG)
    item["redirects"] = [{"capture_id": "", "item": 0, "url": LONG, "status": 302, "captured_at": "", "missing": LONG}]
    edges = right_edges(make_report(made_package([item]), lambda _: LONG.encode(), {}, "").pdf)
    assert len(edges) > 300
    assert max(edges) <= 612 - 56  # letter paper, right margin 22 mm = 62 points


@pytest.mark.parametrize("height", [1, 500, 900, 1000, 3000])
def test_a_rendering_is_marked_and_cut_into_pages(height: int, read: Read) -> None:
    picture = Picture(JPEG, 800, height, height + 7, "Chromium 1")
    report = make_report(made_package([made_item(1)]), read, {1: picture}, "")
    text = text_of(report.pdf)
    assert picture.sha256 in text
    assert "the rest is not shown" in text
    assert "data/derived/renderings/0001.jpg" in text.replace(" ", "")
    assert report.pages >= 3 + height * 0.2 // 220


def test_the_same_package_gives_the_same_bytes(read: Read) -> None:
    package = made_package([made_item(n) for n in (1, 2)])
    assert make_report(package, read, {}, "").pdf == make_report(package, read, {}, "").pdf


def test_an_unsealed_package_says_so(read: Read) -> None:
    package = made_package([made_item(1, seal={})], sealed=False, seals=[], journal_head={})
    shown = " ".join(strings(view_of(package, read)))
    assert "Nothing in this package is sealed." in shown
    assert "attests" not in shown.replace("No time-stamp authority attests", "")


def test_pages_and_the_redirects_to_them_are_counted_apart(read: Read) -> None:
    package = made_package([made_item(1), made_item(2, role="redirect"), made_item(3, role="redirect")])
    shown = " ".join(view_of(package, read)["summary"])
    assert "1 archived page and 2 redirects on the way to them, captured on 2026-03-01" in shown
    assert "1 capture was asked for and refused: see Annex B." in shown
    whole = " ".join(view_of(made_package([made_item(1)], not_included=[]), read)["summary"])
    assert "holds 1 archived page captured" in whole
    assert "Annex B tells what was never captured." in whole


@given(st.text(max_size=300))
@settings(max_examples=100, deadline=None)
def test_plain_text_has_nothing_invisible(text: str) -> None:
    shown = plain(text)
    assert not [c for c in shown if c not in "\n\u200c\u200d" and not (c.isprintable() or c.isspace())]
    assert plain(shown) == shown or "[more marks]" in shown
    assert "\n" not in one_line(text)


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [
        ("a\x00b", "a[U+0000]b"),
        ("tab\there", "tab    here"),
        ("one\r\ntwo", "one\ntwo"),
        ("n" * 30, "n" * 10 + " … [20 more characters in the record]"),
        (None, ""),
        (7, "7"),
    ],
)
def test_plain_examples(given_text: object, shown: str) -> None:
    assert plain(given_text, 10 if given_text == "n" * 30 else 20_000) == shown


def received(number: int = 1) -> dict[str, Any]:
    """An item that another collector captured and this office received."""
    item = made_item(number, collector="other tool", not_collected={"scripts": 1, "images": 2})
    item["journal"] |= {"kind": "imported"}
    item["original"] |= {"received_as": "theirs.warc.gz", "file_sha256": digest("theirs")}
    item["times"] |= {"request_started": "", "journalled": "2026-03-05T08:00:00.000000Z"}
    return item


def test_what_others_captured_is_never_told_by_this_offices_clock(read: Read) -> None:
    [item] = item_views(made_package([received()]), read, {}, "")
    clocks = {row[0]: (row[1], row[2]) for row in item["times"]}
    theirs = "the collector that made the received file"
    assert clocks["Request sent"] == ("not recorded", theirs)
    assert clocks["Answer received"][1] == theirs
    assert "entered it on 2026-03-05 08:00:00.000000 UTC. The seal shows nothing about the time before" in item["seal"]
    [own] = item_views(made_package([made_item(1)]), read, {}, "")
    assert "Others captured" not in own["seal"]
    labels = dict(time_rows(received()))  # type: ignore[arg-type]
    assert labels["Response received (the other collector's clock)"] == "2026-03-01 12:00:00.373456"
    assert not [label for label in labels if label.startswith(("Request", "Response")) and "our clock" in label]
    assert "Response received (our clock)" in dict(time_rows(made_item(1)))  # type: ignore[arg-type]


def test_what_is_counted_is_told_in_the_right_number(read: Read) -> None:
    [item] = item_views(made_package([received()]), read, {}, "")
    assert ["Not collected from this page", "2 images, 1 script (named on the page; never requested)", ""] in item[
        "identity"
    ]


def test_names_of_certificates_are_shown_without_signs_for_programs(read: Read) -> None:
    name = "CN=archive key\\, Greene County,O=INTERNAL: self-signed\\, proves no identity"
    assert distinguished(name) == "CN=archive key, Greene County,O=INTERNAL: self-signed, proves no identity"
    item = made_item(1)
    item["seal"] |= {"signer": name}
    package = made_package([item])
    package["seals"][0]["signer"] = name
    shown = " ".join(strings(view_of(package, read)))
    assert "archive key, Greene County" in shown
    assert "\\," not in shown


def last_edges(pdf: bytes, wanted: str) -> list[float]:
    """Where a text that stands on one line ends, in points from the left edge of the paper, wherever it stands."""
    edges = []
    with pypdfium2.PdfDocument(pdf) as document:
        for page in document:
            text = page.get_textpage()
            search = text.search(wanted)
            while place := search.get_next():
                first, last = (text.get_charbox(n) for n in (place[0], sum(place) - 1))
                if abs(first[1] - last[1]) < 3:
                    edges.append(last[2])
    return edges


def test_a_hash_stands_whole_within_its_column(read: Read) -> None:
    report = make_report(made_package([made_item(1)]), read, {}, "")
    for hash_ in (digest("stored", "response", 1), digest("payload", 1), digest("wacz"), digest("signer")):
        edges = last_edges(report.pdf, hash_)
        assert edges, hash_
        assert max(edges) <= 612 - 62.3 - 3  # the right margin, and the space within a cell


def test_times_as_people_read_them() -> None:
    assert utc("2026-03-01T12:00:00.5Z") == "2026-03-01 12:00:00.5 UTC"
    assert utc("2026-03-01T12:00:00+00:00") == "2026-03-01 12:00:00 UTC"
    assert utc("") == ""
    assert utc("SIMULATED: Today") == "SIMULATED: Today"


@given(st.text(max_size=80))
@settings(max_examples=8, deadline=None)
def test_any_text_can_be_set(text: str) -> None:
    package = made_package([made_item(1, why_collected=text, site=text)], facts={"exhibit": text})
    assert typeset("report", view_of(package, lambda _: text.encode("utf-8", "replace"), text), {}).pages >= 3


def test_many_items_come_in_volumes(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "VOLUME_ITEMS", 2)
    package = made_package([made_item(n) for n in range(1, 6)])
    files = make_documents(package, read, {3: Picture(JPEG, 800, 300, 300, "Chromium 1")}, "")
    volumes = ["derived/items-0001-0002.pdf", "derived/items-0003-0004.pdf", "derived/items-0005-0005.pdf"]
    assert [n for n in sorted(files) if "items-" in n] == volumes
    front = text_of(files[REPORT])
    assert "Volume 2: items 3 to 4, file data/derived/items-0003-0004.pdf" in front.replace("- ", "-")
    assert "vol. 2, p. 1" in front
    assert digest("payload", 3) not in front
    second = text_of(files[volumes[1]])
    assert digest("payload", 3) in second
    assert "Volume 2, page 1 of" in second
    pages = sum(len(pypdfium2.PdfDocument(files[name])) for name in (REPORT, *volumes))
    assert f"Attached hereto are {pages} pages" in text_of(files["certificates/rsmo-490-692.pdf"])


@pytest.mark.soak
def test_a_thousand_items(read: Read) -> None:
    files = dict(making.make_report(made_package([made_item(n) for n in range(1, 1001)]), read, {}, ""))
    assert len(files) == 7
    assert sum(one.pages for one in files.values()) > 2000
    assert max(len(one.pdf) for one in files.values()) < 5_000_000


@pytest.mark.parametrize(
    ("own", "others", "told"),
    [
        (2, 0, ""),
        (1, 1, "1 of 2 items was captured by others (other tool)"),
        (0, 1, "The item was captured by others"),
        (0, 2, "All 2 items were captured by others"),
        (1, 2, "2 of 3 items were captured by others"),
    ],
)
def test_the_cover_says_what_is_the_word_of_others(read: Read, own: int, others: int, told: str) -> None:
    items = [made_item(n + 1) for n in range(own)] + [received(own + n + 1) for n in range(others)]
    shown = " ".join(view_of(made_package(items), read)["summary"])
    assert told in shown
    assert ("in its journal on 2026-03-05. That, when and how" in shown) == bool(told)


@pytest.mark.parametrize(("stamped", "is_bounded"), [(2, False), (1, True), (0, True)])
def test_without_time_stamps_the_holder_of_the_key_is_named(read: Read, stamped: int, is_bounded: bool) -> None:
    items = [made_item(1), made_item(2)]
    for item in items[stamped:]:
        item["seal"] = {name: value for name, value in item["seal"].items() if name != "token"}
    shown = " ".join(view_of(made_package(items), read)["summary"])
    assert ("unless somebody who holds the signing key signed a changed journal anew" in shown) == is_bounded
