"""The annexes of the report: how it was collected, what is missing, custody, seals, how to check, the files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.evidence.documents.plain import one_line, utc
from pipeline.evidence.documents.seal_words import counted, package_sentences
from pipeline.evidence.package.exhibit import ExhibitPackage
from pipeline.evidence.package.rows import distinguished

SOURCE_NAMES = {"crawl_started": "Crawl begun", "import_file": "File received", "warc_file": "Archive file begun"}
MAKING = ("capture", "import")  # told with each item
CUSTODY_LIMIT = 400  # entries printed; all are in the package's data
ATTEMPT_LIMIT = 200


def annexes(package: ExhibitPackage) -> dict[str, Any]:
    """What `report.typ` sets after the items."""
    missing, captures = package["not_captured"], {item["capture_id"] for item in package["items"]}
    custody = [a for a in package["custody"] if not (a["action"] in MAKING and a["object"] in captures)]
    return {
        "sources": [_source(source) for source in package["sources"]],
        "fidelity": one_line(package["fidelity"]),
        "refused": [[one_line(x["capture_id"]), one_line(x["reason"])] for x in package["not_included"]],
        "policy": [one_line(sentence) for sentence in missing["policy"]],
        "attempts": [
            [utc(attempt["at"]), one_line(attempt["url"]), one_line(f"{attempt['reason']}: {attempt['detail']}", 300)]
            for attempt in missing["attempts"][:ATTEMPT_LIMIT]
        ],
        "attempts_more": _more(len(missing["attempts"]), ATTEMPT_LIMIT, "attempt"),
        "crawls": [_crawl(crawl) for crawl in missing["crawls"]],
        "custody": [_custody(entry) for entry in custody[:CUSTODY_LIMIT]],
        "custody_more": _more(len(custody), CUSTODY_LIMIT, "act"),
        "seals": [_seal(seal) for seal in package["seals"]],
        "seal_sentences": package_sentences(package),
        "head": _head(package),
        "evidence": [[one_line(file["path"]), f"{file['bytes']:,}", file["sha256"]] for file in package["evidence"]],
        "lock": one_line(package["software"].get("lock_sha256")),
    }


def _more(number: int, limit: int, noun: str) -> str:
    return f"{counted(number - limit, 'more ' + noun)} in data/items.json." if number > limit else ""


def _source(source: Mapping[str, Any]) -> dict[str, Any]:
    kind: str = source["journal"]["kind"]
    rows: list[list[str]] = []
    for name, value in sorted(source["facts"].items()):
        rows += _facts(name.replace("_", " "), value)
    rows.append(["journal entry", str(source["journal"]["seq"]), ""])
    rows.append(["SHA-256 of the journal entry", one_line(source["journal"]["hash"]), "id"])
    return {"name": SOURCE_NAMES.get(kind, one_line(kind)), "at": utc(source["at"]), "rows": rows}


def _facts(name: str, value: Any) -> Iterator[list[str]]:
    if isinstance(value, Mapping):
        for key, inner in sorted(value.items()):
            yield from _facts(f"{name}: {key.replace('_', ' ')}", inner)
    elif isinstance(value, list):
        yield [one_line(name), one_line(", ".join(map(str, value))) or "none", ""]
    elif value not in ("", None):
        text = one_line(value)
        yield [one_line(name), text, "id" if len(text) >= 40 and text.isalnum() else ""]


def _crawl(crawl: Mapping[str, Any]) -> list[str]:
    counts = ", ".join(
        f"{one_line(k).replace('_', ' ')} {one_line(v)}" for k, v in sorted(crawl["counts"].items()) if v
    )
    problems = "; ".join(one_line(problem, 200) for problem in crawl["problems"]) or "none"
    return [one_line(crawl["site"]), one_line(crawl["ended"]).replace("_", " "), counts, problems]


def _custody(entry: Mapping[str, Any]) -> list[str]:
    actor = one_line(entry["actor"], 100) + (f" ({one_line(entry['role'], 60)})" if entry["role"] else "")
    hashes = [one_line(entry[name]) for name in ("hash_before", "hash_after")]
    changed = hashes[1] if not hashes[0] or hashes[0] == hashes[1] else f"{hashes[0]} → {hashes[1] or 'none'}"
    act = f"{one_line(entry['action'], 60)}: {one_line(entry['object'], 200)}"
    number = f"{one_line(entry['log'])} {entry['number']}"
    return [utc(entry["at"])[:19], actor, act, one_line(entry["reason"], 300), changed, number]


def _seal(seal: Mapping[str, Any]) -> dict[str, Any]:
    token, head = seal["token"], seal["head"]
    rows = [
        ["Journal entries", f"{seal['first_seq']} to {head['seq']}", ""],
        ["SHA-256 of the last of them", one_line(head["hash"]), "id"],
        ["Signed", f"{utc(seal['signed_at'])} (by the system's clock)", ""],
        ["Clock that the journal goes by", one_line(seal["journal_clock"]), ""],
        ["Signing certificate", one_line(distinguished(seal["signer"])), ""],
        ["SHA-256 of that certificate", one_line(seal["signer_sha256"]), "id"],
    ]
    if not token:
        rows.append(["Time-stamp", "none of its own", ""])
        return {"name": f"Seal {seal['seal']}", "rows": rows}
    rows += [
        ["Time-stamp", f"{utc(token['time'])} (the authority's clock), serial number {one_line(token['serial'])}", ""],
        ["Authority", one_line(f"{distinguished(token['signer'])}, under {distinguished(token['root'])}"), ""],
        ["SHA-256 of the root certificate", one_line(token["root_sha256"]), "id"],
    ]
    return {"name": f"Seal {seal['seal']}", "rows": rows}


def _head(package: ExhibitPackage) -> list[list[str]]:
    head = package["journal_head"]
    if not head:
        return []
    return [
        ["Journal at export, last entry", str(head["seq"]), ""],
        ["SHA-256 of that entry", one_line(head["hash"]), "id"],
    ]
