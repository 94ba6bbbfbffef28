"""The match model card: what is in force, what it was made from, how often it errs and where it is known to fail."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from analysis.fairness import fairness
from analysis.rules import ScreeningRules
from pipeline.model import Flag
from pipeline.resolve.declaration import DECLARED
from pipeline.resolve.model import MatchModel
from pipeline.resolve.names.romanization import DATA

INTENDED = (
    "Finds records that may be about one person or business, and applications that may lead into a known network. "
    "A result is a lead with reasons; a person decides. A name alone never flags. Neither origin, nationality, "
    "gender nor neighborhood is stored or guessed."
)


def make_card(
    model: MatchModel, rules: ScreeningRules, pairs: Sequence[Mapping[str, Any]], flags: Sequence[Flag]
) -> dict[str, Any]:
    """The card as JSON values. `flags`: a run. `pairs`: rows of a count of all pairs in or above the review band, with
    `role`, `nameless` (one of the two is an ad without a name), `joined` (they are one entity), `match` (as likely as a
    match), `pairs` (how many) and `probability` (the sum of theirs)."""
    return {
        "version": model.version,
        "intended use": INTENDED,
        "data": {
            "trained on": model.trained_on,
            "pool": {role: pool.rows for role, pool in model.pools.items()},
            "population": "United States Census Bureau, 2020: surnames and first names",
        },
        "thresholds": {
            "review from": model.review,
            "match from": model.match,
            "largest cluster": dict(model.largest),
            "screening": {f.name: getattr(rules, f.name) for f in fields(rules)},
        },
        "weights": [row for role in DECLARED for row in _weights(model, role)],
        "errors": {"joined pairs": _expected(model, pairs), "screening by surname frequency": _screened(flags)},
        "known failures": tomllib.loads((DATA / "known_failures.toml").read_text(encoding="utf-8"))["failure"],
    }


def _weights(model: MatchModel, role: str) -> list[dict[str, Any]]:
    return [
        {
            "role": role,
            "comparison": compared.name,
            "level": level.name,
            "bits": round(model.weight(role, compared.name, level), 2),
            "by frequency": level.term,
            "rule": compared.fixed,
        }
        for compared in DECLARED[role].comparisons
        for level in compared.levels
    ]


def _expected(model: MatchModel, pairs: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """How many of the pairs that are one entity the model itself expects to be wrong, and what it leaves open.

    An ad without a name counts apart: alone its pair is unsure, and it joins only where one business comes into
    question, which a pair does not show.
    """
    found = []
    for role, nameless in (("business", False), ("business", True), ("operator", False)):
        rows = [p for p in pairs if p["role"] == role and bool(p["nameless"]) == nameless]
        joined = [p for p in rows if p["joined"]]
        apart = [p for p in rows if not p["joined"] and p["match"]]
        unsure = [p for p in rows if not p["joined"] and not p["match"]]
        count, likely = _total(joined, "pairs"), _total(joined, "probability")
        found.append(
            {"role": role, "pairs": "with an ad without a name" if nameless else "with names", "joined": int(count),
             "expected wrong": round(count - likely, 2), "rate": round((count - likely) / count, 6) if count else 0.0,
             "kept apart by a rule": int(_total(apart, "pairs")), "in review": int(_total(unsure, "pairs")),
             "of them expected the same": round(_total(unsure, "probability"), 2)}
        )  # fmt: skip
    return found


def _total(rows: Sequence[Mapping[str, Any]], column: str) -> float:
    return float(sum(row[column] for row in rows))


def _screened(flags: Sequence[Flag]) -> dict[str, Any]:
    """Share of applicants flagged by band: an upper bound of the false-positive rate, true hits among them."""
    figures = fairness(flags)
    return {
        "applications": len(flags),
        "possible matches": figures.flagged,
        "resting on a name alone": figures.name_only,
        "ratio of the most to the least common band": figures.ratio,
        "bands": [{k: round(v, 6) if isinstance(v, float) else v for k, v in asdict(b).items()} for b in figures.bands],
    }


def card_markdown(card: Mapping[str, Any]) -> str:
    """The card for people to read."""
    errors, data, limits = card["errors"], card["data"], card["thresholds"]
    screened = errors["screening by surname frequency"]
    parts = [
        f"# Match model {card['version']}\n\n{card['intended use']}",
        f"## Data\nTrained on: {data['trained on']}. Name frequencies: the larger of the pool's "
        f"({', '.join(f'{n:,} {role} refs' for role, n in data['pool'].items())}) and the population's "
        f"({data['population']}).",
        f"## Thresholds\nReview from probability {limits['review from']}, joined from {limits['match from']}. "
        f"Largest cluster: {', '.join(f'{role} {n}' for role, n in limits['largest cluster'].items())}.\n\n"
        + _table([{"screening rule": name, "value": value} for name, value in limits["screening"].items()]),
        "## Error rates\nWhat the model itself expects of the pairs of the current snapshot. Of pairs with an ad "
        "without a name it expects more to be wrong than are joined wrongly: seen alone, such a pair is unsure, and "
        "it is joined only where one business comes into question:\n\n"
        + _table(errors["joined pairs"])
        + f"\n\nThe current snapshot's screening: {screened['applications']:,} applications, "
        f"{screened['possible matches']:,} possible matches, {screened['resting on a name alone']} resting on a name "
        "alone. Applicants flagged by how common the surname is, with Wilson's 95 % interval; true hits are among "
        "them, so the false-positive rate is lower:\n\n" + _table(screened["bands"]),
        "## Known failure modes\n" + _table(card["known failures"]),
        '## Weights\nBits that a level adds; "by frequency": how far the name\'s own frequency replaces the average; '
        '"rule": declared, never learned.\n\n' + _table(card["weights"]),
    ]
    return "\n\n".join(parts) + "\n"


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    if not rows:
        return "(none)"
    lines = [" | ".join(rows[0]), " | ".join("---" for _ in rows[0])]
    lines += [" | ".join(str(value).replace("|", "/") for value in row.values()) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)
