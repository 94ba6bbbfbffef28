"""Look up anything in the current snapshot: a phone, name, address, contact, number of a paper, words of an ad.

Every row says by what it was found and when that held, so that an old number or a former premises still leads on.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from rapidfuzz import fuzz, process

from analysis.on_day import covers
from flows.stages.queries.finding import NAME_SCORE
from flows.stages.queries.timelines import stays_at
from pipeline.extract.contacts import find_handles, find_websites
from pipeline.extract.emails import find_emails
from pipeline.extract.phones import find_phones, normalize_phone
from pipeline.home import Home
from pipeline.resolve.compare import Comparison, compare_business_names, compare_person_names
from pipeline.resolve.names.romanization import fold
from pipeline.store.intelligence import Store, open_snapshot

PART_SCORE = 0.75  # every word of the text stands in the name
ROUGHLY = 45.0  # per cent of rapidfuzz: names that score less are not compared one by one
OF_RECORD = """
    SELECT r.record_id, r.kind, r.dataset, r.natural_key, r.entity_name, coalesce(r.received, r.issued) AS first_seen,
           coalesce(r.closed, r.expires) AS last_seen,
           coalesce(o.network_id, '') AS network_id
    FROM core_records r LEFT JOIN (
        SELECT f.owner_id, min(m.network_id) AS network_id
        FROM core_entities e, unnest(e.members) AS u(ref_id) JOIN core_refs f ON f.ref_id = u.ref_id
        JOIN out_network_members m ON m.entity_id = e.entity_id
        WHERE f.owner_kind = 'record' AND e.kind IN ('business', 'operator') GROUP BY f.owner_id) o
    ON o.owner_id = r.record_id"""


@dataclass(frozen=True, slots=True)
class Match:
    """One thing found. `why`: by what. The period is that of what it was found by, None where nobody can say."""

    kind: str
    id: str
    name: str
    why: str
    score: float
    network_id: str
    first_seen: date | None
    last_seen: date | None


def search(home: Home, text: str, limit: int = 25, on: date | None = None) -> tuple[list[dict[str, Any]], int]:
    """Best matches first, at most `limit`, and how many there are in all.

    Answers to a phone in any punctuation, a person's or business name in any order, an address (also a former one), an
    e-mail address, handle or website however it is written, the number of a license, application or filing, and to
    words of an ad in any order. `on`: only what held on that day by the periods known today.
    """
    text = " ".join(text.split())
    if not text:
        return [], 0
    with open_snapshot(home.current_snapshot()) as store:
        found = [match for finder in FINDERS for match in finder(store, text)]
    if on is not None:
        found = [m for m in found if covers(m.first_seen, m.last_seen, on)]
    ordered = sorted(_joined(found), key=lambda m: (-m.score, m.kind, m.id))
    return [_row(m) for m in ordered[:limit]], len(ordered)


def _row(match: Match) -> dict[str, Any]:
    return {name: getattr(match, name) for name in Match.__dataclass_fields__} | {"score": round(match.score, 3)}


def _joined(found: Iterable[Match]) -> list[Match]:
    """One row for each thing: found by the surest of its reasons, over all periods of that reason."""
    groups: dict[tuple[str, str], list[Match]] = defaultdict(list)
    for match in found:
        groups[match.kind, match.id].append(match)
    joined = []
    for matches in groups.values():
        best = max(matches, key=lambda m: m.score)
        same = [m for m in matches if m.why == best.why]
        first = [m.first_seen for m in same if m.first_seen]
        last = [m.last_seen for m in same if m.last_seen]
        joined.append(replace(best, first_seen=min(first, default=None), last_seen=max(last, default=None)))
    return joined


def _by_phone(store: Store, text: str) -> list[Match]:
    one = normalize_phone(text)
    numbers = [one] if one else sorted({m.e164 for m in find_phones(text) if m.e164})
    if not numbers:
        return []
    rows = store.rows(
        """SELECT b.business_id AS id, b.name, b.network_id, l.first_seen, l.last_seen
           FROM core_links l JOIN core_entities e ON e.entity_id = l.to_id
           JOIN out_businesses b ON b.business_id = l.from_id
           WHERE l.kind = 'uses_phone' AND list_contains(?::VARCHAR[], e.name)""",
        [numbers],
    )
    return [*_businesses(rows, "phone", 1.0), *_records_with(store, "phone", numbers, 0.9), *_beside(store, numbers)]


def _beside(store: Store, numbers: list[str]) -> list[Match]:
    """Ads whose pages show the number as one for fax, or as somebody else's."""
    rows = store.rows(
        """SELECT DISTINCT m.kind, a.ad_id, a.title, coalesce(b.network_id, '') AS network_id,
                  CAST(a.captured_at AS DATE) AS seen
           FROM core_mentions m JOIN core_ad_captures a USING (capture_id, ad_id)
           LEFT JOIN out_ads o USING (ad_id) LEFT JOIN out_businesses b USING (business_id)
           WHERE m.kind IN ('fax', 'page_phone') AND list_contains(?::VARCHAR[], m.value)""",
        [numbers],
    )
    why = {"fax": "fax", "page_phone": "number beside the ad, not its own"}
    return [
        Match("ad", r["ad_id"], r["title"], why[r["kind"]], 0.4, r["network_id"], r["seen"], r["seen"]) for r in rows
    ]


