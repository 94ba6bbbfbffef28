"""Certificates as drafts for counsel: a template, the package's values, and blanks for the signer.

The texts are data (`certificates/*.toml`). A template's block has one of heading, para, numbered, and perhaps `when`.
What comes out is the same for PDF and Word: blocks of runs, a run being ["text", …], ["value", …] or ["blank", …].
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from pipeline.errors import FixProfile
from pipeline.evidence.documents.certificate_facts import CONDITIONS, Printed, conditions, values
from pipeline.evidence.documents.plain import one_line, utc
from pipeline.evidence.package.exhibit import ExhibitPackage

TEMPLATES = files("pipeline.evidence.documents") / "certificates"
MARK = "DRAFT FOR COUNSEL — NOT SIGNED, NOT REVIEWED"
KINDS = ("heading", "para", "numbered")
PART = re.compile(r"\[\[(?P<blank>[^\]]+)\]\]|\{(?P<value>[a-z_0-9]+)\}")
FORMS = frozenset({"declaration", "affidavit"})
Runs = list[list[str]]


@cache
def templates() -> dict[str, dict[str, Any]]:
    """All templates by id, checked. Raises FixProfile with file and place."""
    found = {}
    for path in sorted(TEMPLATES.iterdir(), key=lambda p: p.name):
        if path.name.endswith(".toml"):
            found[path.name.removesuffix(".toml")] = load_template(path.name, path.read_text(encoding="utf-8"))
    return found


def load_template(name: str, text: str) -> dict[str, Any]:
    """One template from its TOML text. Raises FixProfile."""
    try:
        template = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FixProfile(f"{name}: {error}. Correct that line.") from error
    if template.get("form") not in FORMS:
        raise FixProfile(f"{name}: form must be one of {', '.join(sorted(FORMS))}.")
    for number, block in enumerate(template["block"], 1):
        if len(set(block) & set(KINDS)) != 1 or set(block) - {*KINDS, "when"}:
            raise FixProfile(f"{name}, block {number}: give one of {', '.join(KINDS)}, and perhaps when.")
        if block.get("when") and block["when"] not in CONDITIONS:
            raise FixProfile(f"{name}, block {number}: {block['when']!r} is none of {', '.join(sorted(CONDITIONS))}.")
    return template


def certificate(name: str, package: ExhibitPackage, printed: Printed) -> dict[str, Any]:
    """One certificate, filled: what `typst/certificate.typ` and `word` set."""
    template = templates()[name]
    known = values(package, printed)
    return {
        "id": name,
        "mark": MARK,
        "demo": one_line(package["watermark"]),
        "title": template["title"],
        "basis": template["basis"],
        "form": template["form"],
        "head": " · ".join(
            f"{label} {known[label.lower()]}" for label in ("Exhibit", "Case") if known[label.lower()]
        ),
        "counsel": [runs(name, sentence, known) for sentence in template["counsel"]],
        "opening": runs(name, template["opening"], known),
        "blocks": list(_blocks(name, template, known, conditions(package))),
        "closing": runs(name, template["closing"], known),
        "items": list(_items(package)) if "items" in template["schedule"] else [],
        "files": _files(package) if "files" in template["schedule"] else [],
    }  # fmt: skip


def runs(name: str, text: str, known: Mapping[str, str]) -> Runs:
    """A sentence in runs. An unknown {name} raises FixProfile; a value that is not known becomes a blank."""
    found: Runs = []
    end = 0
    for part in PART.finditer(text):
        if part.start() > end:
            found.append(["text", text[end : part.start()]])
        end = part.end()
        if part["blank"]:
            found.append(["blank", part["blank"]])
        elif part["value"] not in known:
            raise FixProfile(f"{name}: there is no value {part['value']!r}. Known: {', '.join(sorted(known))}.")
        else:
            value = known[part["value"]]
            found.append(["value", value] if value else ["blank", part["value"].replace("_", " ")])
    if end < len(text):
        found.append(["text", text[end:]])
    return found


def _blocks(
    name: str, template: Mapping[str, Any], known: Mapping[str, str], holds: frozenset[str]
) -> Iterator[dict[str, Any]]:
    number = 0
    for block in template["block"]:
        if block.get("when") and block["when"] not in holds:
            continue
        kind = next(kind for kind in KINDS if kind in block)
        number += kind == "numbered"
        yield {"kind": kind, "n": number, "runs": runs(name, block[kind], known)}


def _items(package: ExhibitPackage) -> Iterator[list[str]]:
    for item in package["items"]:
        captured = utc(item["times"]["response_received"])[:19]
        address = one_line(item["url_reached"], 200)
        yield [str(item["item"]), captured, item["capture_id"], address, item["payload_sha256"]]


def _files(package: ExhibitPackage) -> list[list[str]]:
    return [[one_line(file["path"]), f"{file['bytes']:,}", file["sha256"]] for file in package["evidence"]]
