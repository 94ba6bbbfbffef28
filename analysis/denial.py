"""What a row in the register of denied applicants says: a refusal that stands, or one of the many other ends."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from analysis.rules import DenialRules
from pipeline.model import Ref


def is_denial(ref: Ref, rules: DenialRules) -> bool:
    """Whether the ref's row says, for boards, that a license was refused or taken and that the refusal stands."""
    return ref.record_kind == "denied" and ref.lane == "regulatory" and stands(ref.status, ref.cause, rules)


def stands(decision: str, cause: str, rules: DenialRules) -> bool:
    """Whether a decision and its cause, as written, are a refusal that nobody undid and that no formality explains.

    Registers of the denied hold withdrawn, lapsed and approved applications too: where the decision is not given, only
    a cause that is none of these speaks for a refusal."""
    if decision and (not _says(decision, rules.refused) or _says(decision, rules.undone)):
        return False
    if not decision and not cause:
        return False
    formal = _says(cause, (*rules.formal, *rules.undone)) or _says(decision, rules.formal)
    return not formal or _says(cause, rules.grave)


def denials(refs: Iterable[Ref], rules: DenialRules) -> tuple[str, ...]:
    """The refusals among refs in words, earliest first: "license denied on 2025-12-01 (324.262.2(2))"."""
    found = {(str(r.first_seen or ""), r.status.strip().lower(), r.cause.strip()) for r in refs if is_denial(r, rules)}
    return tuple(_in_words(*one) for one in sorted(found))


def _in_words(day: str, decision: str, cause: str) -> str:
    text = f"license {decision or 'denied'}" if "licen" not in decision else decision
    return f"{text}{f' on {day}' if day else ''} ({cause or 'no cause on file'})"


def _says(text: str, stems: Iterable[str]) -> bool:
    return bool(_pattern(tuple(stems)).search(text))


@lru_cache
def _pattern(stems: tuple[str, ...]) -> re.Pattern[str]:
    """Words that begin with one of the stems."""
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, stems))})", re.IGNORECASE)