def _by_name(store: Store, text: str) -> list[Match]:
    return [*_businesses_named(store, text), *_people_named(store, text)]


def _businesses_named(store: Store, text: str) -> list[Match]:
    rows = store.rows(
        """SELECT business_id AS id, name, names, network_id, observed_first AS first_seen, observed_last AS last_seen
           FROM out_businesses"""
    )
    named = [(name, row) for row in rows for name in row.pop("names")]
    scores = _scores(text, {name for name, _ in named}, compare_business_names)
    return [
        replace(match, name=match.name if name == match.name else f"{match.name} (also {name})")
        for name, row in named
        if name in scores
        for match in _businesses([row], "business name", scores[name])
    ]


def _people_named(store: Store, text: str) -> list[Match]:
    """People with the papers that name them: namesakes are told apart by nothing else."""
    people = store.rows("SELECT entity_id, name FROM core_entities WHERE kind = 'operator'")
    scores = _scores(text, {r["name"] for r in people}, compare_person_names)
    with store.listed("people_meant", {r["entity_id"] for r in people if r["name"] in scores}):
        rows = store.rows(
            """SELECT e.entity_id, e.name, coalesce(any_value(m.network_id), '') AS network_id,
                      min(r.first_seen) AS first_seen, max(r.last_seen) AS last_seen,
                      count(DISTINCT k.record_id) AS papers, min(k.dataset || ' ' || k.natural_key) AS paper
               FROM core_entities e, unnest(e.members) AS u(ref_id) JOIN core_refs r ON r.ref_id = u.ref_id
               JOIN core_records k ON k.record_id = r.owner_id
               LEFT JOIN out_network_members m ON m.entity_id = e.entity_id
               WHERE e.entity_id IN (SELECT id FROM people_meant) GROUP BY e.entity_id, e.name"""
        )
    return [
        Match(
            kind="operator",
            id=row["entity_id"],
            name=f"{row['name']} · {row['paper']}" + (f" and {row['papers'] - 1} more" if row["papers"] > 1 else ""),
            why="person name",
            score=scores[row["name"]],
            network_id=row["network_id"],
            first_seen=row["first_seen"],
            last_seen=row["last_seen"],
        )
        for row in rows
    ]


def _scores(text: str, names: set[str], compare: Callable[[str, str], Comparison]) -> dict[str, float]:
    """Names that may be the one meant, and those in which every word of the text stands."""
    words = set(fold(text).split())
    scores = {}
    for name in _likely(text, names):
        score = compare(text, name).score
        if score < NAME_SCORE and words and words <= set(fold(name).replace(",", " ").split()):
            score = PART_SCORE
        if score >= PART_SCORE:
            scores[name] = score
    return scores


def _likely(text: str, names: set[str]) -> list[str]:
    """Names that are worth a close look. A name in another script than the text's is always one."""
    wanted = fold(text)
    order = sorted(names)
    folded = [fold(name) for name in order]
    alike = process.cdist([wanted], folded, scorer=fuzz.token_set_ratio)[0]
    joined = wanted.replace(" ", "")
    return [
        name
        for name, likeness, letters in zip(order, alike, folded, strict=True)
        if likeness >= ROUGHLY or not (name.isascii() and text.isascii()) or joined in letters.replace(" ", "")
    ]


def _by_address(store: Store, text: str) -> list[Match]:
    stays = stays_at(store, text)
    if not stays:
        return []
    rows = store.rows(
        "SELECT business_id AS id, name, network_id FROM out_businesses WHERE list_contains(?::VARCHAR[], business_id)",
        [sorted({s["business_id"] for s in stays})],
    )
    shops = {row["id"]: row for row in rows}
    held = [
        shops[s["business_id"]] | {"first_seen": s["first_seen"], "last_seen": s["last_seen"]}
        for s in stays
        if s["business_id"] in shops
    ]
    places = sorted({s["place"] for s in stays})
    return [*_businesses(held, "address", 0.95), *_records_with(store, "premises", places, 0.85)]


