"""The demonstration: make the state's files, run the pipeline over them like an agency would, measure.

What the pipeline may read (archives of the earlier collector, register files, the live sites) and the truth are kept
apart: the truth never leaves this process.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from analysis.screening.report import write_screening
from analysis.screening.screen import screen_all
from demo.collector import write_archives
from demo.evaluate import evaluate_networks, evaluate_screening, evaluate_successions, trap_merges
from demo.registers import write_registers
from demo.truth import Truth
from demo.world import make_world
from flows.stages.build import BuildResult, Stopwatch, build
from flows.stages.captures.collecting import collect, import_archives
from flows.stages.evidence.documents import document_maker
from flows.stages.evidence.exhibits import export_exhibits
from flows.stages.networks.showing import list_networks
from flows.stages.progress import Progress
from flows.stages.queries.finding import find_captures
from flows.stages.records.receiving import receive_files
from flows.stages.screening.applications import load_index
from pipeline.errors import ImbError
from pipeline.evidence.sealing.keys import make_key
from pipeline.evidence.verify import verify_package
from pipeline.home import Home, create_home, locked, open_home
from pipeline.model import Flag, Party, Record, RecordKind
from pipeline.records.applications import application_of
from pipeline.store.codec import from_json
from pipeline.store.intelligence import open_snapshot

KINDS: dict[str, RecordKind] = {
    "missouri-roster": "license",
    "city-licenses": "license",
    "applications": "application",
    "denied-register": "denied",
    "business-filings": "filing",
    "parcels": "parcel",
    "tips": "tip",
    "inspections": "inspection",
}
SITES = "parlor-guide, city-board, body-forum, town-pages"
PACKAGES = 3
ORDINARY = 3  # businesses in a network whose package is built; a thousand captures would take a minute
RENDERINGS = 12  # pages of each package that are drawn
Item = tuple[str, str, str]


@dataclass
class Demonstration:
    root: Path
    seed: int
    scale: float

    def run(self, progress: Progress) -> dict[str, Any]:
        """Everything, in order; returns the figures of `imb demo --json`."""
        watch = Stopwatch()
        world = make_world(self.seed, self.scale)
        with TemporaryDirectory(prefix="imb-demo-") as folder, serving(self.seed, self.scale) as port:
            archives = write_archives(world, Path(folder) / "archives")
            files = write_registers(world, Path(folder) / "registers")
            watch.lap("make the state")
            home = self.make_home(world.today.isoformat(), port)
            with locked(home, "imb demo"):
                import_archives(home, archives, "simulated earlier collector", progress=progress)
                watch.lap("import archives")
                for name, path in files.items():
                    receive_files(home, [path], KINDS[name], progress=progress)
                watch.lap("receive records")
                sites = [s.strip() for s in SITES.split(",")]
                crawls = collect(home, sites, progress=progress)
                if sick := [c for c in crawls if not c.healthy]:
                    said = f"{sick[0].site}: {'; '.join(sick[0].problems)}"
                    raise ImbError(f"The demo's own ad sites could not be collected ({said}). Run it again: imb demo")
                watch.lap("collect")
                result = build(home, progress=progress)
                watch.lap("build")
        exhibits = self._exhibits(home, progress)
        watch.lap("exhibits")
        figures = self._figures(home, Truth.of(world), result, exhibits)
        watch.lap("measure")
        return {**figures, "seconds": {**watch.seconds, **{f"build: {k}": v for k, v in result.seconds.items()}}}

    def make_home(self, today: str, port: int) -> Home:
        text = (
            "# A demonstration: invented people and places, a simulated clock.\n"
            f'simulated_today = "{today}"\nfictional_numbers = true\ngenerated_numbers = true\nknown = "suspected"\n'
            f'sites = "{SITES}"\nproxy = "http://127.0.0.1:{port}"\noperator = "demonstration"\n'
            'lawful_basis = "synthetic pages made for a demonstration"\nfsync = "batch"\n'
        )
        home = create_home(self.root, demo=True, settings_text=text)
        make_key(home)
        (home.root / "demo.json").write_text(json.dumps({"seed": self.seed, "scale": self.scale, "port": port}))
        return home

    def serve_again(self) -> None:
        """Serve the ad sites of this demo home on the port it was made with, until stopped."""
        made = json.loads((open_home(self.root).root / "demo.json").read_text(encoding="utf-8"))
        with serving(made["seed"], made["scale"], made["port"]) as port:
            sys.stderr.write(f"Ad sites served for {self.root} on 127.0.0.1:{port}. Ctrl-C stops.\n")
            while True:
                time.sleep(1)

    def _exhibits(self, home: Home, progress: Progress) -> dict[str, int]:
        """Packages of networks of ordinary size, each verified as a stranger would."""
        built = verified = 0
        networks = [n for n in list_networks(home) if n["size"] > 1]
        ordinary = sorted(networks, key=lambda n: (abs(n["size"] - ORDINARY), n["network_id"]))[:PACKAGES]
        for n, network in enumerate(ordinary, 1):
            rows = find_captures(home, network=network["network_id"])
            target = home.exports / f"network-{network['network_id'][:8]}"
            facts = {"case": "DEMO", "exhibit": str(n), "exporter": "demonstration", "purpose": "demonstration"}
            export_exhibits(home, rows, target, facts, document_maker(RENDERINGS))
            built += 1
            verified += not verify_package(target).problems
            progress("exhibits", n, len(ordinary))
        return {"built": built, "verified": verified}

    def _figures(self, home: Home, truth: Truth, result: BuildResult, exhibits: Mapping[str, int]) -> dict[str, Any]:
        flags = frozen_flags(home)
        results = home.exports / "screening.csv"
        write_screening(flags, results)
        network_of, business_of = predicted(home)
        with open_snapshot(home.current_snapshot()) as store:
            pairs = store.rows("SELECT from_business, to_business, confidence FROM out_successions")
            ads = int(store.value("SELECT count(*) FROM out_ads"))
        screening = evaluate_screening(truth, flags)
        screening["name_only_flags"] = sum(f.result == "possible_match" for f in names_only(home))
        successions = [(p["from_business"], p["to_business"], p["confidence"]) for p in pairs]
        hits = [f for f in flags if f.result == "possible_match"]
        trapped = sum(trap_merges(truth, network_of).values())
        return {
            "captures": result.counts["raw_captures"],
            "ads": ads,
            "records": result.counts["core_records"],
            "quarantined": result.counts["raw_quarantine"],
            "entities": result.counts["core_entities"],
            "networks": {**evaluate_networks(truth, network_of), "innocents_merged": trapped},
            "successions": evaluate_successions(truth, business_of, successions),
            "screening": screening,
            "exhibits": dict(exhibits),
            "results": str(results),
            "first_flags": [[f.application_id, f.band, f.sentence] for f in hits[:8]],
        }


@contextmanager
def serving(seed: int, scale: float, port: int = 0) -> Iterator[int]:
    """The ad sites in a process of their own; yields the port on 127.0.0.1."""
    command = [sys.executable, "-m", "demo.ad_server", "--seed", str(seed), "--scale", str(scale), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True) as server:
        try:
            assert server.stdout is not None
            line = server.stdout.readline()
            if not line:
                where = f"port {port}: does another program use it?" if port else "any port."
                raise ImbError(f"The demo's ad sites could not be served on {where} Run the command again.")
            yield int(json.loads(line)["port"])
        finally:
            server.terminate()


def frozen_flags(home: Home) -> list[Flag]:
    """The flags of the current snapshot, with the values compared."""
    with open_snapshot(home.current_snapshot(), "sealed") as sealed:
        rows = sealed.rows("SELECT payload FROM core_flags ORDER BY application_id")
    return [from_json(Flag, row["payload"]) for row in rows]


def predicted(home: Home) -> tuple[dict[Item, str], dict[Item, str]]:
    """Item -> network (or business, when in none), and item -> business, as the snapshot has them."""
    with open_snapshot(home.current_snapshot()) as store:
        rows = store.rows(
            """WITH owners AS (
                   SELECT DISTINCT 'ad' AS kind, site AS dataset,
                          CASE WHEN posting_id <> '' THEN posting_id ELSE url END AS key, ad_id AS owner_id
                   FROM core_ad_captures
                   UNION ALL
                   SELECT DISTINCT 'record', dataset, natural_key, record_id FROM core_records),
               members AS (SELECT e.entity_id, e.kind AS entity_kind, unnest(e.members) AS ref_id FROM core_entities e)
               SELECT o.kind, o.dataset, o.key, m.entity_id, m.entity_kind, coalesce(n.network_id, '') AS network_id
               FROM owners o JOIN core_refs r ON r.owner_id = o.owner_id JOIN members m ON m.ref_id = r.ref_id
               LEFT JOIN core_network_members n ON n.entity_id = m.entity_id
               WHERE r.role IN ('business', 'operator')
               ORDER BY m.entity_kind, m.entity_id, network_id"""
        )
    network_of: dict[Item, str] = {}
    business_of: dict[Item, str] = {}
    for row in rows:  # businesses sort before operators: a record's business decides, its operator fills in
        item = (row["kind"], row["dataset"], row["key"])
        network_of.setdefault(item, row["network_id"] or row["entity_id"])
        if row["entity_kind"] == "business":
            business_of.setdefault(item, row["entity_id"])
    return network_of, business_of


def names_only(home: Home) -> Sequence[Flag]:
    """The open applications screened again with every field but the names removed."""
    folder = home.current_snapshot()
    with open_snapshot(folder, "sealed") as sealed, open_snapshot(folder) as store:
        wanted = {
            (r["record_id"], r["version"]) for r in store.rows("SELECT * FROM core_records WHERE kind = 'application'")
        }
        payloads = sealed.rows("SELECT record_id, version, payload FROM core_records")
    applications = [
        application_of(from_json(Record, r["payload"])) for r in payloads if (r["record_id"], r["version"]) in wanted
    ]
    stripped = [
        replace(
            a,
            applicant=_name_of(a.applicant) if a.applicant else None,
            related=tuple(_name_of(p) for p in a.related),
            premises=None,
            prior_addresses=(),
            phones=(),
            emails=(),
            websites=(),
            license_number="",
        )
        for a in applications
    ]
    return screen_all(stripped, load_index(home))


def _name_of(party: Party) -> Party:
    return replace(party, dob=None, birth_year=None, phones=(), emails=())
