"""What of a network is worth ink: its businesses, and what two or more of them share.

What one business uses alone is listed, not drawn. A network too large to read is drawn in groups: businesses that share
exactly the same things become one mark, and the things that fewest share are left out, which is said.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from analysis.export.graph import SUCCEEDED, Graph, Row
from analysis.networks.groups import Groups
from analysis.picture.cliques import Pair, cliques
from analysis.picture.drawing import lines_of

THINGS = ("operator", "phone", "premises")
THING_OF = {"shared_operator": "operator", "shared_phone": "phone", "shared_premises": "premises"}
REST = ("",)  # the group of businesses that share nothing that is drawn
MOST = 60  # marks that a page can hold and an eye can follow
VERBS = {"operator": "on the records of", "phone": "number of", "premises": "address of", "other": "among"}
_NAMELESS = re.compile(r"\(no name(?:, (\+\d+))?(?:, from [0-9-]+)?\)")  # as facts.unnamed calls them
_NUMBER = re.compile(r"\+1(\d{3})(\d{3})(\d{4})")
WORDS = {
    "shared_email": "same e-mail address", "shared_handle": "same messenger handle", "shared_website": "same website",
    "shared_site_id": "same tracking id", "shared_template": "same wording", "shared_phone": "same phone",
    "shared_premises": "same premises", "shared_operator": "same operator",
    "shared_account": "same account on a site",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """One mark: its kind and the lines of its label, the last of them small when `dated`."""

    item_id: str
    kind: str
    lines: tuple[str, ...]
    told: str  # for a pointer that rests on it
    dated: bool = False


@dataclass
class Scene:
    """Marks, lines between them (ids, sorted; and the sentence of each), and what was left out, in words."""

    items: list[Item] = field(default_factory=list)
    ties: list[tuple[str, str, str]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    shared: list[tuple[int, str, str]] = field(default_factory=list)  # (users, kind, label), most shared first


def make_scene(graph: Graph, most: int = MOST) -> Scene:
    """The scene of a graph, the same for the same graph."""
    nodes = dict(graph.by_id)
    uses = _uses(graph, nodes)
    _add_cliques(graph, nodes, uses)
    shops = {i for i, n in nodes.items() if n["kind"] in {"business", "area"}}
    shared = {t: set(users) for t, users in uses.items() if len(users) > 1}
    alone = sum(len(users) == 1 for users in uses.values())
    scene = Scene(shared=sorted(
        ((len(u), str(nodes[t]["kind"]), shown_name(nodes[t])) for t, u in shared.items()),
        key=lambda s: (-s[0], s[1], s[2]),
    ))  # fmt: skip
    direct, untold = _direct(graph, nodes, shared)
    if len(shops) <= 3:
        shared, alone = {t: set(users) for t, users in uses.items() if users}, 0
    groups, kept, dropped = _grouped(shops, shared, direct, most)
    if alone:
        things = "number, person or address" if alone == 1 else "numbers, people and addresses"
        scene.left_out.append(
            f"{alone} {things} that one business alone uses {'is' if alone == 1 else 'are'} not drawn"
        )
    if untold:
        ties = "tie that joins no others is" if untold == 1 else "ties that join no others are"
        scene.left_out.append(f"{untold} further {ties} not drawn")
    if dropped:
        scene.left_out.append(f"{dropped} things that only few share are left out, for the eye")
    if len(groups) < len(shops):
        scene.left_out.append("businesses that share exactly the same are drawn as one mark")
    _fill(scene, nodes, groups, {t: shared[t] for t in kept}, uses, direct)
    return scene


def _uses(graph: Graph, nodes: Mapping[str, Row]) -> dict[str, dict[str, str]]:
    """thing -> business -> the sentence of its use."""
    uses: dict[str, dict[str, str]] = {i: {} for i, n in nodes.items() if n["kind"] in THINGS}
    for edge in graph.edges:
        a, b = str(edge["from_id"]), str(edge["to_id"])
        for thing, shop in ((a, b), (b, a)):
            if thing in uses and nodes[shop]["kind"] == "business":
                uses[thing].setdefault(shop, str(edge["sentence"] or edge["kind"]))
    return uses


def _add_cliques(graph: Graph, nodes: dict[str, Row], uses: dict[str, dict[str, str]]) -> None:
    """What three businesses or more share without a mark of its own: an e-mail, an owner whose name is not shown."""
    by_kind: dict[str, dict[Pair, str]] = defaultdict(dict)
    used = _used(uses)
    for edge in _between_shops(graph, nodes):
        a, b = str(edge["from_id"]), str(edge["to_id"])
        if not _is_shown(str(edge["kind"]), used[a] & used[b], nodes):
            by_kind[str(edge["kind"])][a, b] = str(edge["sentence"])
    for kind, pairs in sorted(by_kind.items()):
        for number, group in enumerate(cliques(pairs)):
            inside = [sentence for pair, sentence in sorted(pairs.items()) if set(pair) <= set(group)]
            mark = f"tie-{kind}-{number}"
            nodes[mark] = {"id": mark, "kind": "other", "label": WORDS.get(kind, kind.replace("_", " "))}
            uses[mark] = dict.fromkeys(group, inside[0])


def _is_shown(kind: str, both_use: Iterable[str], nodes: Mapping[str, Row]) -> bool:
    """Whether a thing that both use is what a tie of the kind is about."""
    return any(nodes[t]["kind"] == THING_OF.get(kind) or t.startswith(f"tie-{kind}-") for t in both_use)


def _used(uses: Mapping[str, Iterable[str]]) -> defaultdict[str, set[str]]:
    """business -> the things it uses."""
    used: defaultdict[str, set[str]] = defaultdict(set)
    for thing, users in uses.items():
        for user in users:
            used[user].add(thing)
    return used


def _between_shops(graph: Graph, nodes: Mapping[str, Row]) -> list[Row]:
    """Binding ties between two businesses, strongest first."""
    rest = [e for e in graph.edges if e["binding"] == "yes" and e["kind"] != SUCCEEDED]
    rest = [e for e in rest if {nodes[str(e[end])]["kind"] for end in ("from_id", "to_id")} == {"business"}]
    return sorted(rest, key=lambda e: (-float(e["probability"]), str(e["from_id"]), str(e["to_id"])))


def _direct(
    graph: Graph, nodes: Mapping[str, Row], shared: Mapping[str, set[str]]
) -> tuple[list[tuple[str, str, Row]], int]:
    """Ties that no drawn thing shows: as few as hold the network together, strongest first; and how many more."""
    groups = Groups()
    for users in shared.values():
        first, *others = sorted(users)
        for other in others:
            groups.union(first, other)
    used = _used(shared)
    found, pairs, drawn = [], set(), set()
    for edge in _between_shops(graph, nodes):
        a, b = str(edge["from_id"]), str(edge["to_id"])
        if _is_shown(str(edge["kind"]), used[a] & used[b], nodes):
            continue
        pairs.add((a, b))
        if groups.find(a) != groups.find(b):
            groups.union(a, b)
            found.append((a, b, edge))
            drawn.add((a, b))
    return found, len(pairs - drawn)


def _grouped(
    shops: set[str], shared: Mapping[str, set[str]], direct: list[tuple[str, str, Row]], most: int
) -> tuple[dict[tuple[str, ...], list[str]], list[str], int]:
    """(group -> businesses, things kept, things dropped). Groups only where the whole would not fit."""
    kept = sorted(shared, key=lambda t: (-len(shared[t]), t))
    if len(shops) + len(kept) + len(direct) <= most:
        return {(s,): [s] for s in sorted(shops)}, kept, 0
    single = {s for a, b, _ in direct for s in (a, b)} if len(direct) < most / 4 else set()
    while True:
        groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for shop in sorted(shops):
            used = tuple(t for t in kept if shop in shared[t])
            groups[(shop,) if shop in single else used or REST].append(shop)
        if len(groups) + len(kept) <= most or len(kept) <= 2:
            return dict(groups), kept, len(shared) - len(kept)
        kept = kept[: max(2, int(len(kept) * 0.9) - 1)]


def _fill(
    scene: Scene, nodes: Mapping[str, Row], groups: Mapping[tuple[str, ...], list[str]],
    shared: Mapping[str, set[str]], uses: Mapping[str, Mapping[str, str]], direct: list[tuple[str, str, Row]],
) -> None:  # fmt: skip
    of: dict[str, str] = {}
    for key, shops in groups.items():
        of |= dict.fromkeys(shops, shops[0])
        rest = "tied by what is left out" if key == REST else ""
        one = len(shops) == 1 and not rest
        scene.items.append(_shop(nodes[shops[0]]) if one else _several([nodes[s] for s in shops], rest))
    for thing, users in sorted(shared.items()):
        node, count = nodes[thing], len(users)
        kind = str(node["kind"])
        more = (f"{VERBS[kind]} {count}",) if count > 1 else ()
        scene.items.append(Item(thing, kind, (*lines_of(shown_name(node), 24, 3), *more), shown_name(node), bool(more)))
        for target in sorted({of[u] for u in users}):
            scene.ties.append((target, thing, uses[thing].get(target, "")))
    for number, (a, b, edge) in enumerate(direct):
        if of[a] == of[b]:
            continue
        kind = str(edge["kind"])
        tie = f"tie-{number}"
        words = WORDS.get(kind, kind.replace("_", " "))
        scene.items.append(Item(tie, "other", tuple(lines_of(words, 24, 2)), str(edge["sentence"])))
        scene.ties += [(of[a], tie, str(edge["sentence"])), (of[b], tie, str(edge["sentence"]))]


def shown_name(node: Row) -> str:
    """A name as a page has it: numbers as people write them, ads that name no business called that."""
    label = str(node["label"])
    if nameless := _NAMELESS.fullmatch(label):
        return f"ads without a name, {shown_phone(nameless[1])}" if nameless[1] else "ads without a name"
    return shown_phone(label)


def shown_phone(text: str) -> str:
    """ "+14175550101" -> "(417) 555-0101"; anything else as it is."""
    found = _NUMBER.fullmatch(text)
    return f"({found[1]}) {found[2]}-{found[3]}" if found else text


def kind_of(node: Row) -> str:
    """The kind that chooses shape and color: linked and cleared businesses are drawn apart from advertised ones."""
    if node["kind"] == "business" and node.get("standing") == "cleared":
        return "cleared"
    return "linked" if node["kind"] == "business" and node["role"] == "linked business" else str(node["kind"])


def _shop(node: Row) -> Item:
    lines = lines_of(shown_name(node), 24, 3)
    first, last = str(node["first_seen"])[:7], str(node["last_seen"])[:7]
    dates = (first if first == last else f"{first} to {last}",) if first else ()
    told = ", ".join(p for p in (shown_name(node), str(node["address"]), str(node["city"])) if p)
    return Item(str(node["id"]), kind_of(node), (*lines, *dates), told, bool(dates))


def _several(nodes: list[Row], rest: str = "") -> Item:
    names = sorted({shown_name(n) for n in nodes})
    seen = [str(n[c]) for n in nodes for c in ("first_seen", "last_seen") if n[c]]
    dates = (f"{min(seen)[:7]} to {max(seen)[:7]}",) if seen else ()
    told = f"{len(nodes)} businesses: {', '.join(names)}"
    kind = "business" if any(kind_of(n) == "business" for n in nodes) else "linked"
    listed = lines_of(rest, 26, 2) if rest else lines_of(", ".join(names), 26, 2)
    lines = (f"{len(nodes)} {'businesses:' if len(nodes) > 1 else 'business:'}", *listed)
    return Item(str(nodes[0]["id"]), kind, (*lines, *dates), told, bool(dates))
