"""Holds: a capture with a suspected minor is blocked in place until two trained people release it.

The journal holds and releases; the custody log says who asked, who routed it where, and who approved. A held page
leaves address, time and hash in the derived stores from the next build on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flows.stages.evidence.custody import note, note_holds
from pipeline.errors import FixInput, NotAllowed, NotFound
from pipeline.evidence.archive import Archive
from pipeline.evidence.entries import Entry
from pipeline.home import Home
from pipeline.store.casework import Casework
from pipeline.store.intelligence import Store
from pipeline.store.roles import user_key
from pipeline.store.training import trained

ROUTED, APPROVED = "routed", "release approved"
HELD_TABLES = ("core_ad_captures", "core_mentions", "core_listing_items")


def hold_captures(
    home: Home, capture_ids: Sequence[str], reason: str, user: str, *, same_address: bool = False
) -> dict[str, Any]:
    """Hold captures, with `same_address` every capture of their addresses. The caller holds the lock.

    Returns {held, already, others}: ids held now and before, and how many captures of the same addresses are not held.
    """
    if not reason.strip():
        raise FixInput("A reason is needed: say with --reason what was seen, without describing it.")
    Casework(home.casework_url).may(user, "hold evidence")
    archive = Archive(home)
    archive.recover()
    known = archive.find(capture_ids)
    if missing := [c for c in capture_ids if c not in known]:
        raise NotFound(f"The journal names no capture {missing[0]}; nothing was held. Look it up: imb evidence find")
    urls = {entry.body["capture"]["url"] for entry in known.values()}
    alike = [k.capture.capture_id for k in archive.captures() if k.capture.url in urls]
    wanted = list(dict.fromkeys([*known, *(alike if same_address else ())]))
    fresh = [c for c in wanted if not archive.is_blocked(c)]
    for capture_id in fresh:
        archive.block(capture_id, reason, user)
    note_holds(home, archive)
    archive.close()
    others = [c for c in alike if not archive.is_blocked(c)]
    return {"held": fresh, "already": [c for c in wanted if c not in fresh], "others": len(others)}


def list_holds(home: Home) -> list[dict[str, Any]]:
    """Held captures: capture_id, site, url, captured_at, sha256, held_at, by, reason, routed, minutes, approvals.

    `minutes` lie between the hold and the first entry on routing; until then they count on.
    """
    archive, casework = Archive(home), Casework(home.casework_url)
    held, log = archive.holds.held, casework.entries("custody")
    found = archive.find(held)
    rows = []
    for capture_id, entry in sorted(held.items(), key=lambda item: item[1].seq):
        since = _since(log, entry)
        said = [e for e in log if e["object"] == capture_id and e["at"] >= since]
        routed = [e for e in said if e["action"] == ROUTED]
        capture = found[capture_id].body["capture"]
        rows.append(
            {
                **{name: capture[name] for name in ("capture_id", "site", "url", "captured_at", "sha256")},
                "held_at": since,
                "by": entry.body["by"],
                "reason": entry.body["reason"],
                "routed": "; ".join(e["reason"] for e in routed),
                "minutes": _minutes(since, routed[0]["at"]) if routed else None,
                "approvals": sorted(_approvers(casework, said).values()),
            }
        )
    return rows


def _since(log: Sequence[dict[str, Any]], entry: Entry) -> str:
    """When the hold began, by the log's clock (the journal's is simulated in a demonstration)."""
    return next((e["at"] for e in log if e["action"] == "hold" and e["hash_after"] == entry.hash), entry.at)


def _minutes(start: str, end: str) -> float:
    return round((datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds() / 60, 1)


def route_hold(home: Home, capture_id: str, to: str, reference: str, user: str) -> dict[str, Any]:
    """Say that a held capture was reported (hotline, ICAC, CyberTipline). Returns its row of `list_holds`."""
    if not to.strip():
        raise FixInput("Say where it was reported, for example: --to 'NCMEC CyberTipline'")
    archive = Archive(home)
    if not archive.is_blocked(capture_id):
        raise NotFound(f"Capture {capture_id} is not held. See what is: imb evidence holds")
    digest = archive.find([capture_id])[capture_id].body["capture"]["sha256"]
    words = f"to {to}{f', reference {reference}' if reference else ''}"
    note(home, user, ROUTED, capture_id, words, before=digest, after=digest, act="hold evidence")
    return next(row for row in list_holds(home) if row["capture_id"] == capture_id)


def release_hold(home: Home, capture_id: str, reason: str, user: str) -> dict[str, Any]:
    """Approve a release; the second approval by another trained user releases. The caller holds the lock.

    Returns {released, approvals}. Raises NotAllowed for a user without training or role, and for the same user twice.
    """
    if not reason.strip():
        raise FixInput("A reason is needed: say with --reason why no minor is shown.")
    archive, casework = Archive(home), Casework(home.casework_url)
    entry = archive.holds.held.get(capture_id)
    if entry is None:
        raise NotFound(f"Capture {capture_id} is not held. See what is: imb evidence holds")
    note_holds(home, archive)
    if user_key(user) not in trained(casework):
        raise NotAllowed(f"{user} is not registered as trained for this. Ask a supervisor: imb user trained {user}")
    log = casework.entries("custody")
    since = _since(log, entry)
    approved = _approvers(casework, [e for e in log if e["object"] == capture_id and e["at"] >= since])
    if user_key(user) in approved:
        raise NotAllowed(f"{user} has approved this release already. A second trained person must.")
    digest = archive.find([capture_id])[capture_id].body["capture"]["sha256"]
    casework.custody(user, APPROVED, capture_id, reason, digest, digest, act="release a hold")
    names = sorted([*approved.values(), user])
    if len(names) >= 2:
        archive.recover()
        archive.unblock(capture_id, reason, " and ".join(names))
        head = archive.holds.released[capture_id]
        casework.custody(user, "release", capture_id, f"approved by {' and '.join(names)}", entry.hash, head.hash)
        archive.close()
    return {"released": len(names) >= 2, "approvals": names}


def _approvers(casework: Casework, said: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Key -> name of those who approved and are trained now."""
    able = trained(casework)
    named = {user_key(e["actor"]): str(e["actor"]) for e in said if e["action"] == APPROVED}
    return {key: name for key, name in named.items() if key in able}


