"""The grade of a tip or inspection: how reliable its source is, how well its content is confirmed.

The admiralty code of NATO's AJP-2.1, which state intelligence systems use as well: source A (completely reliable) to F
(cannot be judged), content 1 (confirmed) to 6 (cannot be judged).
"""

from __future__ import annotations

from collections.abc import Iterable

SOURCE_COLUMNS = frozenset({"source_grade", "source_reliability", "reliability", "source_rating", "source_code"})
CONTENT_COLUMNS = frozenset(
    {"content_grade", "content_validity", "validity", "credibility", "content_rating", "content_code", "info_grade"}
)
UNKNOWN_SOURCE, UNKNOWN_CONTENT = "F", "6"


def grade_of(columns: Iterable[tuple[str, str]]) -> str:
    """ "B2" from the columns a file has besides the declared ones; "" when neither grade is given.

    A half that is missing, or no letter A to F and digit 1 to 6, cannot be judged: F, 6.
    """
    said = {
        "_".join(name.lower().replace("-", " ").replace("_", " ").split()): value.strip() for name, value in columns
    }
    source = next((said[c] for c in sorted(SOURCE_COLUMNS) if said.get(c)), "")
    content = next((said[c] for c in sorted(CONTENT_COLUMNS) if said.get(c)), "")
    if not source and not content:
        return ""
    letter, digit = source[:1].upper(), content[:1]
    return (letter if "A" <= letter <= "F" else UNKNOWN_SOURCE) + (digit if "1" <= digit <= "6" else UNKNOWN_CONTENT)
