"""What people decide: standings, and that two refs are or are not the same."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Literal

from flows.stages.decisions.retracting import in_words, rests_on
from flows.stages.resolution.ref_tables import EXACT_ROLES
from pipeline.errors import FixInput, NotFound
from pipeline.home import Home
from pipeline.model import Decision
from pipeline.resolve.cluster import spokesman
from pipeline.store.casework import Casework
from pipeline.store.decided import Contradiction
from pipeline.store.intelligence import Store, open_snapshot


def set_standing(home: Home, business_id: str, standing: str, why: str, user: str) -> dict[str, Any]:
    """Record a standing for a business of the current snapshot; a beginning of its id, or of one it had, is enough. Of
    one that is cleared, what rested on it is told."""
    casework = Casework(home.casework_url)
    with open_snapshot(home.current_snapshot()) as store:
        business = _business(store, casework, business_id)
    now = casework.set_standing(business, standing, user, why)
    if standing == "designated" and now != "designated":
        sentence = "Recorded. Designation takes effect when a second user has said it too."
    else:
        sentence = f"Standing is now {now}. Screenings go by it at once, all else from the next build: imb build"
    report: dict[str, Any] = {"business_id": business, "standing": now or "unchanged", "sentence": sentence}
    if now in {"cleared", "unknown"}:
        report["resting"] = resting = rests_on(home, business)
        report["sentence"] = " ".join(filter(None, (sentence, in_words(resting))))
    return report


def list_standings(home: Home) -> list[dict[str, Any]]:
    """Businesses whose standing is not unknown, with the reason."""
    decided = Casework(home.casework_url).standings()
    with open_snapshot(home.current_snapshot()) as store:
        rows = store.rows(
            """SELECT s.business_id, b.name, s.standing, s.reason FROM core_standings s
               JOIN core_businesses b USING (business_id) ORDER BY s.standing, b.name, s.business_id"""
        )
    rows = [{**r, "standing": decided.get(r["business_id"], r["standing"])} for r in rows]
    return [r for r in rows if r["standing"] != "unknown"]


def decide_pair(
    home: Home, same: bool, first: str, second: str, why: str, user: str, *, network: bool | None = None
) -> dict[str, Any]:
    """Record a decision on two refs, or on two entities by the refs that speak for them.

    `network`: that the two do not belong to one network either. By default this is what "not the same" means of two
    that are different businesses of one network already.
    """
    casework = Casework(home.casework_url)
    with open_snapshot(home.current_snapshot()) as store:
        ref_a, members_a = _ref(store, casework, first)
        ref_b, members_b = _ref(store, casework, second)
        _check_roles(store, ref_a, ref_b)
        shared = "" if same else _shared_network(store, ref_a, ref_b)
    if network and not shared:
        raise FixInput("They are not two businesses of one network. Leave --network out: nothing has to be cut.")
    scope: Literal["entity", "network"] = "network" if shared and network is not False else "entity"
    decision = casework.decide(same, ref_a, ref_b, [*members_a, *members_b], user, why, scope)
    word = "the same" if same else "not the same"
    if scope == "network":
        word = f"two businesses that do not belong to one network (now {shared[:13]}); the weakest step between is cut"
    return {
        "decision_id": decision.decision_id,
        "ref_a": decision.ref_a,
        "ref_b": decision.ref_b,
        "same": same,
        "scope": scope,
        "sentence": f"Recorded: {word}. " + (_against(casework, decision) or "It binds from the next build: imb build"),
    }


_IN_WORDS = {"business": "a business", "operator": "an operator", "premises": "premises", "phone": "phones"}


def _check_roles(store: Store, ref_a: str, ref_b: str) -> None:
    """Raises FixInput for what no decision can join or part: it would be recorded and never carried out."""
    rows = store.rows("SELECT DISTINCT role FROM core_refs WHERE ref_id IN (?, ?) ORDER BY role", [ref_a, ref_b])
    kinds = " and ".join(_IN_WORDS[r["role"]] for r in rows)
    if len(rows) > 1:
        raise FixInput(f"These are {kinds}, which are never one. Name two businesses or operators; ids: imb search")
    if rows and rows[0]["role"] in EXACT_ROLES:
        raise FixInput(
            f"These are {kinds}, which are one where they are written the same, whatever is decided. Decide about the "
            "businesses or operators there; imb search shows their ids."
        )


def _against(casework: Casework, decision: Decision) -> str:
    """What others said that cannot be true as well; "" when nothing is."""
    found = [c for c in casework.conflicts() if decision.decision_id in {d.decision_id for d in c.said}]
    if not found:
        return ""
    others = {_said(d): None for c in found for d in c.said if d.decision_id != decision.decision_id}
    settle = _to_settle(found[0])
    return f"It contradicts {'; '.join(others)}. Until a supervisor decides ({settle}) the two are kept apart."


def list_conflicts(home: Home) -> list[dict[str, str]]:
    """Decisions that cannot all be true: the pair, who said what, and how a supervisor settles it."""
    found = Casework(home.casework_url).conflicts()
    names = _names(home, {ref for c in found for ref in c.pair})
    return [
        {
            "ref_a": c.pair[0],
            "ref_b": c.pair[1],
            "names": " / ".join(names.get(ref, "(no name)") for ref in c.pair),
            "said": "; ".join(_said(d) for d in c.said),
            "settle": _to_settle(c),
        }
        for c in found
    ]


def _said(decision: Decision) -> str:
    word = "the same" if decision.same else "not the same"
    return f"{decision.user}, {decision.decided_at:%Y-%m-%d}: {word} ({decision.reason})"


def _to_settle(found: Contradiction) -> str:
    return f"imb decide same|not-same {found.pair[0]} {found.pair[1]}"


def _names(home: Home, refs: Collection[str]) -> dict[str, str]:
    if not refs:
        return {}
    with open_snapshot(home.current_snapshot()) as store, store.listed("asked", refs):
        rows = store.rows("SELECT ref_id, name FROM core_refs SEMI JOIN asked ON id = ref_id WHERE name <> ''")
    return {r["ref_id"]: r["name"] for r in rows}


def _shared_network(store: Store, ref_a: str, ref_b: str) -> str:
    """The network of which the two refs are different businesses; "" when there is none."""
    rows = store.rows(
        """SELECT m.network_id, count(DISTINCT e.entity_id) AS businesses
           FROM core_network_members m JOIN core_entities e USING (entity_id)
           WHERE m.kind = 'business' AND (list_contains(e.members, $1) OR list_contains(e.members, $2))
           GROUP BY m.network_id HAVING businesses = 2""",
        [ref_a, ref_b],
    )
    return str(rows[0]["network_id"]) if rows else ""


def _business(store: Store, casework: Casework, beginning: str) -> str:
    found = _entities(store, casework, beginning, "business")
    if len(found) != 1:
        number = "No" if not found else "More than one"
        raise NotFound(f"{number} business has an id like {beginning!r}. Try: imb search")
    return str(found[0]["entity_id"])


def _entities(store: Store, casework: Casework, beginning: str, kind: str = "") -> list[dict[str, Any]]:
    """At most two entities whose id begins so; where there is none, the one that had such an id before."""
    query = "SELECT entity_id, members FROM core_entities WHERE starts_with(entity_id, ?) AND ? IN ('', kind) LIMIT 2"
    found = store.rows(query, [beginning, kind])
    if not found and (present := casework.present_id(beginning)):
        found = store.rows(query, [present, kind])
    return found


def _ref(store: Store, casework: Casework, given: str) -> tuple[str, list[str]]:
    """A ref by id, or the one that speaks for an entity; with the members that were shown."""
    refs = store.rows("SELECT ref_id FROM core_refs WHERE starts_with(ref_id, ?) LIMIT 2", [given])
    if len(refs) == 1:
        return str(refs[0]["ref_id"]), [str(refs[0]["ref_id"])]
    entities = _entities(store, casework, given)
    if len(entities) != 1:
        raise NotFound(f"No single ref or entity has an id like {given!r}. Look it up: imb search TEXT")
    members = [str(m) for m in entities[0]["members"]]
    with store.listed("shown", members):
        rows = store.rows(
            "SELECT ref_id, lane, record_kind, name, intake_seq FROM core_refs SEMI JOIN shown ON id = ref_id"
        )
    return spokesman(rows), members
