"""Why two entities are not one although two of their refs may be the same: in words for who is to decide."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.model import Ref
from pipeline.resolve.cluster import SAID_ABOUT, Groups
from pipeline.resolve.model import MatchModel


def why_apart(
    one: Sequence[Ref], two: Sequence[Ref], pair: tuple[Ref, Ref], probability: float, model: MatchModel
) -> str:
    """`one`, `two`: all refs of either entity; `pair`: the likeliest two of them, `probability` that they are the same,
    1 where a person said so."""
    kind = one[0].role
    groups = Groups(model.largest.get(kind, 150))
    for ref in (*one, *two):
        groups.add(ref)
    for refs in (one, two):
        for ref in refs[1:]:
            groups.join(refs[0].ref_id, ref.ref_id)
    a, b = (ref.ref_id for ref in pair)
    weighed = bool(pair[0].own_number) and pair[0].own_number == pair[1].own_number
    if why := groups.refusal(a, b, weighed=weighed):
        return f"would be {why}" if why == "too large" else why
    if why := groups.beside(a, b, {ref.ref_id: ref for ref in (*one, *two)}):
        return why
    if kind == "business" and any(not (ref.name or ref.other_names) for ref in pair):
        return "an ad without a name, and several businesses come into question"
    if kind == "business" and any(ref.record_kind in SAID_ABOUT for ref in pair):
        return "only said about a business, and several come into question"
    return "not sure enough" if probability < model.match else "kept apart by what stands between them"
