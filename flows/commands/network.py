"""`imb search`, `timeline`, `network`, `succession`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from analysis.on_day import held_on
from flows.console import HomeOption, JsonOption, SnapshotOption, emit, opened, out, show_table
from flows.stages.networks.showing import (
    holding_links,
    known_day,
    list_hubs,
    list_networks,
    list_successions,
    network_detail,
)
from flows.stages.queries.lookups import note_lookup
from pipeline.errors import FixInput

ATTACHED = ("uses_phone", "at_premises", "operates")  # told by the members' table
# A license holds until it runs out: such a last day is not the last on which somebody saw the business.
HELD = {"first_seen": "from", "last_seen": "until"}
CONTEXT = 12  # rows of context shown without --all
OnOption = Annotated[
    datetime | None,
    typer.Option("--on", formats=["%Y-%m-%d"], help="Only what held on that day, by periods known today."),
]
UserOption = Annotated[str, typer.Option("--user", help="Who asks; logged.", envvar="IMB_USER")]
FORMATS = "graphml gexf ftm i2 anx geojson csv parquet"  # of analysis.export.formats.FORMATS
SUCCESSION = ("from_name", "to_name", "to_address", "to_city", "kind", "gap_days", "confidence", "reasons")
network_app = typer.Typer(
    help="Networks of related businesses: list, show, changes, hubs, export.", no_args_is_help=True
)


def search(
    text: Annotated[
        str,
        typer.Argument(
            help="A phone in any punctuation, a name in any order, an address, e-mail address, handle or website, the "
            "number of a license, application or filing, words of an ad."
        ),
    ],
    on: OnOption = None,
    limit: Annotated[int, typer.Option(min=1, help="The most that is shown.")] = 25,
    user: UserOption = "",
    snapshot: SnapshotOption = "",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Find businesses, operators, papers and ads, each with what it was found by and when that held."""
    from flows.stages.queries import searching  # reads texts like ads, which no other command here does

    current = opened(home, snapshot)
    note_lookup(current, user, "search", text)
    rows, count = searching.search(current, text, limit, on=on and on.date())
    if json:
        emit(rows)
        return
    columns = ["kind", "name", "why", "first_seen", "last_seen", "score", "network_id", "id"]
    show_table(f"Found for {text!r}", [HELD.get(c, c) for c in columns], [[r[c] for c in columns] for r in rows])
    if count > len(rows):
        out.print(f"{len(rows)} of {count} shown, the best first. More: --limit {count}")


