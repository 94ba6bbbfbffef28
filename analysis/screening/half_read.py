"""What an answer must say of its application's row: what of it nobody could read, and who else bears its number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from analysis.screening.explain import WORDS
from pipeline.model import Flag
from pipeline.records.given import Given
from pipeline.records.same_number import NAMED

UNREAD = "given, not readable"
SHARED = "The same number stands on another row of the file, for "


def with_given(flag: Flag, given: Given) -> Flag:
    """The flag with what is to be said of the row."""
    flag = with_unread(flag, given.unread)
    if not given.shared:
        return flag
    said = (
        f"{SHARED}{' and for '.join(given.shared[:NAMED])}. Each row is answered for itself: find out whose number "
        "it is before anything is decided."
    )
    return replace(flag, notes=(*flag.notes, said))


def with_unread(flag: Flag, unread: Sequence[str]) -> Flag:
    """The flag with the fields named (`WORDS`) that were given and not read. It is no answer then without a
    lead, unless only the day of receipt is not known."""
    if not unread:
        return flag
    said = tuple(f"{WORDS.get(name, name)} ({UNREAD})" for name in unread)
    missing = (*(m for m in flag.missing if m not in unread), *said)
    asked = [name for name in unread if name != "received"]
    if flag.result != "no_relevant_result" or not asked:
        return replace(flag, missing=missing)
    words = " and ".join(WORDS.get(name, name) for name in asked)
    sentence = (
        f"Nothing was found by what could be read. Given in the file, but not readable and not compared: {words}."
    )
    return replace(flag, result="insufficient_information", sentence=sentence, missing=missing)


def half_read(flags: Iterable[Flag]) -> list[str]:
    """One line for each application of which a value was not read."""
    lines = ((f.application_id, [m for m in f.missing if m.endswith(f"({UNREAD})")]) for f in flags)
    return [f"{number}: {', '.join(found)}" for number, found in lines if found]


def shared_numbers(flags: Iterable[Flag]) -> list[str]:
    """The applications whose number stands on another row."""
    return [f.application_id for f in flags if any(note.startswith(SHARED) for note in f.notes)]
