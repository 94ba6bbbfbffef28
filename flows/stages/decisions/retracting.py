"""What rests on a business that a person clears: whoever acted on it has to be told."""

from __future__ import annotations

from typing import TypedDict

from pipeline.evidence.archive import Archive
from pipeline.home import Home
from pipeline.store.casework import Casework
from pipeline.store.frozen import latest_matches
from pipeline.store.intelligence import open_snapshot

LETTER = "letter of reasons drafted"  # an action in the audit log


class Resting(TypedDict):
    """`applications` whose match led to the business, those of them with `letters`, and `packages` that hold a capture
    of its ads."""

    applications: list[str]
    letters: list[str]
    packages: list[str]


def rests_on(home: Home, business: str) -> Resting:
    """Everything shown, drafted or handed out so far that named the business by this id or one it had."""
    casework = Casework(home.casework_url)
    aliases = casework.aliases()
    matches = latest_matches(casework)
    applications = sorted(
        {f.application_id for f in matches if aliases.get(f.known_entity_id, f.known_entity_id) == business}
    )
    drafted = {entry["object"] for entry in casework.entries("audit") if entry["action"] == LETTER}
    return {
        "applications": applications,
        "letters": [a for a in applications if a in drafted],
        "packages": _packages(home, business),
    }


def _packages(home: Home, business: str) -> list[str]:
    with open_snapshot(home.current_snapshot()) as store:
        rows = store.rows(
            """SELECT DISTINCT c.capture_id FROM out_ads a JOIN core_ad_captures c USING (ad_id)
               WHERE a.business_id = ?""",
            [business],
        )
    captures = {row["capture_id"] for row in rows}
    archive = Archive(home)
    exports = [e.body for e in archive.journal.entries("export")] if captures else []
    archive.close()
    return sorted({str(body["name"]) for body in exports if not captures.isdisjoint(body.get("captures", ()))})


def in_words(resting: Resting) -> str:
    """ "" where nothing rests on it."""
    told = [
        f"{len(found)} {what} ({', '.join(found[:10])}{', …' if len(found) > 10 else ''})"
        for what, found in (
            ("matches shown, of applications", resting["applications"]),
            ("letters of reasons drafted", resting["letters"]),
            ("packages handed out", resting["packages"]),
        )
        if found
    ]
    return f"On it rested: {'; '.join(told)}. Tell those who have them." if told else ""
