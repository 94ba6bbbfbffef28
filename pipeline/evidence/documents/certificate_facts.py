"""What a certificate can say of a package: values by name, and which conditions hold. Nothing is judged or guessed.

A value that the package does not know is "": the certificate then has a blank in its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline.evidence.documents.plain import one_line, utc
from pipeline.evidence.documents.seal_words import counted, is_internal
from pipeline.evidence.package.exhibit import ExhibitItem, ExhibitPackage
from pipeline.evidence.package.rows import distinguished, is_received


@dataclass(frozen=True, slots=True)
class Printed:
    """The report as it can be printed: pages in all, SHA-256 by file."""

    pages: int
    files: Mapping[str, str]


CONDITIONS = frozenset({"own", "imported", "sealed", "unsealed", "stamped", "unstamped", "internal", "refused"})


def conditions(package: ExhibitPackage) -> frozenset[str]:
    """Those of CONDITIONS that hold."""
    items, own = package["items"], own_items(package)
    stamped = [item for item in items if item["seal"].get("token")]
    holds = {
        "own": bool(own),
        "imported": len(own) < len(items),
        "sealed": any(item["seal"] for item in items),
        "unsealed": not all(item["seal"] for item in items),
        "stamped": bool(stamped),
        "unstamped": len(stamped) < len(items),
        "internal": is_internal(package),
        "refused": bool(package["not_included"]),
    }
    return frozenset(name for name, held in holds.items() if held)


def own_items(package: ExhibitPackage) -> list[ExhibitItem]:
    """Items that this office captured, not received from others."""
    return [item for item in package["items"] if not is_received(item)]


def values(package: ExhibitPackage, printed: Printed) -> dict[str, str]:
    """Every {name} that a template may use."""
    items, own = package["items"], own_items(package)
    others, facts = len(items) - len(own), package["facts"]
    stamped = sum(1 for item in items if item["seal"].get("token"))
    sealed = sum(1 for item in items if item["seal"])
    return {
        **{name: one_line(facts.get(name)) for name in ("exhibit", "case", "requester", "authority", "exporter")},
        "exported_at": utc(package["exported_at"]),
        "export_program": _program(package["software"]),
        "items": counted(len(items), "item"),
        "own_items": counted(len(own), "item"),
        "own_were": "was" if len(own) == 1 else "were",
        "imported_items": counted(others, "item"),
        "imported_were": "was" if others == 1 else "were",
        "records": counted(sum(len(item["records"]) for item in items), "record"),
        "refused": counted(len(package["not_included"]), "capture"),
        "refused_were": "was" if len(package["not_included"]) == 1 else "were",
        "attempts": _attempts(len(package["not_captured"]["attempts"])),
        "policy": " ".join(one_line(sentence) for sentence in package["not_captured"]["policy"]),
        "fidelity": one_line(package["fidelity"]),
        "sealed_items": _of(sealed, len(items)),
        "unsealed_items": _of(len(items) - sealed, len(items)),
        "stamped_items": _of(stamped, len(items)),
        "unstamped_items": _of(len(items) - stamped, len(items)),
        "signers": _listed(f"{distinguished(s['signer'])} (SHA-256 {s['signer_sha256']})" for s in package["seals"]),
        "authorities": _listed(_authority(s["token"]) for s in package["seals"] if s["token"]),
        "report_pages": f"{printed.pages:,}",
        "report_files": "; ".join(f"data/{name} (SHA-256 {digest})" for name, digest in printed.files.items()),
        **_times(own),
        **_crawl_values(package),
        **_received(package),
    }


def _attempts(number: int) -> str:
    if not number:
        return "No request for the addresses of this package is recorded as having given no page."
    return (
        f"Requests for the addresses of this package that gave no page: {number:,}. Annex B of the report lists them."
    )


def _of(number: int, whole: int) -> str:
    return counted(number, "item") if number < whole else f"all {counted(whole, 'item')}" if whole > 1 else "the item"


def _authority(token: Mapping[str, Any]) -> str:
    return f"{distinguished(token['signer'])}, under {distinguished(token['root'])} (SHA-256 {token['root_sha256']})"


def _times(own: list[ExhibitItem]) -> dict[str, str]:
    """First and last capture, and how long after the answer the journal entry was written."""
    received = sorted(item["times"]["response_received"] for item in own)
    lags = sorted(_lag(item["times"]["response_received"], item["times"]["journalled"]) for item in own)
    known = bool(own) and lags[0] >= 0
    return {
        "first": utc(received[0]) if own else "",
        "last": utc(received[-1]) if own else "",
        "lag_least": f"{lags[0]:.3f} seconds" if known else "",
        "lag_most": f"{lags[-1]:.3f} seconds" if known else "",
    }


def _lag(earlier: str, later: str) -> float:
    """Seconds; negative when a time cannot be read."""
    try:
        return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()
    except ValueError:
        return -1.0


def _crawl_values(package: ExhibitPackage) -> dict[str, str]:
    crawls = [s["facts"] for s in package["sources"] if s["journal"]["kind"] == "crawl_started"]
    files = [s for s in package["sources"] if s["journal"]["kind"] == "import_file"]
    named = {"hosts": "host", "operators": "operator", "user_agents": "user_agent", "robots": "robots"}
    named |= {"egress": "egress", "clocks": "clock"}
    told = [counted(len(crawls), "crawl")] * bool(crawls) + [counted(len(files), "received file")] * bool(files)
    sites = sorted({str(crawl.get("site", "")) for crawl in crawls} - {""})
    return {
        "crawls": counted(len(crawls), "crawl"),
        "programs": _listed(_program(crawl.get("software") or {}) for crawl in crawls),
        **{value: _listed(str(crawl.get(name) or "") for crawl in crawls) for value, name in named.items()},
        "sources_count": " and ".join(told),
        "sources": _listed([f"crawls of {', '.join(sites)}"] * bool(sites) + [_file(s) for s in files]),
    }


def _program(software: Mapping[str, Any]) -> str:
    if not software.get("version"):
        return ""
    commit, lock = one_line(software.get("commit")), one_line(software.get("lock_sha256"))
    told = [f"revision {commit}"] * bool(commit) + [f"libraries by lock file SHA-256 {lock}"] * bool(lock)
    return one_line(f"imb {software['version']}" + (f" ({', '.join(told)})" if told else ""))


def _received(package: ExhibitPackage) -> dict[str, str]:
    files = [s for s in package["sources"] if s["journal"]["kind"] == "import_file"]
    return {"received": _listed(_file(source) for source in files)}


def _file(source: Mapping[str, Any]) -> str:
    facts = source["facts"]
    by = f", captured by {facts['collector']}" if facts.get("collector") else ""
    return f"{facts.get('name') or 'a file'}, received {utc(source['at'])}{by} (SHA-256 {facts.get('sha256', '')})"


def _listed(texts: Iterable[str]) -> str:
    """Distinct texts in order, joined by semicolons; more than ten are counted."""
    known = [text for text in dict.fromkeys(one_line(text) for text in texts) if text]
    more = [f"and {len(known) - 10} more, all in data/items.json"] * (len(known) > 10)
    return "; ".join(known[:10] + more)
