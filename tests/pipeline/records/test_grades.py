"""Source and content of a tip, graded as the file says."""

from __future__ import annotations

import pytest

from pipeline.records.grades import grade_of


@pytest.mark.parametrize(
    ("columns", "grade"),
    [
        ([("source_grade", "B"), ("content_grade", "2")], "B2"),
        ([("Source Reliability", "b"), ("Content-Validity", " 2 ")], "B2"),
        ([("reliability", "A - completely reliable"), ("validity", "1 (confirmed)")], "A1"),
        ([("source_grade", "C")], "C6"),
        ([("content_grade", "3")], "F3"),
        ([("source_grade", "Z"), ("content_grade", "9")], "F6"),
        ([("source_grade", ""), ("content_grade", "")], ""),
        ([("color", "A")], ""),
        ([], ""),
    ],
)
def test_grades(columns: list[tuple[str, str]], grade: str) -> None:
    assert grade_of(columns) == grade
