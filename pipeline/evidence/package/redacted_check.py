"""Check a redacted copy of a package: its bag, its signature, and that its pages are those it lists. Needs no home."""

from __future__ import annotations

import json
from pathlib import Path

from cryptography import x509

from pipeline.evidence import bag
from pipeline.evidence.check import Report, file_sha256
from pipeline.evidence.problem import Problem
from pipeline.evidence.sealing.cms import BadSignature, verify_detached

FACTS, SIGNER = "data/redaction.json", "signer.pem"


def is_redacted_copy(path: Path) -> bool:
    return (path / FACTS).is_file()


def verify_copy(folder: Path) -> Report:
    """What is wrong with a redacted copy. That nothing leaked was checked when it was made: only the original tells."""
    report = Report(str(folder))
    for found in bag.check_bag(folder):
        if isinstance(found, Problem):
            report.add(found)
        else:
            report.count("files")
    try:
        signer = x509.load_pem_x509_certificate((folder / SIGNER).read_bytes())
        signature, signed = (folder / bag.SIGNATURE).read_bytes(), (folder / bag.TAG_MANIFEST).read_bytes()
        verify_detached(signature, signed, signer)
        report.notes.append(f"Signed by {signer.subject.rfc4514_string()}.")
    except (BadSignature, OSError, ValueError) as error:
        report.add(Problem(bag.SIGNATURE, "whole file", "signature", f"does not hold: {error}"))
    try:
        _pages(folder, report)
    except (KeyError, TypeError, ValueError) as error:
        report.add(Problem(FACTS, "content", "form", f"not as this program writes it: {error!r}"))
    return report


def _pages(folder: Path, report: Report) -> None:
    facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    for item in facts["items"]:
        report.count("records")
        page = folder / item["page"]
        if not page.is_file() or file_sha256(page) != item["page_sha256"]:
            report.add(Problem(item["page"], f"item {item['item']}", "sha256", f"not the page that {FACTS} lists"))
    original = facts["original"]
    report.notes.append(
        f"A redacted copy for: {facts['profile']}. Original: {original['name']}, SHA-256 of its tag manifest "
        f"{original['sha256']}."
    )
