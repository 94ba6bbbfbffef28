"""Purge archived captures: a dry run that names them, an approval of exactly that, then derived stores without them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flows.stages.build import build
from flows.stages.evidence.custody import note
from flows.stages.evidence.purged_copies import snapshots_with
from flows.stages.progress import Progress, silent
from pipeline.errors import FixInput, NotAllowed
from pipeline.evidence.archive import Archive
from pipeline.evidence.legal_holds import exported_for, legal_holds, set_legal_hold
from pipeline.evidence.purge_plan import Plan, plan_purge, planned_files
from pipeline.evidence.purging import Order, folder_of, purge
from pipeline.evidence.sealing.keys import load_signer
from pipeline.home import Home
from pipeline.store.casework import Casework
from pipeline.store.roles import user_key


@dataclass(frozen=True, slots=True)
class Selection:
    """Which captures: all given conditions must hold. `before`: captured on an earlier day (UTC)."""

    captures: tuple[str, ...] = ()
    before: date | None = None
    case: str = ""
    whole_files: bool = False

    def facts(self) -> dict[str, str]:
        before = self.before.isoformat() if self.before else ""
        return {"captures": " ".join(self.captures), "before": before, "case": self.case}


def propose_purge(home: Home, selection: Selection) -> dict[str, Any]:
    """The dry run. Returns {plan, captures, blocked, snapshots, elsewhere}; changes nothing."""
    archive = Archive(home)
    plan = _plan(archive, selection)
    return _shown(home, plan)


def _shown(home: Home, plan: Plan) -> dict[str, Any]:
    ids = {str(c["capture_id"]) for c in plan.captures}
    return {
        "plan": plan.code,
        "captures": list(plan.captures),
        "blocked": [{"capture_id": c, "reason": r} for c, r in plan.blocked.items()],
        "whole_files": sorted(plan.whole),
        "snapshots": [folder.name for folder in snapshots_with(home, ids)],
        "elsewhere": list(plan.elsewhere),
    }


def _plan(archive: Archive, selection: Selection) -> Plan:
    if not (selection.captures or selection.before or selection.case):
        raise FixInput("Say what is to go: --capture, --before or --case.")
    case = exported_for(archive, selection.case) if selection.case else None
    ids = [
        k.capture.capture_id
        for k in archive.captures()
        if (not selection.captures or k.capture.capture_id in selection.captures)
        and (selection.before is None or k.capture.captured_at.date() < selection.before)
        and (case is None or k.capture.capture_id in case)
    ]
    return plan_purge(archive, ids, whole_files=selection.whole_files)


def purge_captures(
    home: Home, selection: Selection, code: str, reason: str, user: str, approver: str, progress: Progress = silent
) -> dict[str, Any]:
    """Carry out what a dry run showed. The caller holds the lock.

    Raises NotAllowed when the approver is the user himself or no registered supervisor, or when the plan is not that
    of the dry run any more; FixHome when the home cannot sign. Nothing has happened then.
    """
    casework = Casework(home.casework_url)
    _approved(casework, user, approver, reason)
    load_signer(home)
    archive = Archive(home)
    archive.recover()
    plan = _plan(archive, selection)
    if plan.code != code:
        raise NotAllowed(
            f"This is not what the dry run with plan {code or '…'} showed. Run it again without --approve."
        )
    shown = _shown(home, plan)
    order = Order(plan.captures, (), reason, user, approver, selection.facts(), plan.elsewhere)
    files = planned_files(archive, plan, order.purge_id, order.when)
    before = {c["capture_id"]: str(c["sha256"]) for c in plan.captures}
    order = Order(
        plan.captures, files, reason, user, approver, selection.facts(), plan.elsewhere, order.purge_id, order.when
    )
    entry = purge(home, archive.journal, order)
    for capture_id, digest in before.items():
        words = f"{reason} (approved by {approver}, certificate {order.purge_id})"
        after = next(r.after for f in files for r in f.records if r.capture_id == capture_id and r.type == "response")
        note(home, user, "purge", capture_id, words, before=digest, after=after or entry.hash)
    casework.audit(approver, "approve purge", order.purge_id, reason, act="approve a purge")
    archive.close()
    rebuilt = build(home, full=True, progress=progress) if shown["snapshots"] else None
    return {
        **shown,
        "certificate": str(folder_of(home, order.purge_id)),
        "purge_id": order.purge_id,
        "snapshot": rebuilt.snapshot_id if rebuilt else "",
    }


def _approved(casework: Casework, user: str, approver: str, reason: str) -> None:
    if not reason.strip():
        raise FixInput("A reason is needed: it stands in the certificate. Give it with --reason.")
    casework.may(user, "purge evidence")
    if user_key(user) == user_key(approver):
        raise NotAllowed("Nobody approves a purge of their own. Name another user with --approve.")
    if casework.may(approver, "approve a purge") != "supervisor":
        how = "imb user add NAME supervisor --user YOU"
        raise NotAllowed(f"{approver} is no registered supervisor. Register one: {how}")


def change_legal_hold(
    home: Home, captures: list[str], case: str, reason: str, user: str, *, lifted: bool = False
) -> dict[str, Any]:
    """Put captures or a case under legal hold, or lift it. The caller holds the lock. Returns {held: how many}."""
    if not reason.strip() or not (captures or case):
        raise FixInput("Name captures or --case, and give a --reason.")
    Casework(home.casework_url).may(user, "set a legal hold")
    archive = Archive(home)
    archive.recover()
    set_legal_hold(archive, captures, case, reason, user, lifted=lifted)
    head = archive.journal.head()
    action, name = ("legal hold lifted" if lifted else "legal hold"), case or " ".join(captures)
    note(home, user, action, name, reason, after=head.hash if head else "")
    archive.close()
    return {"held": len(legal_holds(archive))}
