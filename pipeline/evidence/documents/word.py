"""The same certificates for Word, so that counsel can edit them. Same input, same bytes (of one zlib)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK, WD_COLOR_INDEX
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table
from docx.text.paragraph import Paragraph

SERIF, FIXED = "Times New Roman", "Courier New"
LINE = "_" * 40
ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def word(certificate: Mapping[str, Any]) -> bytes:
    """A DOCX file from what `certificates.certificate` gives."""
    document = docx.Document()
    _page(document, certificate)
    _counsel(document, certificate)
    if certificate["form"] == "affidavit":
        for text in ("STATE OF [state: __________]\t)", "\t)  ss.", "COUNTY OF [county: __________]\t)"):
            venue = document.add_paragraph()
            venue.paragraph_format.tab_stops.add_tab_stop(Mm(75))
            venue.paragraph_format.space_after = Pt(2)
            _runs(venue, _marked(text))
    title = document.add_heading(certificate["title"], 1)
    basis = document.add_paragraph(certificate["basis"])
    title.alignment = basis.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _runs(document.add_paragraph(), certificate["opening"])
    for block in certificate["blocks"]:
        _block(document, block)
    if certificate["closing"]:
        _runs(document.add_paragraph(), certificate["closing"])
    _affidavit_end(document) if certificate["form"] == "affidavit" else _declaration_end(document)
    _schedules(document, certificate)
    return _packed(document, certificate)


def _page(document: Document, certificate: Mapping[str, Any]) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(215.9), Mm(279.4)
    section.left_margin = section.right_margin = Mm(24)
    style = document.styles["Normal"]
    style.font.name, style.font.size = SERIF, Pt(11)
    for level in (1, 2):
        heading = document.styles[f"Heading {level}"]
        heading.font.name, heading.font.color.rgb = SERIF, RGBColor(0, 0, 0)
        for theme in ("asciiTheme", "hAnsiTheme"):  # a theme's font would win over the name
            heading.element.rPr.rFonts.attrib.pop(qn(f"w:{theme}"), None)
    head = section.header.paragraphs[0]
    head.add_run("\t".join([certificate["head"], "", certificate["mark"]])).font.size = Pt(8)
    if certificate["demo"]:
        mark = section.header.add_paragraph()
        mark.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = mark.add_run(certificate["demo"])
        run.bold, run.font.color.rgb = True, RGBColor(0x9A, 0, 0)
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    foot.add_run("Page ")
    _page_field(foot, "PAGE")
    foot.add_run(" of ")
    _page_field(foot, "NUMPAGES")


def _page_field(paragraph: Paragraph, name: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = "1"  # until Word has counted
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


def _counsel(document: Document, certificate: Mapping[str, Any]) -> None:
    """The box for counsel: one cell with a border, taken out before signing."""
    cell = _table(document, 1, 1).cell(0, 0)
    first = cell.paragraphs[0]
    first.add_run(certificate["mark"]).bold = True
    for sentence in certificate["counsel"]:
        _runs(cell.add_paragraph(style="List Bullet"), sentence, size=9)
    if certificate["demo"]:
        text = "This package comes from a demonstration; its contents are invented. There is nothing in it to certify."
        _runs(cell.add_paragraph(style="List Bullet"), [["text", text]], size=9)
    _runs(cell.add_paragraph(), [["text", "Marked words are blanks. Delete this box before signing."]], size=9)
    document.add_paragraph()


def _block(document: Document, block: Mapping[str, Any]) -> None:
    if block["kind"] == "heading":
        document.add_heading("".join(text for _, text in block["runs"]), 2)
        return
    paragraph = document.add_paragraph()
    if block["kind"] == "numbered":
        paragraph.paragraph_format.left_indent = Mm(9)
        paragraph.paragraph_format.first_line_indent = Mm(-9)
        paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(9))
        paragraph.add_run(f"{block['n']}.\t")
    _runs(paragraph, block["runs"])


def _runs(paragraph: Paragraph, runs: Sequence[Sequence[str]], size: float = 0) -> None:
    for kind, text in runs:
        run = paragraph.add_run(f"[{text}: __________]" if kind == "blank" else text)
        if kind == "blank":
            run.font.highlight_color = WD_COLOR_INDEX.YELLOW
        if size:
            run.font.size = Pt(size)


def _marked(text: str) -> list[list[str]]:
    """The two blanks of the venue, which are no template's."""
    before, bracket, rest = text.partition("[")
    if not bracket:
        return [["text", text]]
    name, _, after = rest.partition(": __________]")
    return [["text", before], ["blank", name], ["text", after]]


