"""Networks, hubs, templates and successions of the current snapshot as they are shown. Reads no text: starts fast."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from analysis.networks.spanning import spanning_tree
from pipeline.errors import FixInput, NotFound
from pipeline.home import Home
from pipeline.store.intelligence import open_snapshot
from pipeline.store.snapshot import read_manifest


def list_networks(home: Home) -> list[dict[str, Any]]:
    """Networks of two or more businesses first, by size."""
    with open_snapshot(home.current_snapshot()) as store:
        return store.rows("SELECT * FROM out_networks ORDER BY size DESC, network_id")


def network_detail(home: Home, network_id: str) -> dict[str, Any]:
    """One network: its row, members with names, and links among them. Accepts the start of an id, or of one it had."""
    with open_snapshot(home.current_snapshot()) as store:
        query = "SELECT * FROM out_networks WHERE starts_with(network_id, ?)"
        rows = store.rows(query, [network_id])
        if not rows and (now := _present_id(home, network_id)):
            rows = store.rows(query, [now])
        if len(rows) != 1:
            raise NotFound(f"{len(rows) or 'No'} networks begin with {network_id!r}. List them with: imb network list")
        full = rows[0]["network_id"]
        members = store.rows(
            """SELECT m.entity_id, m.kind, m.role, coalesce(b.name, e.name) AS name,
                      b.address, b.city, b.state, b.zip, b.phones, b.standing,
                      b.observed_first, b.observed_last
               FROM out_network_members m JOIN core_entities e USING (entity_id)
               LEFT JOIN out_businesses b ON b.business_id = m.entity_id
               WHERE m.network_id = ? ORDER BY m.kind, name, m.entity_id""",
            [full],
        )
        links = store.rows(
            """SELECT l.from_id, l.to_id, l.kind, l.probability, l.first_seen, l.last_seen, l.sources, l.lane,
                      l.binding, l.sentence FROM core_links l
               WHERE l.from_id IN (SELECT entity_id FROM out_network_members WHERE network_id = $1)
                 AND l.to_id IN (SELECT entity_id FROM out_network_members WHERE network_id = $1)
               ORDER BY l.from_id, l.to_id, l.kind""",
            [full],
        )
        context = store.rows(
            """SELECT l.kind, l.sentence, l.first_seen, l.last_seen, l.lane, l.from_id, l.to_id, l.probability
               FROM core_links l
               WHERE l.kind NOT IN ('uses_phone', 'at_premises', 'operates')
                 AND (l.from_id IN (SELECT entity_id FROM out_network_members WHERE network_id = $1))
                   <> (l.to_id IN (SELECT entity_id FROM out_network_members WHERE network_id = $1))
               ORDER BY l.kind, l.sentence""",
            [full],
        )
    return {**rows[0], "members": members, "links": links, "context": context}


def known_day(home: Home, day: date) -> date:
    """The day, where the present snapshot can speak of it. Raises FixInput for one after everything it knows."""
    manifest = read_manifest(home.current_snapshot())
    until = str(manifest["as_of"] or manifest["built_at"])[:10]
    if day.isoformat() > until:
        raise FixInput(f"{day} lies after all that this snapshot knows: it was built on {until}. Give an earlier day.")
    return day


def list_hubs(home: Home) -> list[dict[str, Any]]:
    """Identifiers that bind nobody, most widely used first."""
    with open_snapshot(home.current_snapshot()) as store:
        return store.rows("SELECT * FROM core_hubs ORDER BY degree DESC, kind, value")


def _present_id(home: Home, beginning: str) -> str | None:
    from pipeline.store.casework import Casework  # which most searches do not need

    return Casework(home.casework_url).present_id(beginning)


def list_templates(home: Home) -> list[dict[str, Any]]:
    """Templates with the number of businesses that use each, most used first."""
    with open_snapshot(home.current_snapshot()) as store:
        return store.rows(
            """SELECT t.template_id, t.ads, count(DISTINCT o.business_id) AS businesses, t.sites, t.first_seen,
                      t.last_seen, t.surprise, t.text
               FROM core_templates t JOIN core_template_ads a USING (template_id) JOIN out_ads o USING (ad_id)
               GROUP BY ALL ORDER BY businesses DESC, t.ads DESC, t.template_id"""
        )


def template_detail(home: Home, template_id: str) -> dict[str, Any]:
    """One template with its slots and ads. Accepts the start of an id. Raises NotFound."""
    with open_snapshot(home.current_snapshot()) as store:
        rows = store.rows("SELECT * FROM core_templates WHERE starts_with(template_id, ?)", [template_id])
        if len(rows) != 1:
            raise NotFound(
                f"{len(rows) or 'No'} templates begin with {template_id!r}. List them with: imb template list"
            )
        ads = store.rows(
            """SELECT o.ad_id, o.site, o.business_name, o.observed_first, o.observed_last, o.url, o.business_id
               FROM core_template_ads JOIN out_ads o USING (ad_id) WHERE template_id = ?
               ORDER BY o.observed_first, o.ad_id""",
            [rows[0]["template_id"]],
        )
    return {**rows[0], "slots": json.loads(rows[0]["slots"]), "ads": ads}


def holding_links(links: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The strongest set of binding links that still holds every business of a network, weakest first."""
    best: dict[tuple[str, str], dict[str, Any]] = {}
    for link in sorted(links, key=lambda k: (-k["probability"], k["kind"])):
        best.setdefault((link["from_id"], link["to_id"]), link)
    tree = spanning_tree({pair: link["probability"] for pair, link in best.items()})
    return sorted((best[pair] for pair in tree), key=lambda k: (k["probability"], k["sentence"]))


def list_successions(home: Home, minimum: float = 0.0) -> list[dict[str, Any]]:
    """Reopened businesses with names, surest first."""
    with open_snapshot(home.current_snapshot()) as store:
        return store.rows(
            """SELECT s.*, f.name AS from_name, t.name AS to_name, t.address AS to_address, t.city AS to_city
               FROM out_successions s JOIN out_businesses f ON f.business_id = s.from_business
               JOIN out_businesses t ON t.business_id = s.to_business
               WHERE s.confidence >= ? ORDER BY s.confidence DESC, s.from_business, s.to_business""",
            [minimum],
        )
