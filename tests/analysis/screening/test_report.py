from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from openpyxl import load_workbook

from analysis.fairness import fairness, wilson
from analysis.outcomes import outcomes
from analysis.screening.explain import waterfall
from analysis.screening.letter import letter
from analysis.screening.report import COLUMNS, screening_rows, write_screening
from analysis.screening.run import Run
from analysis.screening.shown import LEVELS, shown_probability
from analysis.tabular_text import safe_cell
from pipeline.errors import FixInput
from pipeline.model import Application, Contribution, Flag, Party

HIT = Flag(
    "A-1", "possible_match", "strong", 0.999, "b1", "n1", ("dob", "name"), "=Same name <b>as</b> X.",
    (Contribution("name", "Chen Mei", "Mei Chen", "exact", 9.5), Contribution("dob", "1980-03-07", "x", "exact", 13.0),
     Contribution("phone", "", "", "missing", 0.0)),
    ("step one", "step two"), ("cap-1",), ("The premises differs.",), ("phone",), ("3 boards",), ">=1%", "s1", "m1",
)  # fmt: skip
CLEAR = Flag("@A-2", "no_relevant_result", "", 0.0, coverage=("3 boards",), surname_band="<0.1%")


def test_rows_have_exactly_the_agreed_columns() -> None:
    row = screening_rows([HIT])[0]
    assert tuple(row) == COLUMNS
    assert len(COLUMNS) == 17
    assert row["matched_kinds"] == ["dob", "name"]
    assert row["contributions"][0]["weight"] == 9.5


