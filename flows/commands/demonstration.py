"""`imb demo`: a synthetic state, its ad sites over HTTP, the whole pipeline, and the figures against the truth."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.console import JsonOption, emit, err, out, progress_bars, show_table
from flows.stages.networks.showing import list_networks, list_successions
from pipeline.errors import FixHome
from pipeline.home import open_home

DEFAULT = Path("demo-home")


def demo(
    home: Annotated[Path, typer.Option("--home", help="Where it is made; an earlier demo is replaced.")] = DEFAULT,
    seed: Annotated[int, typer.Option(help="Another seed is another state.")] = 1,
    scale: Annotated[float, typer.Option(help="1: 66 networks, 540 innocent businesses, 3,000 applications.")] = 1.0,
    serve: Annotated[bool, typer.Option("--serve", help="Only serve the ad sites of an existing demo home.")] = False,
    json: JsonOption = False,
) -> None:
    """Build a synthetic state, serve its ad sites on loopback, run everything, show the result."""
    from flows.demonstration import Demonstration  # nothing else needs the synthetic state

    demonstration = Demonstration(home, seed, scale)
    if serve:
        demonstration.serve_again()
        return
    _make_room(home)
    with progress_bars(json) as progress:
        figures = demonstration.run(progress)
    if json:
        emit(figures)
    else:
        _show(home, figures)


def _make_room(home: Path) -> None:
    if not home.exists():
        return
    if not (home / "home.json").exists() or not open_home(home).demo:
        raise FixHome(f"{home} exists and is no demo home. Choose another folder with --home.")
    err.print(f"Replacing the earlier demo in {home}")
    shutil.rmtree(home)


def _show(home: Path, figures: dict[str, Any]) -> None:
    current = open_home(home)
    networks = [n for n in list_networks(current) if n["size"] > 1]
    columns = ["network_id", "size", "cities", "first_seen", "last_seen"]
    show_table("Largest networks", columns, [[n[c] for c in columns] for n in networks[:8]])
    reopened = list_successions(current, 0.5)
    columns = ["from_name", "to_name", "to_city", "kind", "gap_days", "confidence"]
    show_table("Reopened businesses (first eight)", columns, [[r[c] for c in columns] for r in reopened[:8]])
    flags = figures["first_flags"]
    show_table("Flagged applications (first eight)", ["application", "band", "why"], flags[:8])
    rows = [[name, figures[name]] for name in ("captures", "ads", "records", "quarantined", "entities")]
    for group in ("networks", "successions", "screening", "exhibits"):
        values = {k: v for k, v in figures[group].items() if not isinstance(v, dict)}
        rows.append([group, ", ".join(f"{k} {_figure(v)}" for k, v in values.items())])
    rows.append(["seconds", ", ".join(f"{k} {v:.1f}" for k, v in figures["seconds"].items())])
    show_table("The whole run", ["", ""], rows)
    out.print(f"Home: {home}\nScreening results: {figures['results']}\nExhibits: {home / 'exports'}", soft_wrap=True)
    out.print(f"Go on with: imb network list --home {home}   ·   imb search TEXT --home {home}", soft_wrap=True)


def _figure(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def register(app: typer.Typer) -> None:
    app.command()(demo)
