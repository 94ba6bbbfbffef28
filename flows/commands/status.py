"""`imb status`: how a home stands."""

from __future__ import annotations

from typing import Any

import typer

from flows.console import HomeOption, JsonOption, emit, opened, out
from flows.stages.status import home_status


def status(home: HomeOption = None, json: JsonOption = False) -> None:
    """What is sealed and what is not, what waits and why, the last audit, the published snapshot."""
    facts = home_status(opened(home))
    if json:
        emit(facts)
        return
    for line in _lines(facts):
        out.print(line, markup=False, highlight=False, soft_wrap=True)


def _lines(facts: dict[str, Any]) -> list[str]:
    seals, audit = facts["seals"], facts["last_audit"]
    lines = [f"{facts['home']}: {facts['journal_entries']} journal entries"]
    if seals.get("seals"):
        lines.append(f"Sealed up to entry {seals['sealed_seq']}, signed {seals['signed_at']} ({seals['seals']} seals).")
    elif seals:
        lines.append("Nothing is sealed.")
    if seals.get("unsealed_entries"):
        lines.append(
            f"Not sealed: {seals['unsealed_entries']} entries, since {seals['unsealed_since']} (journal time)."
        )
    lines += [f"Pending: {text}" for text in (*seals.get("pending", ()), *facts["watch_notices"])]
    lines.append(
        f"Last audit: {audit['at']}, {audit['counts']['problems']} problems (audits/{audit['file']})."
        if audit
        else "Never audited: the audit flow does it weekly, imb evidence verify now."
    )
    lines.append(f"Snapshot: {facts['snapshot'] or 'none yet; imb build makes one'}.")
    return lines + [f"TROUBLE: {text}" for text in facts["trouble"]]


def register(app: typer.Typer) -> None:
    app.command()(status)