def _sign_line(document: Document, words: str) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_before = Pt(30)
    paragraph.add_run(f"{LINE}\n{words}")


def _declaration_end(document: Document) -> None:
    executed = [["text", "Executed on "], ["blank", "date"], ["text", " at "], ["blank", "city and state"]]
    _runs(document.add_paragraph(), [*executed, ["text", "."]])
    _sign_line(document, "signature")
    _sign_line(document, "printed name and title")


def _affidavit_end(document: Document) -> None:
    _sign_line(document, "affiant")
    text = "In witness whereof I have hereunto subscribed my name and affixed my official seal this "
    day = [
        ["text", text],
        ["blank", "day"],
        ["text", " day of "],
        ["blank", "month"],
        ["text", ", "],
        ["blank", "year"],
    ]
    _runs(document.add_paragraph(), [*day, ["text", "."]])
    _sign_line(document, "notary public (Seal)")
    _runs(document.add_paragraph(), [["text", "My commission expires "], ["blank", "date"], ["text", "."]])


def _schedules(document: Document, certificate: Mapping[str, Any]) -> None:
    if certificate["items"]:
        document.paragraphs[-1].add_run().add_break(WD_BREAK.PAGE)
        document.add_heading("Schedule A: items", 2)
        document.add_paragraph("Times are UTC, by the clock of the collector. SHA-256 is that of the page as received.")
        head = ("Item", "Captured", "Record (capture id)", "Address reached", "SHA-256")
        _filled(document, head, certificate["items"], (12, 22, 40, 46, 48), fixed=(2, 4))
    if certificate["files"]:
        document.add_heading("Schedule B: files of the package that hold the evidence", 2)
        _filled(document, ("File", "Bytes", "SHA-256"), certificate["files"], (70, 24, 74), fixed=(2,))


def _filled(
    document: Document,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[int],
    fixed: Sequence[int] = (),
) -> None:
    """A table with a repeated head. Rows are copies of one XML row: the library's own way is quadratic."""
    table = _table(document, 2, len(head))
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for cell, text, width in zip(table.rows[0].cells, head, widths, strict=True):
        cell.width = Mm(width)
        cell.paragraphs[0].add_run(text).bold = True
    for number, (cell, width) in enumerate(zip(table.rows[1].cells, widths, strict=True)):
        cell.width = Mm(width)
        run = cell.paragraphs[0].add_run("-")
        run.font.size = Pt(8)
        if number in fixed:
            run.font.name = FIXED
    repeated = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)
    pattern = table.rows[1]._tr
    pattern.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    for row in rows:
        filled = deepcopy(pattern)
        for text, place in zip(row, filled.iter(qn("w:t")), strict=True):
            place.text = text
        pattern.addprevious(filled)
    pattern.getparent().remove(pattern)


def _table(document: Document, rows: int, columns: int) -> Table:
    table: Table = document.add_table(rows, columns)
    table.style = "Table Grid"
    return table


def _packed(document: Document, certificate: Mapping[str, Any]) -> bytes:
    """The file with fixed dates inside and outside."""
    made = datetime(1980, 1, 1, tzinfo=UTC).replace(tzinfo=None)
    facts = document.core_properties
    facts.title, facts.author, facts.comments = certificate["title"], "", certificate["mark"]
    facts.created = facts.modified = made
    raw, packed = io.BytesIO(), io.BytesIO()
    document.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name, ZIP_TIME), source.read(name), zipfile.ZIP_DEFLATED)
    return packed.getvalue()
