"""The picture of a network as a page: no script, nothing from elsewhere, readable on paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

STYLE = """
body { font: 15px/1.45 'Noto Sans', 'Liberation Sans', Arial, sans-serif; color: #1a202c; max-width: 1060px;
  margin: 24px auto; padding: 0 16px; }
h1 { font-size: 24px; } h2 { font-size: 18px; margin-top: 32px; } .note { color: #4a5568; font-size: 13px; }
table { border-collapse: collapse; width: 100%; font-size: 13px; } th { text-align: left; }
th, td { border-bottom: 1px solid #cbd5e0; padding: 4px 8px 4px 0; vertical-align: top; }
svg { max-width: 100%; height: auto; } @media print { h2 { break-after: avoid; } tr, svg { break-inside: avoid; } }
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
TIES = ("Between", "Kind", "Probability", "Period", "Reason", "Sources")
SHOPS = {
    "label": "Business", "address": "Address", "city": "City", "phones": "Numbers", "standing": "Standing",
    "first_seen": "First seen", "last_seen": "Last seen",
}  # fmt: skip


def page(
    heading: str, lede: str, facts: Sequence[str], panels: Sequence[tuple[str, str]],
    shops: Sequence[Mapping[str, Any]], ties: Sequence[Mapping[str, Any]], events: Sequence[Mapping[str, Any]],
    names: Mapping[str, str],
) -> str:  # fmt: skip
    """The whole document. `panels`: (title, svg); `events` come with a sentence each."""
    parts = [f"<h1>{escape(heading)}</h1>", f"<p>{escape(lede)}</p>"]
    parts += [f'<p class="note">{escape(fact)}</p>' for fact in facts if fact]
    parts += [f"<h2>{escape(title)}</h2>{picture}" for title, picture in panels]
    if shops:
        rows = [[shop.get(c, "") for c in SHOPS] for shop in shops]
        parts.append(f"<h2>The businesses</h2>{_table(list(SHOPS.values()), rows)}")
    if ties:
        rows = [
            [f"{names[t['from_id']]} – {names[t['to_id']]}", t["kind"].replace("_", " "), f"{t['probability']:.2f}",
             _period(t), t["sentence"], len([s for s in t["sources"].split("; ") if s]) or ""]
            for t in ties
        ]  # fmt: skip
        parts.append(f"<h2>What ties them</h2>{_table(TIES, rows)}")
    if events:
        rows = [[e["day"], e["sentence"], e.get("source_id", "")] for e in events]
        parts.append(f"<h2>What happened when</h2>{_table(['Day', 'What', 'Source'], rows)}")
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(heading)}</title>\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n<style>{STYLE}</style></head>\n<body>\n'
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def _period(tie: Mapping[str, Any]) -> str:
    return " to ".join(str(tie[c]) for c in ("first_seen", "last_seen") if tie[c])


def _table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    head = "".join(f"<th>{escape(c)}</th>" for c in columns)
    body = "".join(f"<tr>{''.join(f'<td>{escape(str(v))}</td>' for v in row)}</tr>\n" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table>"
