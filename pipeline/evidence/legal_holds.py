"""Legal holds: captures that may not be purged while a case needs them. 'legal_hold' entries of the journal."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.evidence.archive import Archive

LEGAL_HOLD = "legal_hold"


def set_legal_hold(
    archive: Archive, captures: Iterable[str], case: str, reason: str, by: str, *, lifted: bool = False
) -> None:
    """Journal a hold on captures, on a case (all that was ever exported under it), or both; or that it is lifted."""
    archive.journal.append(LEGAL_HOLD, captures=sorted(captures), case=case, reason=reason, by=by, lifted=lifted)


def legal_holds(archive: Archive) -> dict[str, str]:
    """Capture id -> why it is under legal hold, for every hold in force."""
    by_capture: dict[str, str] = {}
    by_case: dict[str, str] = {}
    for entry in archive.journal.entries(LEGAL_HOLD):
        body = entry.body
        why = f"legal hold by {body['by']}, {entry.at[:10]}: {body['reason']}"
        for place, names in ((by_capture, body["captures"]), (by_case, [body["case"]] if body["case"] else [])):
            for name in names:
                if body["lifted"]:
                    place.pop(name, None)
                else:
                    place[name] = why
    for case, why in by_case.items():
        by_capture = {**dict.fromkeys(exported_for(archive, case), f"case {case}, {why}"), **by_capture}
    return by_capture


def exported_for(archive: Archive, case: str) -> set[str]:
    """Captures that were handed out under a case number."""
    entries = archive.journal.entries("export")
    return {c for e in entries if e.body["facts"].get("case") == case for c in e.body["captures"]}
