"""What a person should look at before a file is taken over: columns that no rule is sure of. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from pipeline.records.binding import Binding
from pipeline.records.header_reading import split_words
from pipeline.records.headers import fold_header

NUMBERS = ("license_number", "record_number")
KINDS = {"license": "License Number", "filing": "Charter Number"}
ADDRESSES = frozenset(("address", "street", "residence"))
PEOPLE = frozenset(("name", "names", "owner", "owners", "holder", "person", "contact"))
NO_ADDRESS = frozenset(("email", "mail", "web", "ip", "type", "code", "id", "verified", "changed"))
NO_PERSON = frozenset((
    "file", "county", "agency", "program", "street", "board", "city", "state", "school", "type", "code", "id", "number",
    "percent", "phone", "date", "district", "column", "layer", "species", "status",
))  # fmt: skip


def doubts(binding: Binding) -> tuple[str, ...]:
    """One sentence each, the weightiest first; what to do stands in it."""
    told = (_without_number, _guessed, _taken_apart, _half_names, _repeated, _unread)
    return tuple(doubt for tell in told for doubt in tell(binding))


def _guessed(binding: Binding) -> Iterator[str]:
    if binding.guessed_number is not None:
        yield (
            f"column {binding.header[binding.guessed_number]!r} is taken for the number of a record because it differs "
            "in each of the first rows. If another column holds the number, call that one License Number in a copy"
        )


def _taken_apart(binding: Binding) -> Iterator[str]:
    for i in binding.combined:
        yield (
            f"column {binding.header[i]!r} holds a name and an address in one cell. They are taken apart at the line "
            "or comma behind which a street begins; look at the first rows"
        )


def _without_number(binding: Binding) -> Iterator[str]:
    if any(name in binding.columns for name in NUMBERS) or not any(set(k) & set(NUMBERS) for k in binding.map.key):
        return
    used = [n for names in binding.map.key if len(names) > 1 for n in names if n in binding.columns or n == "holder"]
    told = ", ".join(dict.fromkeys(binding.header[i] for n in used for i in binding.columns.get(n, ())[:1]))
    yield (
        f"no column is taken for the number of a record: rows count as one where they agree in {told or 'the holder'}. "
        f"If a column holds the number, call it {KINDS.get(binding.map.kind, 'Application Number')} in a copy"
    )


def _half_names(binding: Binding) -> Iterator[str]:
    for party in binding.parties:
        if "last" in party.columns and not {"first", "name", "last_or_company"} & set(party.columns):
            header = binding.header[party.columns["last"][0]]
            yield (
                f"column {header!r} holds last names and no column the first names of the same people. If one does, "
                "call it First Name in a copy"
            )


def _repeated(binding: Binding) -> Iterator[str]:
    times = Counter(fold_header(h) for h in binding.header if h.strip())
    for folded, count in times.items():
        numbers = [i for i, h in enumerate(binding.header) if fold_header(h) == folded]
        if count > 1 and set(numbers) & set(binding.kept):
            yield (
                f"column {binding.header[numbers[0]]!r} stands {count} times: the first is read, the others are kept "
                "as written. Say in a copy whose each is, such as Owner Address"
            )


def _unread(binding: Binding) -> Iterator[str]:
    seen = {fold_header(binding.header[i]) for i in range(binding.width) if i not in binding.kept}
    for i in [i for i in binding.kept if i not in binding.combined]:
        words = set(split_words(binding.header[i]))
        if fold_header(binding.header[i]) in seen:
            continue
        if words & ADDRESSES and not words & NO_ADDRESS:
            yield _ask(binding.header[i], "an address", "Business Address, Mailing Address")
        elif words & PEOPLE and not words & NO_PERSON:
            yield _ask(binding.header[i], "names", "Owner Name, Manager Name")


def _ask(header: str, what: str, examples: str) -> str:
    return (
        f"column {header!r} seems to hold {what} and is only kept as written: its words do not say whose. "
        f"If it matters, name it in a copy like {examples}"
    )
