"""`imb evidence find|export|verify|seal|rotate-key`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.commands import custody, purging, redacting
from flows.commands.key_options import CertificateOption, KeyOption, key_passphrase
from flows.console import HomeOption, JsonOption, emit, home_path, opened, out, progress_bars, show_table
from flows.stages.evidence.auditing import note_verified, verify_evidence
from flows.stages.evidence.custody import package_digest
from flows.stages.evidence.documents import RENDERINGS, document_maker
from flows.stages.evidence.exhibits import export_exhibits
from flows.stages.evidence.redacting import redact_package
from flows.stages.evidence.sealing import rotate_key, seal_now
from flows.stages.queries.finding import find_captures
from flows.stages.queries.lookups import note_lookup
from pipeline.errors import EvidenceBroken, FixInput
from pipeline.evidence.package.redacted_check import is_redacted_copy, verify_copy
from pipeline.evidence.sealing.key_files import read_key
from pipeline.evidence.verify import verify_package
from pipeline.home import locked

evidence_app = typer.Typer(
    help="Archived ads as exhibits: find, view, hand out, hold, purge; seals, custody, checks.", no_args_is_help=True
)

BusinessOption = Annotated[str, typer.Option(help="Business name or id.")]
PhoneOption = Annotated[str, typer.Option(help="Phone shown in the ad.")]
AddressOption = Annotated[str, typer.Option(help="Address of the premises.")]
NetworkOption = Annotated[str, typer.Option(help="Network id.")]
CaptureOption = Annotated[str, typer.Option(help="One capture by its id.")]
AdOption = Annotated[str, typer.Option(help="One ad: its id, address or the site's number; all its captures.")]
ListOption = Annotated[
    Path | None, typer.Option("--list", help="File with ids of captures, ads, businesses, networks: those of a case.")
]
SinceOption = Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")]
UserOption = Annotated[str, typer.Option("--user", help="Who asks; logged.", envvar="IMB_USER")]
UntilOption = Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day.")]


def _day(when: datetime | None) -> date | None:
    return when.date() if when else None


def _lines(path: Path | None) -> list[str]:
    """The first word of each line; what follows it is the reader's."""
    if path is None:
        return []
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise FixInput(f"{path} cannot be read ({error}). Name a text file with one id a line.") from error
    found = [line.split()[0] for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if not found:
        raise FixInput(f"{path} names nothing. Put one id a line into it.")
    return found


@evidence_app.command()
def find(
    business: BusinessOption = "",
    phone: PhoneOption = "",
    address: AddressOption = "",
    network: NetworkOption = "",
    capture: CaptureOption = "",
    ad: AdOption = "",
    listed: ListOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    user: UserOption = "",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Captures of ads by business, phone, premises, network and period."""
    current = opened(home)
    asked = {"business": business, "phone": phone, "address": address, "network": network, "capture": capture, "ad": ad}
    note_lookup(current, user, "search captures", ", ".join(f"{k} {v}" for k, v in asked.items() if v) or "a list")
    rows = find_captures(
        current,
        business=business,
        phone=phone,
        address=address,
        network=network,
        capture=capture,
        ad=ad,
        listed=_lines(listed),
        since=_day(since),
        until=_day(until),
    )
    if json:
        emit(rows)
    else:
        columns = ["captured_at", "site", "business_name", "url", "capture_id"]
        show_table(f"{len(rows)} captures", columns, [[r[c] for c in columns] for r in rows[:100]])
        if len(rows) > 100:
            out.print("The first 100 are shown; --json prints all.")


@evidence_app.command()
def export(
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder or FILE.zip to write.")],
    business: BusinessOption = "",
    phone: PhoneOption = "",
    address: AddressOption = "",
    network: NetworkOption = "",
    capture: CaptureOption = "",
    ad: AdOption = "",
    listed: ListOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    case: Annotated[str, typer.Option(help="Case number.")] = "",
    exhibit: Annotated[str, typer.Option(help="Exhibit number.")] = "",
    requester: Annotated[str, typer.Option(help="Who asked for it.")] = "",
    authority: Annotated[str, typer.Option(help="On what authority.")] = "",
    purpose: Annotated[str, typer.Option(help="What for.")] = "",
    user: Annotated[str, typer.Option(help="Who exports; logged.", envvar="IMB_USER")] = "analyst",
    renderings: Annotated[
        int, typer.Option(help="How many pages are drawn as pictures; the others as text.")
    ] = RENDERINGS,
    redacted: Annotated[str, typer.Option(help=f"Also a redacted copy beside it, for: {redacting.PROFILES}.")] = "",
    premises: Annotated[str, typer.Option(help="With --redacted landlord: their own address.")] = "",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """An exhibit package: untouched records in a BagIt bag, report and certificates as PDF, how to check it."""
    current = opened(home)
    rows = find_captures(
        current,
        business=business,
        phone=phone,
        address=address,
        network=network,
        capture=capture,
        ad=ad,
        listed=_lines(listed),
        since=_day(since),
        until=_day(until),
    )
    facts = {"case": case, "exhibit": exhibit, "requester": requester, "authority": authority, "purpose": purpose}
    facts["exporter"] = user
    with progress_bars(json) as progress:
        result = export_exhibits(current, rows, output, facts, document_maker(renderings, progress=progress))
        if redacted:
            beside = output.with_name(f"{output.name.removesuffix('.zip')}-redacted-{redacted}")
            why = f"with the export, case {case}"
            copy = redact_package(current, output, redacted, beside, user, why, premises=premises, progress=progress)
            result = {**result, "redacted": copy}
    emit(result) if json else out.print(
        f"{result['items']} items: {result['path']}\n"
        f"SHA-256 of tagmanifest-sha256.txt, to tell the receiver: {result['sha256']}\n"
        f"Check it: imb evidence verify {result['path']}",
        soft_wrap=True,
    )
    if redacted and not json:
        redacting.show_copy(result["redacted"])


@evidence_app.command()
def verify(
    path: Annotated[Path | None, typer.Argument(help="A package; default: the whole home.")] = None,
    against: Annotated[
        list[Path] | None,
        typer.Option(help="Copies of seals kept outside: a folder, a saved mail, a JSON file; default: seal_copies."),
    ] = None,
    user: Annotated[str, typer.Option(help="Who checks; logged.", envvar="IMB_USER")] = "",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Check files, records, journal, seals and time-stamps; say exactly which record and which property is wrong."""
    with progress_bars(json):
        if path:
            report = verify_copy(path) if is_redacted_copy(path) else verify_package(path)
        else:
            report = verify_evidence(opened(home), user, against=against or ())
    if path and (home_path(home) / "home.json").exists():  # a stranger checks without a home
        note_verified(opened(home), user, path.name, report, package_digest(path))
    if json:
        emit(asdict(report))
    else:
        for problem in report.problems[:200]:
            out.print(f"WRONG  {problem}", markup=False, highlight=False, soft_wrap=True)
        for note in report.notes:
            out.print(note, markup=False, highlight=False, soft_wrap=True)
        out.print(f"{report.records} records checked, {report.found} problems.")
    if report.problems:
        what = (
            "Ask whoever made it for another copy." if path else "Keep the disk as it is, and look for it in a backup."
        )
        raise EvidenceBroken(f"{report.found} problems found; the first: {report.problems[0]}. {what}")


@evidence_app.command()
def seal(home: HomeOption = None, json: JsonOption = False) -> None:
    """Seal the journal now; ask the time-stamp authorities again for what is pending."""
    current = opened(home)
    with locked(current, "imb evidence seal"), progress_bars(json):
        _show_seals(seal_now(current), json)


@evidence_app.command("rotate-key")
def rotate(
    key: KeyOption = None,
    certificate: CertificateOption = None,
    user: Annotated[str, typer.Option(help="Who replaces it; logged.", envvar="IMB_USER")] = "",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Replace the signing key, by a new one of this home or the agency's. The old one seals the new certificate."""
    current = opened(home)
    prepared = read_key(current, key, certificate, key_passphrase) if key else None
    with locked(current, "imb evidence rotate-key"), progress_bars(json):
        _show_seals(rotate_key(current, user, prepared), json)


def _show_seals(status: dict[str, Any], json: bool) -> None:
    if json:
        emit(status)
    elif not status["certificate_sha256"]:
        out.print("Nothing is sealed: this home has no signing key. Make one with: imb init")
    else:
        out.print(
            f"Sealed up to entry {status['sealed_seq']} ({status['seals']} seals, the last signed "
            f"{status['signed_at']}).\nNot sealed: {status['unsealed_entries']} entries.\n"
            f"Signing certificate, SHA-256: {status['certificate_sha256']}",
            soft_wrap=True,
        )
        for text in status["pending"]:
            out.print(f"Pending: {text}", markup=False, highlight=False, soft_wrap=True)


def register(app: typer.Typer) -> None:
    custody.add_to(evidence_app)
    purging.add_to(evidence_app)
    redacting.add_to(evidence_app)
    app.add_typer(evidence_app, name="evidence")
