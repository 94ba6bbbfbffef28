"""Find in the current snapshot: businesses by name, captures as exhibits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from flows.stages.queries.timelines import businesses_at
from pipeline.errors import NotFound
from pipeline.extract.phones import normalize_phone
from pipeline.home import Home
from pipeline.resolve.compare import compare_business_names
from pipeline.store.intelligence import Store, open_snapshot

NAME_SCORE = 0.85  # from here on two names may be one
SHORT_ID = 8  # characters of a network id that tables show at least
PHONES = ("phone", "fax")  # no "page_phone": what another business's number stands beside is no exhibit of it
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
            rows = _with_value(store, rows, PHONES, {normalize_phone(phone) or phone})
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
            f"{', '.join(map(repr, missing[:5]))}{f' and {len(missing) - 5} more' if len(missing) > 5 else ''}. "
            "Correct these lines, or give another period."
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


def _with_value(
    store: Store, rows: list[dict[str, Any]], kinds: Sequence[str], values: set[str]
) -> list[dict[str, Any]]:
    have = {
        (r["capture_id"], r["ad_id"])
        for r in store.rows(
            """SELECT capture_id, ad_id FROM core_mentions
               WHERE list_contains(?::VARCHAR[], kind) AND list_contains(?::VARCHAR[], value)""",
            [list(kinds), sorted(values)],
        )
    }
    return [r for r in rows if (r["capture_id"], r["ad_id"]) in have]


def _with_address(store: Store, rows: list[dict[str, Any]], address: str) -> list[dict[str, Any]]:
    here = businesses_at(store, address)
    return [r for r in rows if r["business_id"] in here]