@network_app.command("list")
def list_(
    all_: Annotated[bool, typer.Option("--all", help="Also networks of one business.")] = False,
    snapshot: SnapshotOption = "",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Networks, largest first."""
    rows = [n for n in list_networks(opened(home, snapshot)) if all_ or n["size"] > 1]
    if json:
        emit(rows)
    else:
        columns = ["network_id", "size", "cities", "first_seen", "last_seen", "cohesion"]
        show_table("Networks", columns, [[r[c] for c in columns] for r in rows])


@network_app.command()
def show(
    network_id: Annotated[str, typer.Argument(help="Id, or its beginning.")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Draw it: FILE.svg, .html or .png")] = None,
    profile: Annotated[
        str, typer.Option(help="Whose eyes the drawing is for: analyst, prosecutor, board or public.")
    ] = "analyst",
    all_: Annotated[bool, typer.Option("--all", help="Every link, not only those that hold it together.")] = False,
    on: OnOption = None,
    user: UserOption = "",
    snapshot: SnapshotOption = "",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """One network: summary, members, the strongest links that hold all of it together, and what is only context."""
    current = opened(home, snapshot)
    note_lookup(current, user, "view network", network_id)
    detail = network_detail(current, network_id)
    if on is not None:
        detail = held_on(detail, known_day(current, on.date()))
    if output is not None:
        from flows.stages.networks.picturing import draw_network

        draw_network(current, detail["network_id"], output, profile, on and on.date())
    if output is not None and not json:
        out.print(detail["summary"], markup=False)
        out.print(f"Drawn: {output}")
        return
    from flows.stages.indicators.listing import indicators_of  # reads addresses, which a picture does without

    # Indicators say what the whole archive shows, not what held on a day.
    indicators = indicators_of(current, detail["network_id"]) if on is None else []
    if json:
        emit({**detail, "indicators": indicators})
        return
    out.print(detail["summary"], markup=False)
    members = [
        [
            m["kind"],
            m["name"],
            m["role"],
            m["standing"],
            m["address"],
            m["city"],
            m["observed_first"],
            m["observed_last"],
        ]
        for m in detail["members"]
    ]
    columns = ["kind", "name", "role", "standing", "address", "city", "first seen", "last seen"]
    show_table("Members", columns, members)
    binding = [k for k in detail["links"] if k["binding"]]
    shown = binding if all_ else holding_links(binding)
    show_table(
        "What binds it",
        ["kind", "probability", "reason"],
        [[k["kind"], k["probability"], k["sentence"]] for k in shown],
    )
    if len(shown) < len(binding):
        out.print(f"{len(binding) - len(shown)} more links among the same businesses: --all, or --json")
    inside = {m["entity_id"] for m in detail["members"]}
    context = [k for k in detail["links"] if not k["binding"] and k["kind"] not in ATTACHED]
    context += [k for k in detail["context"] if {k["from_id"], k["to_id"]} & inside] if on is None else []
    listed = context if all_ else context[:CONTEXT]
    if listed:
        show_table("Context, which binds nobody", ["kind", "sentence"], [[k["kind"], k["sentence"]] for k in listed])
    if len(listed) < len(context):
        out.print(f"{len(context) - len(listed)} more of context: --all, or --json")
    headings = ["group", "indicator", "meaning", "businesses"]
    show_table(
        "Indicators (imb indicators ID has each with its sources)",
        headings,
        [[r[c] for c in headings] for r in indicators],
    )
    if on is not None:
        out.print("Indicators are left out: they tell of all days together. Without --on they are listed.")


@network_app.command()
def hubs(snapshot: SnapshotOption = "", home: HomeOption = None, json: JsonOption = False) -> None:
    """Numbers, premises, accounts and people so widely used that they bind nobody, with the reason of each."""
    rows = list_hubs(opened(home, snapshot))
    if json:
        emit(rows)
    else:
        show_table(
            "Hubs: damped, shown, never merged",
            ["kind", "degree", "reason"],
            [[r["kind"], r["degree"], r["reason"]] for r in rows],
        )


@network_app.command()
def changes(
    network_id: Annotated[str, typer.Argument(help="Id, or its beginning; also one that it had. Default: all.")] = "",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """What builds changed: networks new, grown, merged, split …, and the link or decision that did it. Newest first."""
    from flows.stages.networks.history import network_history

    rows = network_history(opened(home), network_id)
    if json:
        emit(rows)
    else:
        columns = ["at", "kind", "network_id", "others", "reason"]
        show_table("What happened to networks", columns, [[_shown(r, c) for c in columns] for r in rows])


def _shown(row: dict[str, Any], column: str) -> Any:
    return ", ".join(i[:13] for i in row["others"]) if column == "others" else row[column]


@network_app.command()
def export(
    network_id: Annotated[list[str] | None, typer.Argument(help="Ids; default: every network of two or more.")] = None,
    format_: Annotated[str, typer.Option("--format", help=FORMATS)] = "graphml",
    output: Annotated[Path | None, typer.Option("-o", "--output", help="File to write; default: in exports/.")] = None,
    recipient: Annotated[str, typer.Option(help="Who receives it; logged.")] = "own use",
    purpose: Annotated[str, typer.Option(help="What for; logged.")] = "analysis",
    authority: Annotated[str, typer.Option(help="Statute, subpoena or agreement it leaves on; logged.")] = "",
    expires: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Until when it may be kept. Default: a year.")
    ] = None,
    profile: Annotated[str, typer.Option(help="Whose eyes: analyst, prosecutor, board or public.")] = "analyst",
    user: Annotated[str, typer.Option(help="Who exports; logged.", envvar="IMB_USER")] = "analyst",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Write networks for other programs, with a manifest and a dissemination-log entry."""
    from flows.stages.networks.exporting import (  # half a second that `show` does not need
        Dissemination,
        export_networks,
    )

    current = opened(home)
    given = Dissemination(user, recipient, purpose, authority, expires.date() if expires else None)
    report = export_networks(current, network_id or [], format_, output, profile, given)
    emit(report) if json else out.print(f"{report['networks']} networks: {report['file']}\nSHA-256 {report['sha256']}")


def succession(
    from_: Annotated[str, typer.Option("--from", metavar="ID|NAME", help="Where did this business go?")] = "",
    at: Annotated[str, typer.Option(metavar="ADDRESS", help="Who was at this premises, in order of time?")] = "",
    chains: Annotated[bool, typer.Option("--chains", help="Those that went on over several generations.")] = False,
    minimum: Annotated[float, typer.Option(help="Least confidence, 0 to 1, of the list and the chains.")] = 0.5,
    user: UserOption = "",
    snapshot: SnapshotOption = "",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Businesses that closed and came back under another name; where one went; what was at a premises before."""
    from flows.stages.queries.following import generations, where_it_went, who_was_here  # reads addresses

    if sum(map(bool, (from_, at, chains))) > 1:
        raise FixInput("Ask one thing at a time: --from, --at or --chains.")
    current = opened(home, snapshot)
    if from_ or at:
        note_lookup(current, user, "view successions", from_ or at)
    title, columns = "Reopened businesses", list(SUCCESSION)
    if from_:
        rows, title, columns = where_it_went(current, from_), f"Where {from_} went", ["step", *SUCCESSION]
    elif at:
        rows, title = who_was_here(current, at), f"Who was at {at}"
        columns = ["first_seen", "last_seen", "name", "place", "standing", "network_id", "after"]
    elif chains:
        rows, title, columns = generations(current, minimum), "Generations", ["chain", "step", *SUCCESSION]
    else:
        rows = list_successions(current, minimum)
    if json:
        emit(rows)
    else:
        show_table(title, [HELD.get(c, c) for c in columns], [[r.get(c) for c in columns] for r in rows])


def timeline(
    of: Annotated[
        str,
        typer.Argument(
            metavar="ID|PHONE|ADDRESS",
            help="Network, business or operator (a beginning of the id), a phone, an address.",
        ),
    ],
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day.")] = None,
    user: UserOption = "",
    snapshot: SnapshotOption = "",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """What happened when: ads, numbers, filings, licenses, closures, denials, inspections, in order."""
    from flows.stages.queries.timelines import named, timeline_of  # reads numbers and addresses

    current = opened(home, snapshot)
    note_lookup(current, user, "view timeline", of)
    rows = named(current, timeline_of(current, of, since and since.date(), until and until.date()))
    if json:
        emit(rows)
    else:
        show_table(
            f"Timeline of {of}", ["day", "business", "what"], [[when(r), r["business"], r["sentence"]] for r in rows]
        )


def when(row: dict[str, Any]) -> str:
    """The day as precisely as the source has it."""
    return str(row["day"].isoformat()[: {"day": 10, "month": 7, "year": 4}[row["precision"]]])


def register(app: typer.Typer) -> None:
    app.command()(search)
    app.command()(timeline)
    app.add_typer(network_app, name="network")
    app.command()(succession)
