"""Find in the current snapshot: captures as exhibits, networks, templates and successions."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from analysis.network import spanning_tree
from flows.stages.timelines import businesses_at
from pipeline.errors import NotFound
from pipeline.extract.phones import normalize_phone
from pipeline.home import Home
from pipeline.resolve.compare import compare_business_names
from pipeline.store.intelligence import Store, open_snapshot

NAME_SCORE = 0.85  # from here on two names may be one
SHORT_ID = 8  # characters of a network id that tables show at least
QUOTED = ("phone", "address", "business_name", "website")


def businesses_called(store: Store, wanted: str) -> list[str]:
    """Ids of the businesses that the beginning of an id names, else a name: the best likeness only."""
    by_id = "SELECT business_id FROM out_businesses WHERE starts_with(business_id, ?) ORDER BY business_id"
    if found := store.rows(by_id, [wanted.strip().lower() or "?"]):
        return [r["business_id"] for r in found]
    scored = [
        (max((compare_business_names(wanted, n).score for n in r["names"]), default=0.0), r["business_id"])
        for r in store.rows("SELECT business_id, names FROM out_businesses ORDER BY business_id")
    ]
    best = max((score for score, _ in scored), default=0.0)
    return [business for score, business in scored if score == best] if best >= NAME_SCORE else []


def find_captures(
    home: Home,
    *,
    business: str = "",
    phone: str = "",
    address: str = "",
    network: str = "",
    capture: str = "",
    ad: str = "",
    listed: Collection[str] = (),
    since: date | None = None,
    until: date | None = None,
) -> list[dict[str, Any]]:
    """Captures of ads that answer to all given conditions, oldest first.

    `ad`: its id, its address or the site's own number for it. `listed`: ids of captures, ads, businesses or networks or
    addresses of ads, any of which will do (the list of a case).

    Rows: capture_id, ad_id, site, url, captured_at, business_id, business_name, title, posted_earliest, posted_latest
    (the ad's own claimed date). Raises NotFound when there is none.
    """
    with open_snapshot(home.current_snapshot()) as store:
        ids = _businesses(store, business, network) if business or network else None
        rows = store.rows(
            """SELECT a.capture_id, a.ad_id, a.site, c.url, a.captured_at, o.business_id, o.business_name, o.title,
                      a.posted_earliest, a.posted_latest
               FROM core_ad_captures a JOIN raw_captures c USING (capture_id) JOIN out_ads o ON o.ad_id = a.ad_id
               WHERE (? IS NULL OR CAST(a.captured_at AS DATE) >= ?) AND (? IS NULL OR CAST(a.captured_at AS DATE) <= ?)
                 AND (? = '' OR a.capture_id = ?) AND (? = '' OR ? IN (a.ad_id, a.posting_id, c.url))
               ORDER BY a.captured_at, a.capture_id""",
            [since, since, until, until, capture, capture, ad, ad],
        )
        if ids is not None:
            rows = [r for r in rows if r["business_id"] in ids]
        if listed:
            rows = _listed(store, rows, set(listed))
        if phone:
            rows = _with_value(store, rows, "phone", {normalize_phone(phone) or phone})
        if address:
            rows = _with_address(store, rows, address)
    if not rows:
        raise NotFound("No capture answers to that. Look it up first with: imb search TEXT")
    return rows


def mentions(home: Home, capture_ids: Iterable[str]) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """What ads of these captures say of a business, by (capture id, ad id), in the order of the page.

    Rows: kind, value, quote, field, node, start, end. Only kinds that a prosecutor's package shows.
    """
    found: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    with open_snapshot(home.current_snapshot()) as store:
        rows = store.rows(
            """SELECT DISTINCT capture_id, ad_id, kind, value, quote, field, node, "start", "end" FROM core_mentions
               WHERE list_contains(?::VARCHAR[], capture_id) AND list_contains(?::VARCHAR[], kind) AND quote <> ''
               ORDER BY capture_id, ad_id, field = 'text' DESC, field, "start", kind, value""",
            [sorted(set(capture_ids)), list(QUOTED)],
        )
    for row in rows:
        found[row.pop("capture_id"), row.pop("ad_id")].append(row)
    return found


def _listed(store: Store, rows: list[dict[str, Any]], wanted: set[str]) -> list[dict[str, Any]]:
    """Rows that the list names in one way or another. Raises NotFound for a line that names nothing."""
    networks = {
        r["business_id"]: r["network_id"] for r in store.rows("SELECT business_id, network_id FROM out_businesses")
    }
    names = ("capture_id", "ad_id", "url", "business_id")
    begun = {w: {n for n in networks.values() if len(w) >= SHORT_ID and n.startswith(w)} for w in wanted}
    sought = wanted.union(*begun.values())  # a network may be named by the beginning of its id, as tables show it
    known = [(r, {r[n] for n in names} | {networks.get(r["business_id"], "")}) for r in rows]
    have = set().union(*(k for _, k in known))
    if missing := sorted(w for w in wanted if have.isdisjoint({w, *begun[w]})):
        raise NotFound(
            f"The list names what is no capture, ad, business or network with a capture in this period: "
            f"{', '.join(map(repr, missing[:5]))}{f' and {len(missing) - 5} more' if len(missing) > 5 else ''}."
        )
    return [r for r, k in known if k & sought]


def _businesses(store: Store, business: str, network: str) -> set[str]:
    rows = store.rows("SELECT business_id, names, network_id FROM out_businesses")
    if network:
        rows = [r for r in rows if r["network_id"].startswith(network)]
    if not business:
        return {r["business_id"] for r in rows}
    exact = {r["business_id"] for r in rows if r["business_id"] == business}
    return exact or {
        r["business_id"]
        for r in rows
        if any(compare_business_names(business, n).score >= NAME_SCORE for n in r["names"])
    }


def _with_value(store: Store, rows: list[dict[str, Any]], kind: str, values: set[str]) -> list[dict[str, Any]]:
    have = {
        (r["capture_id"], r["ad_id"])
        for r in store.rows(
            "SELECT capture_id, ad_id FROM core_mentions WHERE kind = ? AND list_contains(?::VARCHAR[], value)",
            [kind, sorted(values)],
        )
    }
    return [r for r in rows if (r["capture_id"], r["ad_id"]) in have]


def _with_address(store: Store, rows: list[dict[str, Any]], address: str) -> list[dict[str, Any]]:
    here = businesses_at(store, address)
    return [r for r in rows if r["business_id"] in here]


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
            raise NotFound(f"{len(rows)} networks begin with {network_id!r}. List them with: imb network list")
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


def list_hubs(home: Home) -> list[dict[str, Any]]:
    """Identifiers that bind nobody, most widely used first."""
    with open_snapshot(home.current_snapshot()) as store:
        return store.rows("SELECT * FROM core_hubs ORDER BY degree DESC, kind, value")


def _present_id(home: Home, beginning: str) -> str | None:
    from flows.stages.network_history import present_id  # casework, which most searches do not need

    return present_id(home, beginning)


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
            raise NotFound(f"{len(rows)} templates begin with {template_id!r}. List them with: imb template list")
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
