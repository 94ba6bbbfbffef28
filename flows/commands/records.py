"""`imb import`, `build`, `run`, `model`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, get_args

import typer

from analysis.model_card import card_markdown
from flows.commands.collect import show_crawls
from flows.console import HomeOption, JsonOption, emit, json_text, opened, out, progress_bars, show_table
from flows.stages.build import BuildResult, preview_reading
from flows.stages.build import build as build_stage
from flows.stages.captures.collecting import import_archives
from flows.stages.captures.rereading import LISTED, Changes, last_changes
from flows.stages.decisions.doubts import doubtful_entities, pairs_apart
from flows.stages.nightly import run_all
from flows.stages.records.receiving import preview_file, receive_files
from flows.stages.resolution.models import card_in_force, describe_model, model_in_force, train_model
from flows.stages.watches.watching import Watched, watch_snapshot
from pipeline.errors import FixInput, NotFound
from pipeline.home import locked
from pipeline.model import RecordKind

import_app = typer.Typer(help="Take over archives and record files, byte for byte.", no_args_is_help=True)
model_app = typer.Typer(help="The match model: train, show, card, doubtful, review.", no_args_is_help=True)


@import_app.command("warc", help="Import WARC files made by other tools.")
@import_app.command("wacz", help="Import WACZ files made by other tools.")
def archives(
    file: list[Path],
    collector: Annotated[str, typer.Option(help="Who captured it, with what.")] = "unknown collector",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Both formats go the same way: the content of a file, not its name, says what it is."""
    current = opened(home)
    with locked(current, "imb import"), progress_bars(json) as progress:
        reports = import_archives(current, file, collector, progress=progress)
    if json:
        emit([{"file": str(f), **asdict(r)} for f, r in zip(file, reports, strict=True)])
        return
    rows = [
        [f.name, r.captures, r.skipped, len(r.damages), "already here" if r.already else ""]
        for f, r in zip(file, reports, strict=True)
    ]
    show_table("Imported archives", ["file", "captures", "other records", "damages", ""], rows)
    for path, report in zip(file, reports, strict=True):
        for line in (*report.damages, *report.repeats):
            out.print(f"{path.name}: {line}", markup=False)


