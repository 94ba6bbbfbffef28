"""Links, networks, successions, standings, businesses: what was touched is computed anew, the rest stays.

The tables are those of computing everything. What is kept for the next build is in the `networks_` tables of the
working database (`reach.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from analysis.networks.region import Results, compute, damped, key_rows, last_days
from analysis.networks.wording import template_links
from flows.stages.networks.reach import Given, Reach, begin, damped_rows, finish, reach
from flows.stages.networks.region import load_all
from flows.stages.networks.rows import (
    Networks,
    hub_row,
    link_row,
    load_links,
    load_networks,
    load_standings,
    load_successions,
    member_rows,
    network_row,
    standing_row,
    succession_row,
)
from flows.stages.networks.templating import write_templates
from flows.stages.resolution.refs import kept_refs
from flows.stages.resolution.resolving import Resolved, kept_entities
from pipeline.model import Decision, Succession, stable_id
from pipeline.store.intelligence import Store

WORDING = "shared_template"  # found among all ads at once, and binding nobody
# What to forget of the businesses in a table `region(id)`.
_FORGET = f"""
    DELETE FROM core_links WHERE kind <> '{WORDING}' AND (from_id IN (FROM region) OR to_id IN (FROM region));
    DELETE FROM core_hubs WHERE hub_id IN (
        SELECT hub_id FROM (SELECT hub_id, unnest(businesses) AS id FROM core_hubs) SEMI JOIN region USING (id)
        UNION FROM region_hubs);
    DELETE FROM networks_hub_users WHERE business_id IN (FROM region) OR kind || ':' || value IN (FROM region_values);
    DELETE FROM core_networks WHERE network_id IN (
        SELECT network_id FROM core_network_members WHERE entity_id IN (FROM region));
    DELETE FROM core_network_members WHERE network_id NOT IN (SELECT network_id FROM core_networks);
    DELETE FROM core_successions WHERE from_business IN (FROM region) OR to_business IN (FROM region);
    DELETE FROM networks_succession_sources WHERE from_business IN (FROM region) OR to_business IN (FROM region);
    DELETE FROM core_standings WHERE business_id IN (FROM region);
    DELETE FROM core_businesses WHERE business_id IN (FROM region);
    DELETE FROM networks_keys WHERE business_id IN (FROM region);
    DELETE FROM networks_days WHERE business_id IN (FROM region)"""
_ALL = (
    "core_links", "core_hubs", "core_networks", "core_network_members", "core_successions", "core_standings",
    "core_businesses", "networks_succession_sources", "networks_keys", "networks_hub_users", "networks_days",
)  # fmt: skip


def write_networks(
    store: Store, resolved: Resolved, decided: Mapping[str, tuple[str, str]], decisions: Sequence[Decision] = ()
) -> Networks:
    """Bring everything between entities up to date, and hand it back whole. `decided`: business -> (standing, reason)
    set by people."""
    whole = update_networks(store, decided, decisions, resolved)[1]
    wording = template_links(resolved.entities, resolved.refs, write_templates(store))
    with store.transaction():
        store.connection.execute(f"DELETE FROM core_links WHERE kind = '{WORDING}'")
        store.insert("core_links", map(link_row, wording))
    if whole is not None:
        links = sorted([*whole.links, *wording], key=lambda k: (k.from_id, k.to_id, k.kind))
        return Networks(links, whole.networks, whole.successions, whole.standings)
    return Networks(load_links(store), load_networks(store), _with_sources(store), load_standings(store))


def update_networks(
    store: Store,
    decided: Mapping[str, tuple[str, str]],
    decisions: Sequence[Decision] = (),
    resolved: Resolved | None = None,
) -> tuple[int, Results | None]:
    """Compute anew what hangs together with what changed since the last time.

    Returns how many businesses that were, and the results when they are those of all. `resolved`: all refs and
    entities, where they have been read already.
    """
    apart = sorted({(d.ref_a, d.ref_b) for d in decisions if d.scope == "network" and not d.same})
    given = Given(dict(decided), apart)
    with store.transaction():
        begin(store)
        touched = reach(store, given)
        if touched.region is not None and not touched.businesses:
            finish(store, touched, given)
            return 0, None
        region = touched.region or (
            load_all(store, touched.until, resolved.entities, resolved.refs)
            if resolved
            else load_all(store, touched.until, kept_entities(store), kept_refs(store))
        )
        results = compute(region, given.decided, apart)
        _forget(store, touched)
        _write(store, results)
        finish(store, touched, given)
    return len(results.businesses), None if touched.region else results


def _forget(store: Store, touched: Reach) -> None:
    if touched.region is None:
        for table in _ALL:
            store.connection.execute(f"DELETE FROM {table}")
        return
    hubs = touched.region.beside.hub_users.keys()
    with (
        store.listed("region", touched.businesses),
        store.listed("region_hubs", {stable_id("hub", *hub) for hub in hubs}),
        store.listed("region_values", {":".join(hub) for hub in hubs}),
    ):
        for statement in _FORGET.split(";"):
            store.connection.execute(statement)


def _write(store: Store, found: Results) -> None:
    store.insert("core_links", map(link_row, found.links))
    store.insert("core_hubs", map(hub_row, found.hubs))
    store.insert("core_networks", map(network_row, found.networks))
    store.insert("core_network_members", (row for n in found.networks for row in member_rows(n)))
    store.insert("core_successions", map(succession_row, found.successions))
    store.insert("core_standings", (standing_row(i, one) for i, one in sorted(found.standings.items())))
    store.insert("core_businesses", found.businesses)
    store.append(
        "networks_succession_sources", [(s.from_business, s.to_business, list(s.sources)) for s in found.successions]
    )
    store.append("networks_keys", key_rows(found.keys, damped(found.hubs)))
    store.append("networks_hub_users", damped_rows(found.hubs))
    store.append("networks_days", list(last_days(found.facts)))


def _with_sources(store: Store) -> list[Succession]:
    rows = store.connection.execute("FROM networks_succession_sources").fetchall()
    sources = {(old, new): tuple(some) for old, new, some in rows}
    return [replace(s, sources=sources[s.from_business, s.to_business]) for s in load_successions(store)]