def test_the_columns_are_described_in_their_order_with_every_level() -> None:
    page = (Path(__file__).parents[3] / "docs" / "screening-results.md").read_text(encoding="utf-8")
    assert tuple(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == COLUMNS
    assert all(f"`{level}`" in page for level in LEVELS)


def test_dates_of_birth_are_compared_and_never_printed() -> None:
    assert "1980" not in json.dumps(screening_rows([HIT]))


def test_csv_and_json_agree_and_formulas_are_guarded(tmp_path: Path) -> None:
    table = write_screening([HIT, CLEAR], tmp_path / "out.csv")
    rows = list(csv.DictReader(table.open(encoding="utf-8", newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert rows[0]["sentence"].startswith("'=")
    assert rows[1]["application_id"] == "'@A-2"
    assert rows[0]["path"] == "step one; step two"
    data = json.loads(write_screening([HIT, CLEAR], tmp_path / "out.json").read_text(encoding="utf-8"))
    assert [tuple(r) for r in data] == [COLUMNS, COLUMNS]


def test_answers_without_a_lead_are_written_as_all_others(tmp_path: Path) -> None:
    """They are put together from parts that many share; each column must come out as in the other formats."""
    asked = ["A-3", 'q"x', "a,b", "=1+1", "two\nlines", " A-4", "", "-5"]
    clear = [replace(CLEAR, application_id=a, missing=("dob", "e, mail")[: n % 3]) for n, a in enumerate(asked)]
    flags = [clear[0], HIT, *clear[1:], replace(clear[1], result="insufficient_information", coverage=())]
    rows = list(csv.DictReader(write_screening(flags, tmp_path / "o.csv").open(encoding="utf-8", newline="")))
    for row, written in zip(screening_rows(flags), rows, strict=True):
        assert {c: safe_cell(v) for c, v in row.items() if c != "contributions"}.items() <= written.items()
    assert [bool(r["contributions"]) for r in rows] == [f is HIT for f in flags]


def test_workbook_opens(tmp_path: Path) -> None:
    sheet = load_workbook(write_screening([HIT, CLEAR], tmp_path / "out.xlsx")).active
    assert sheet is not None
    values = list(sheet.values)
    assert values[0] == COLUMNS
    assert values[1][3] == 0.999
    assert str(values[1][7]).startswith("'=")
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:Q3")
    assert sheet["A1"].font.b and sheet.column_dimensions["H"].width == 80


def test_page_escapes_and_shows_every_weight(tmp_path: Path) -> None:
    page = write_screening([HIT, CLEAR], tmp_path / "out.html").read_text(encoding="utf-8")
    assert "<b>as</b>" not in page
    assert "+9.5" in page
    assert "Possible match, needs review" in page
    assert "1980" not in page
    assert "missing: no agreement" in page
    assert "What speaks against it" in page
    assert "<script" not in page
    assert "http" not in page


def test_page_fits_a_telephone_and_its_bars_end_where_the_next_begin(tmp_path: Path) -> None:
    page = write_screening([HIT], tmp_path / "out.html").read_text(encoding="utf-8")
    assert '<meta name="viewport" content="width=device-width,initial-scale=1">' in page
    steps = [(float(a), float(b)) for a, b in re.findall(r'style="left:([\d.]+)%;width:([\d.]+)%"', page)]
    (_, at), *weighed = steps
    assert at > 0 and weighed
    for (left, width), (after, _) in pairwise(weighed):
        assert after == pytest.approx(left + width, abs=0.11)


def test_page_says_run_ages_exhibits_and_decision(tmp_path: Path) -> None:
    flag = replace(HIT, coverage=("city-board: 3 captures, 2026-01-01 to 2026-10-01",))
    asked = Application("A-1", "Fern Spa", Party("applicant", "Chen Mei"), received=date(2026, 10, 5))
    run = Run("R1", date(2026, 11, 1), "amy", 0.9, {"A-1": asked}, {"cap-1": ("city-board", "2026-05-02", "ab" * 32)},
              ("a.csv line 7: no number",))  # fmt: skip
    page = write_screening([flag, CLEAR], tmp_path / "out.html", run).read_text(encoding="utf-8")
    for said in ("R1", "31 days before this screening", "From 1 site; the newest of 2026-05-02, 183 days before",
                 "city-board", "2026-05-02", "ab" * 32, "Fern Spa", "2026-10-05",
                 "a.csv line 7: no number", "second person", "Shown from a probability of 0.90"):  # fmt: skip
        assert said in page, said


def test_workbook_tells_the_fairness_of_the_run(tmp_path: Path) -> None:
    book = load_workbook(write_screening([HIT, CLEAR], tmp_path / "out.xlsx", Run("R1", date(2026, 11, 1), "amy")))
    rows = list(book["about this run"].values)
    assert rows[0][:2] == ("run", "R1")
    assert ("very common (1 of 100 or more)", 1, 1) in [r[:3] for r in rows]
    assert ("Possible match, needs review", 1) in [r[:2] for r in rows]
    assert ("candidates resting on a name alone", 0) in [r[:2] for r in rows]


def test_candidates_in_the_workbook_are_texts_to_read_and_print(tmp_path: Path) -> None:
    numbers = Contribution("phone", "=1+1", "+14175550101, +14175550102", "differs", 0.0)
    birth = Contribution("dob", "1980-03-07", "1980-03-07", "exact", 13.0)
    flag = replace(HIT, contributions=(numbers, birth), exhibits=("cap-2", "cap-1"))
    seen = {"cap-1": ("city-board", "2026-01-02", "ab"), "cap-2": ("city-board", "2026-03-04", "cd")}
    path = write_screening([flag], tmp_path / "out.xlsx", replace(REVIEWED, captures=seen))
    sheet = load_workbook(path)["candidates"]
    rows = {row[1].value: row for row in sheet.iter_rows()}
    assert [(c.value, c.data_type, c.quotePrefix) for c in rows["phone"][2:4]] == [
        ("=1+1", "s", True),
        ("+14175550101, +14175550102", "s", True),
    ]
    assert [c.value for c in rows["date of birth"][2:]] == ["given", "on file", "the same", 13]
    assert [r[3].value for r in sheet.iter_rows() if r[1].value == "exhibit"] == ["2026-01-02", "2026-03-04"]
    assert rows["why"][2].alignment.wrap_text
    assert (sheet.page_setup.orientation, sheet.print_title_rows) == ("landscape", "$1:$1")


def test_the_page_lists_the_possible_matches_before_it_tells_them(tmp_path: Path) -> None:
    flags = [CLEAR, HIT, replace(HIT, application_id="A-9", score=0.95)]
    page = write_screening(flags, tmp_path / "out.html", REVIEWED).read_text(encoding="utf-8")
    counted, listed, told = (
        page.index(text) for text in ("Possible match, needs", 'href="#match1">A-9<', 'id="match1"')
    )
    assert counted < page.index("No relevant result") < listed < told
    assert page.count("<a href=") == page.count("<section id=") == 2
    assert "Chen Mei, Fern Spa" in page[:told]
    assert "probability 0.950" in page
    assert "href" not in write_screening([HIT], tmp_path / "one.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("score", "words"), [(1.0, "above 0.999"), (0.9991, "above 0.999"), (0.999, "0.999"), (0.9, "0.900")]
)
def test_no_probability_is_told_as_certain(score: float, words: str) -> None:
    assert shown_probability(score) == words


@pytest.mark.parametrize(
    ("day", "clock"),
    [
        (date(2026, 9, 12), "received 2026-09-12, 1 day before this screening"),
        (date(2026, 9, 13), "received 2026-09-13, the day of this screening"),
        (date(2026, 9, 14), "received 2026-09-14"),
    ],
)
def test_clocks(day: date, clock: str) -> None:
    assert replace(REVIEWED, applications={"A-1": Application("A-1", received=day)}).waiting("A-1") == clock


def test_unknown_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FixInput, match=r"\.csv"):
        write_screening([HIT], tmp_path / "out.doc")


@pytest.mark.parametrize(
    ("value", "cell"),
    [("=1+1", "'=1+1"), ("+14175550101", "+14175550101"), ("-3.5", "-3.5"), ("-cmd", "'-cmd"), (None, ""),
     (["a", "b"], "a; b"), (["=x"], "'=x"), ("plain", "plain")],
)  # fmt: skip
def test_cells(value: object, cell: str) -> None:
    assert safe_cell(value) == cell


def test_waterfall_adds_up() -> None:
    lines = waterfall(HIT, -12.0).splitlines()
    assert lines[0].startswith("prior")
    assert "+10.50 bits" in lines[-1]


def test_wilson_against_known_values() -> None:
    low, high = wilson(5, 100)
    assert (round(low, 4), round(high, 4)) == (0.0215, 0.1118)
    assert wilson(0, 0) == (0.0, 1.0)


def test_fairness_counts_innocents_only_and_alerts() -> None:
    common = [Flag(f"c{i}", "possible_match" if i < 4 else "no_relevant_result", "", 0.0, surname_band=">=1%",
                   matched_kinds=("name", "phone")) for i in range(40)]  # fmt: skip
    rare = [Flag(f"r{i}", "no_relevant_result", "", 0.0, surname_band="<0.1%") for i in range(40)]
    figures = fairness([*common, *rare], {"c0"})
    assert (figures.bands[0].n, figures.bands[0].flagged) == (39, 3)
    assert figures.alert
    assert figures.name_only_share == 0
    assert not fairness(rare).alert
    assert fairness([Flag("x", "possible_match", "", 1.0, matched_kinds=("name",))]).name_only == 1


REVIEWED = Run(
    run_id="r1", day=date(2026, 9, 13), user="kim", threshold=0.9,
    applications={"A-1": Application("A-1", "Fern Spa", Party("applicant", "Chen Mei"), received=date(2026, 9, 1))},
    captures={"cap-1": ("city-board", "2026-01-02", "ab" * 32)},
    reviews={"A-1": (True, ("kim, 2026-09-02: a true match; papers", "lee, 2026-09-03: a true match; papers"))},
)  # fmt: skip


@pytest.mark.parametrize("ending", ["csv", "json", "xlsx", "html"])
def test_every_output_says_that_two_people_confirmed_it_and_who(tmp_path: Path, ending: str) -> None:
    path = write_screening([HIT, CLEAR], tmp_path / f"out.{ending}", REVIEWED)
    text = path.read_text(encoding="utf-8") if ending != "xlsx" else "\n".join(sheet_lines(path))
    assert "Confirmed by two reviewers" in text
    assert "lee, 2026-09-03: a true match; papers" in text


def sheet_lines(path: Path) -> list[str]:
    sheets = load_workbook(path).worksheets
    return [" | ".join(str(v) for v in row if v is not None) for sheet in sheets for row in sheet.values]


def test_the_workbook_has_both_sides_the_clock_and_the_run(tmp_path: Path) -> None:
    lines = sheet_lines(write_screening([HIT, CLEAR], tmp_path / "out.xlsx", REVIEWED))
    for line in (
        "A-1 | clock | received 2026-09-01, 12 days before this screening",
        "A-1 | name | Chen Mei | Mei Chen | the same | 9.5",
        "A-1 | exhibit | city-board | 2026-01-02 | " + "ab" * 32 + " | cap-1",
        "A-1 | against it | The premises differs.",
        "snapshot | s1 | match model | m1",
        "shown from a probability of | 0.9",
    ):
        assert line in lines
    assert not any("1980" in line for line in lines)


def test_a_letter_of_reasons_has_facts_exhibits_cause_and_the_right_to_complain() -> None:
    text = letter(HIT, REVIEWED, "2", date(2026, 9, 14))
    for said in (
        "RSMo 324.262.2(2)", "cap-1", "ab" * 32, "The premises differs.", "lee, 2026-09-03", "until 2026-10-14",
        "Administrative Hearing Commission", "DRAFT FOR COUNSEL",
    ):  # fmt: skip
        assert said in text
    assert "1980" not in text


def test_no_letter_of_a_match_that_one_person_confirmed_or_without_a_listed_cause() -> None:
    with pytest.raises(FixInput, match="not confirmed by two"):
        letter(HIT, replace(REVIEWED, reviews={"A-1": (False, ("kim: a true match",))}), "2", date(2026, 9, 14))
    with pytest.raises(FixInput, match="no cause"):
        letter(HIT, REVIEWED, "a hit", date(2026, 9, 14))


def test_notes_and_the_clock_reach_every_table(tmp_path: Path) -> None:
    noted = replace(CLEAR, sentence="Nothing was found.", notes=("Same phone as X, under another name: a note.",))
    run = Run(day=date(2026, 9, 13), applications={"A-1": Application("A-1", received=date(2026, 9, 1))})
    data = json.loads(write_screening([HIT, noted], tmp_path / "o.json", run).read_text(encoding="utf-8"))
    assert data[1]["sentence"] == "Nothing was found. Same phone as X, under another name: a note."
    assert data[0]["sentence"].endswith("Application received 2026-09-01, 12 days before this screening.")
    rows = list(
        csv.DictReader(write_screening([HIT, noted], tmp_path / "o.csv", run).open(encoding="utf-8", newline=""))
    )
    assert [r["sentence"].lstrip("'") for r in rows] == [r["sentence"] for r in data]


def test_what_became_of_matches_is_told_once_somebody_has_decided(tmp_path: Path) -> None:
    said = {("A-1", "b1"): "confirmed"}
    undecided, decided = (Run(outcomes=tuple(outcomes([HIT], words))) for words in ({}, said))
    for run, told in ((undecided, False), (decided, True)):
        page = write_screening([HIT], tmp_path / "o.html", run).read_text(encoding="utf-8")
        assert ("What became of the possible matches" in page) is told
    assert "1 of 1: too few for a rate" in page
    lines = sheet_lines(write_screening([HIT], tmp_path / "o.xlsx", run))
    assert any(line.startswith("matches shown so far | all | 1 | 1 of 1") for line in lines)