@import_app.command()
def records(
    kind: Annotated[str, typer.Argument(help="licenses applications denied filings parcels tips inspections")],
    file: list[Path],
    map: Annotated[str, typer.Option("--map", help="Column map id or file; default: detected.")] = "",
    office: Annotated[
        str, typer.Option(help="Whose numbers these are, where several offices count alike: --office Salem.")
    ] = "",
    dry_run: Annotated[bool, typer.Option(help="Show mapping, ten rows and problems; take nothing over.")] = False,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Take in files of records: kept byte for byte, read at the next build."""
    record_kind = _kind(kind)
    if dry_run:
        previews = [preview_file(path, record_kind, map or None) for path in file]
        if json:
            emit(previews)
        else:
            for preview in previews:
                _show_preview(preview)
        return
    current = opened(home)
    with locked(current, "imb import records"), progress_bars(json) as progress:
        reports = receive_files(current, file, record_kind, map or None, progress, office)
    if json:
        emit(reports)
        return
    columns = ["file", "map", "rows", "records", "folded", "quarantined", ""]
    show_table("Received", columns, [[r[c] if c else r["remark"] for c in columns] for r in reports])
    for report in reports:
        for line in (*report["doubts"], *report["first_problems"]):
            out.print(f"{report['file']}: {line}", markup=False)


def _kind(text: str) -> RecordKind:
    singular = {"licenses": "license", "applications": "application", "filings": "filing", "parcels": "parcel",
                "tips": "tip", "inspections": "inspection"}  # fmt: skip
    kind = singular.get(text, text)
    kinds: tuple[RecordKind, ...] = get_args(RecordKind)
    for known in kinds:
        if kind == known:
            return known
    raise FixInput(f"{text!r} is no kind of record. Choose one of: {', '.join([*singular, 'denied'])}.")


def _show_preview(preview: dict[str, Any]) -> None:
    out.print(f"{preview['file']}: map {preview['map']} ({preview['title']})", markup=False)
    show_table("Columns", ["column", "becomes", "for example"], [[h, b, v[:60]] for h, b, v in preview["layout"]])
    rows = [[r["line"], r["natural_key"], " · ".join(_said(r))] for r in preview["rows"]]
    show_table("First rows", ["line", "key", "read as"], rows)
    show_table("Look at these columns", ["doubt"], [[d] for d in preview["doubts"]])
    show_table("Problems", ["problem"], [[p] for p in preview["problems"]])


UNSAID = frozenset({"kind", "dataset", "natural_key", "line", "rows", "street_key", "city_inferred", "is_person"})


def _said(row: dict[str, Any], within: str = "") -> Iterator[str]:
    """What a row was read as, in words: every value that is there, with the field it stands in."""
    for field, value in row.items():
        if field in UNSAID and not (within and field == "line"):
            continue
        name = f"{within} {field}".strip().replace("_", " ")
        if isinstance(value, dict):
            yield from _said(value, str(value.get("role") or name))
        elif isinstance(value, list | tuple):
            for item in value:
                if field == "extra":
                    yield f"{item[0]}: {item[1]}"
                    continue
                yield from _said(item, str(item.get("role") or name)) if isinstance(item, dict) else [f"{name}: {item}"]
        elif value not in (None, "", False) and field != "role":
            yield f"{name}: {value}"


@model_app.command()
def train(
    accept: Annotated[bool, typer.Option("--accept", help="Put it in force whatever it changes.")] = False,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Train on what the home holds, write an immutable model file, compare it with the one in force, replace that."""
    current = opened(home)
    with locked(current, "imb model train"):
        done = train_model(current, accept=accept)
    if json:
        now = done.new.version if done.in_force else done.old.version
        report = {
            "before": done.old.version,
            "trained": done.new.version,
            "now": now,
            "changed": now != done.old.version,
        }
        emit({**report, "worries": done.worries, "change": [asdict(role) for role in done.change]})
        return
    changes = [asdict(role) for role in done.change]
    show_table(
        "Pairs of records", ["", *(c["role"] for c in changes)], [[k, *(c[k] for c in changes)] for k in changes[0]]
    )
    if done.in_force:
        out.print(f"Model {done.new.version} in force (before: {done.old.version}).")
        return
    out.print(f"Model {done.new.version} is written and NOT in force. {'; '.join(done.worries)}.", markup=False)
    out.print(f"Model {done.old.version} stays. To replace it all the same: imb model train --accept")


@model_app.command()
def doubtful(home: HomeOption = None, json: JsonOption = False) -> None:
    """Entities that may hold two people or businesses: two dates of birth, two numbers of one office at one time, one
    record between parts that contradict each other, one weak pair in the middle, size."""
    found = doubtful_entities(opened(home))
    if json:
        emit([asdict(doubt) for doubt in found])
        return
    rows = [[d.entity_id, d.kind, d.name, d.size, "; ".join(d.reasons), " ".join(d.pair or ())] for d in found]
    show_table("May be two", ["entity", "kind", "name", "records", "why", "imb decide not-same"], rows)


@model_app.command("review")
def review(
    limit: Annotated[int, typer.Option(min=1, help="How many, the likeliest first.")] = 50,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Entities that may be one and are kept apart: decisions no build could carry out, rules, the review band."""
    found = pairs_apart(opened(home), limit)
    if json:
        emit(found)
        return
    rows = [
        [r["kind"], f"{r['name_a'] or '(no name)'} / {r['name_b'] or '(no name)'}", f"{r['probability']:.3f}", r["why"],
         f"{r['ref_a']} {r['ref_b']}"]
        for r in found
    ]  # fmt: skip
    show_table("May be one", ["kind", "names", "likely", "why apart", "imb decide same|not-same"], rows)


@model_app.command("card")
def card(
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A .md or .json file.")] = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """The match model card: weights, thresholds, data, error rates, known failure modes."""
    made = card_in_force(opened(home))
    as_json = json or (output is not None and output.suffix == ".json")
    text = json_text(made) if as_json else card_markdown(made)
    if output is None:
        typer.echo(text, nl=False)
        return
    output.write_text(text, encoding="utf-8")
    out.print(f"{output}", soft_wrap=True)


@model_app.command("show")
def show_model(home: HomeOption = None, json: JsonOption = False) -> None:
    """Levels and weights of the model in force."""
    model = model_in_force(opened(home))
    rows = describe_model(model)
    if json:
        emit({"version": model.version, "levels": rows})
    else:
        show_table(f"Model {model.version}", list(rows[0]), [list(r.values()) for r in rows])


def build(
    full: Annotated[bool, typer.Option(help="Start from an empty working database.")] = False,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="What was known at that day's end.")
    ] = None,
    reextract: Annotated[bool, typer.Option(help="Read every capture again and report what changes.")] = False,
    dry_run: Annotated[bool, typer.Option(help="With --reextract: only report what would change.")] = False,
    processes: Annotated[
        int | None, typer.Option(min=1, help="How many processes read pages. Default: one a processor.")
    ] = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Read what is new, resolve, link, screen the open applications, publish a snapshot."""
    current = opened(home)
    day: date | None = as_of.date() if as_of else None
    if dry_run:
        if not reextract or full or as_of:
            raise FixInput("--dry-run goes with --reextract alone: it shows what reading again would change.")
        with locked(current, "imb build"), progress_bars(json) as progress:
            report = preview_reading(current, processes=processes, progress=progress)
        if json:
            emit(report)
            return
        show_changes(report)
        out.print("Nothing is published. To put this reading in force, without reading again: imb build --reextract")
        return
    with locked(current, "imb build"), progress_bars(json) as progress:
        result = build_stage(current, full=full, as_of=day, reextract=reextract, processes=processes, progress=progress)
        watched = watch_snapshot(current)
    if json:
        emit(asdict(result))
        return
    show_build(result)
    show_watched(watched)


def show_watched(watched: Watched) -> None:
    if watched.new_hits:
        out.print(f"{watched.new_hits} new watch hits: imb watch hits --new")
    for words in watched.failed:
        out.print(f"Not told, and tried again at the next run: {words}", markup=False, soft_wrap=True)


def show_build(result: BuildResult) -> None:
    if not result.changed:
        out.print(f"Nothing new. Snapshot {result.snapshot_id} stands.")
        return
    if result.changes:
        show_changes(result.changes)
    show_table(f"Snapshot {result.snapshot_id}", ["table", "rows"], list(result.counts.items()))
    out.print(f"{result.folder}", soft_wrap=True)
    if result.snapshot_id.startswith("as-of-"):
        read = f"--snapshot {result.snapshot_id}"
        out.print(f"The newest snapshot stays in force. To read this one: imb network list {read}", soft_wrap=True)


def show_changes(changes: Changes) -> None:
    """What a re-reading says differently: by site and kind of mention, with examples; what stays is only counted."""
    counts = ("same", "gained", "lost", "changed")
    sums = {name: sum(row[name] for row in changes["mentions"]) for name in counts}
    pages, differ = (sum(row[name] for row in changes["pages"]) for name in ("pages", "differ"))
    told = ", ".join(f"{number:,} {name}" for name, number in sums.items())
    out.print(f"Reading {changes['now']} beside {changes['before']}: {pages:,} pages, {differ:,} read differently.")
    out.print(f"Mentions: {told}.")
    columns = ["site", "kind", *counts]
    rows = [[row[c] for c in columns] for row in changes["mentions"] if row["same"] != sum(row[c] for c in counts)]
    if rows:
        show_table("Mentions that differ", columns, rows)
    if differ:
        different = [list(row.values()) for row in changes["pages"] if row["differ"]]
        show_table("Pages read differently", ["site", "pages", "differ"], different)
    shown = ["site", "kind", "what", "before", "after", "url"]
    if changes["examples"]:
        show_table("Examples", shown, [[e[c] or "" for c in shown] for e in changes["examples"]])
        out.print(f"Every one of them: {LISTED} beside the readings, in the home's work/readings.")


def changes(home: HomeOption = None, json: JsonOption = False) -> None:
    """What the last re-reading of the archive said differently, published or not."""
    report = last_changes(opened(home))
    if report is None:
        raise NotFound("The archive has not been read again yet. Run: imb build --reextract --dry-run")
    emit(report) if json else show_changes(report)


def run(home: HomeOption = None, json: JsonOption = False) -> None:
    """The nightly run: collect what is due, build, screen. Run twice, the second changes nothing and says so."""
    current = opened(home)
    with locked(current, "imb run"), progress_bars(json) as progress:
        crawls, result, watched = run_all(current, progress)
    if json:
        emit({"crawls": [asdict(c) for c in crawls], "build": asdict(result), "watched": asdict(watched)})
        return
    show_build(result)
    show_watched(watched)
    show_crawls(crawls, json=False)


def register(app: typer.Typer) -> None:
    app.add_typer(import_app, name="import")
    app.add_typer(model_app, name="model")
    app.command()(build)
    app.command()(changes)
    app.command()(run)