def _by_contact(store: Store, text: str) -> list[Match]:
    """By e-mail address, handle, website or site id, as the text writes it or as the bare name of a handle."""
    values = {m.value for finder in (find_emails, find_handles, find_websites) for m in finder(text)}
    bare = text.lower().lstrip("@")
    if not values and not re.fullmatch(r"[\w.:-]{3,}", bare):
        return []
    rows = store.rows(
        """SELECT DISTINCT m.kind AS why, a.ad_id, a.title, b.business_id, b.name,
                  coalesce(b.network_id, '') AS network_id,
                  CAST(a.captured_at AS DATE) AS first_seen, CAST(a.captured_at AS DATE) AS last_seen
           FROM core_mentions m JOIN core_ad_captures a USING (capture_id, ad_id)
           LEFT JOIN out_ads o USING (ad_id) LEFT JOIN out_businesses b USING (business_id)
           WHERE m.kind IN ('email', 'handle', 'website', 'site_id')
             AND (list_contains($1::VARCHAR[], lower(m.value)) OR lower(m.value) = $2
                  OR lower(regexp_extract(m.value, '^[^:]+:(.*)$', 1)) = $2)""",
        [sorted(v.lower() for v in values), bare],
    )
    found = []
    for row in rows:
        period = row["first_seen"], row["last_seen"]
        about = row["why"], 0.98, row["network_id"]
        if row["business_id"]:
            found.append(Match("business", row["business_id"], row["name"], *about, *period))
        found.append(Match("ad", row["ad_id"], row["title"], row["why"], 0.8, row["network_id"], *period))
    return found


def _by_number(store: Store, text: str) -> list[Match]:
    """By the number of a license, application, filing or other paper, with or without its punctuation; or of an ad."""
    bare = re.sub(r"[^0-9a-z]", "", text.lower())
    if len(bare) < 4 or not any(c.isdigit() for c in bare):
        return []
    rows = store.rows(f"{OF_RECORD} WHERE regexp_replace(lower(r.natural_key), '[^0-9a-z]', '', 'g') = ?", [bare])
    ads = store.rows(
        """SELECT a.ad_id AS id, any_value(a.title) AS name, coalesce(any_value(b.network_id), '') AS network_id,
                  CAST(min(a.captured_at) AS DATE) AS first_seen, CAST(max(a.captured_at) AS DATE) AS last_seen
           FROM core_ad_captures a LEFT JOIN out_ads o USING (ad_id) LEFT JOIN out_businesses b USING (business_id)
           WHERE lower(a.posting_id) = ? OR a.url = ? GROUP BY a.ad_id""",
        [text.lower(), text],
    )
    return _records(rows, "number", 1.0) + [Match("ad", score=1.0, why="number or address of the ad", **r) for r in ads]


def _by_words(store: Store, text: str) -> list[Match]:
    """By words of an ad: all of them, in any order; together and in this order counts more."""
    rows = store.rows(
        """SELECT a.ad_id AS id, any_value(a.title) AS name, coalesce(any_value(b.network_id), '') AS network_id,
                  bool_or(contains(lower(a.title || ' ' || a.body), $1)) AS together,
                  CAST(min(a.captured_at) AS DATE) AS first_seen, CAST(max(a.captured_at) AS DATE) AS last_seen
           FROM core_ad_captures a LEFT JOIN out_ads o USING (ad_id) LEFT JOIN out_businesses b USING (business_id)
           WHERE len(list_filter($2::VARCHAR[], lambda w: NOT contains(lower(a.title || ' ' || a.body), w))) = 0
           GROUP BY a.ad_id""",
        [text.lower(), text.lower().split()],
    )
    return [Match("ad", why="ad text", score=0.6 if row.pop("together") else 0.5, **row) for row in rows]


def _records_with(store: Store, role: str, values: list[str], score: float) -> list[Match]:
    rows = store.rows(
        f"""{OF_RECORD} WHERE r.record_id IN (SELECT owner_id FROM core_refs
            WHERE owner_kind = 'record' AND role = ? AND list_contains(?::VARCHAR[], name))""",
        [role, values],
    )
    return _records(rows, "phone" if role == "phone" else "address", score)


def _records(rows: Iterable[dict[str, Any]], why: str, score: float) -> list[Match]:
    return [
        Match(
            kind=row["kind"],
            id=row["record_id"],
            name=" · ".join(filter(None, (row["entity_name"], row["dataset"], row["natural_key"]))),
            why=why,
            score=score,
            network_id=row["network_id"],
            first_seen=row["first_seen"],
            last_seen=row["last_seen"],
        )
        for row in rows
    ]


def _businesses(rows: Iterable[dict[str, Any]], why: str, score: float) -> list[Match]:
    return [Match("business", why=why, score=score, **row) for row in rows]


FINDERS = (_by_phone, _by_name, _by_address, _by_contact, _by_number, _by_words)