def sync_holds(archive: Archive, store: Store) -> None:
    """Bring holds made or released since the last build into the working database, before pages are read.

    What was read of a page now held goes; a released page, and listings that name it, will be read again.
    """
    held = sorted(archive.holds.held)
    rows = store.rows(
        "SELECT capture_id, held FROM core_extractions WHERE held OR list_contains(?::VARCHAR[], capture_id)", [held]
    )
    fresh = [r["capture_id"] for r in rows if not r["held"]]
    freed = [r["capture_id"] for r in rows if r["held"] and not archive.is_blocked(r["capture_id"])]
    listings = store.rows(
        """SELECT DISTINCT i.capture_id FROM core_listing_items i JOIN raw_captures c USING (url)
           WHERE list_contains(?::VARCHAR[], c.capture_id)""",
        [freed],
    )
    again = [*fresh, *freed, *(r["capture_id"] for r in listings)]
    with store.transaction():
        for table in ("core_extractions", *HELD_TABLES) if again else ():
            store.connection.execute(f"DELETE FROM {table} WHERE list_contains(?::VARCHAR[], capture_id)", [again])


def withhold_titles(archive: Archive, store: Store) -> None:
    """Listings keep address and dates of a held page, not its title."""
    if held := sorted(archive.holds.held):
        store.connection.execute(
            """UPDATE core_listing_items SET title = '', location = ''
               WHERE url IN (SELECT url FROM raw_captures WHERE list_contains(?::VARCHAR[], capture_id))""",
            [held],
        )
