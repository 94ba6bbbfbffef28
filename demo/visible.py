"""What somebody with all files and captures in hand can see: one row of facts per ad and record, and the ties between.

Two items are tied by a number both use in overlapping or near (at most 60 days) periods, by an e-mail or handle, by an
operator named with the same date of birth on both, by one suite used in overlapping or near periods, or by links among
the ads of one account. Answering services tie nobody; neither do premises or a number after a longer gap.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from demo import site_board, site_forum, site_parlor
from demo.collector import visits
from demo.markup import Shelf
from demo.papers import CITY, ROSTER
from demo.postings import BOARD, FORUM, PARLOR, TOWN
from demo.state import Paper, Posting, World

Item = tuple[str, str, str]  # ("ad", site, posting id) or ("record", data set, natural key)
NEAR_DAYS = 60
LASTING = ("email", "handle", "operator")  # tie without regard to time


@dataclass(slots=True)
class Facts:
    """One item: whose it is, when it was seen, and which values it shows in which period."""

    item: Item
    storefront_id: str
    illicit: bool
    seen: list[date] = field(default_factory=list)  # days on which an ad was seen alive
    values: dict[tuple[str, str], tuple[date, date]] = field(default_factory=dict)  # (kind, value) -> first, last
    people: dict[str, bool] = field(default_factory=dict)  # person id -> date of birth shown

    def show(self, kind: str, value: str, first: date, last: date | None = None) -> None:
        """Note a value; the period grows to hold all days on which it was shown."""
        old = self.values.get((kind, value), (first, first))
        self.values[kind, value] = (min(old[0], first), max(old[1], last or first))


def collect_facts(world: World) -> dict[Item, Facts]:
    """Facts of every ad that archives or today's pages show and of every register row about a business."""
    shelf = Shelf(world)
    facts: dict[Item, Facts] = {}
    for post, day in sorted(sightings(shelf), key=lambda s: (s[1], s[0].site, int(s[0].posting_id))):
        _see(shelf, facts, post, day)
    for paper in world.papers:
        if paper.storefront_id:
            row = _of_paper(world, paper)
            facts[row.item] = row
    return facts


def sightings(shelf: Shelf) -> Iterator[tuple[Posting, date]]:
    """Every posting with every day on which somebody fetched its page while it was alive."""
    for visit in visits(shelf):
        if visit.consented:
            for post in _on_page(shelf, visit.site, visit.target, visit.day):
                yield post, visit.day
    for post in shelf.world.postings:
        if post.live_on(shelf.world.today):
            yield post, shelf.world.today


def _on_page(shelf: Shelf, site: str, target: str, day: date) -> list[Posting]:
    path, _, query = target.partition("?")
    if site == FORUM:
        if not (found := site_forum.THREAD.match(path)):
            return []
        page = int(query.removeprefix("page=") or 1)
        posts = site_forum.in_thread(shelf, found["thread"], day)
        return posts[(page - 1) * site_forum.POSTS : page * site_forum.POSTS]
    pattern = {PARLOR: site_parlor.PLACE, BOARD: site_board.AD, TOWN: None}[site]
    ident = path.rsplit("-", 1)[-1] if pattern is None and path.startswith("/biz/") else ""
    if pattern is not None and (found := pattern.match(path)):
        ident = found["id"]
    post = shelf.by_id.get((site, ident))
    return [post] if post and post.live_on(day) else []


def _see(shelf: Shelf, facts: dict[Item, Facts], post: Posting, day: date) -> None:
    item: Item = ("ad", post.site, post.posting_id)
    row = facts.setdefault(item, Facts(item, post.storefront_id, post.site != TOWN))
    version = post.version_on(day)
    row.seen.append(day)
    for number, _ in version.phones:
        row.show("phone", number, day)
    if version.email:
        row.show("email", version.email, day)
    if version.handle:
        row.show("handle", version.handle, day)
    if version.address == "full":
        row.show("premises", shelf.shop(post).premises.premises_id, day)
    if post.site == BOARD:
        for other in shelf.by_shop[BOARD, post.storefront_id]:
            if other is not post and other.live_on(day):
                row.show("account", other.posting_id, day)


def _of_paper(world: World, paper: Paper) -> Facts:
    """A register row. Licenses hold for their term; filings and denials say what was so on their day."""
    row = Facts(("record", paper.dataset, paper.key), paper.storefront_id, False)
    first = paper.issued
    lasts = paper.dataset in {CITY, ROSTER}
    last = max(first, min(paper.ends or world.today, world.today)) if lasts else first
    if paper.phone and paper.phone not in world.hub_phones:
        row.show("phone", paper.phone, first, last)
    if paper.email:
        row.show("email", paper.email, first, last)
    if paper.premises:
        row.show("premises", paper.premises.premises_id, first, last)
    for named in paper.people:
        row.people[named.person_id] = row.people.get(named.person_id, False) or named.dob_shown
        if named.dob_shown:
            row.show("operator", named.person_id, first, last)
    return row


def ties(facts: Iterable[Facts]) -> Iterator[tuple[Item, Item]]:
    """Pairs of items tied by one visible value, enough of them to connect all that hang together."""
    rows = list(facts)
    known = {row.item for row in rows}
    uses: dict[tuple[str, str], list[tuple[date, date, Item]]] = {}
    for row in rows:
        for (kind, value), (first, last) in row.values.items():
            uses.setdefault((kind, value), []).append((first, last, row.item))
    for (kind, value), group in uses.items():
        if kind == "account":
            other = ("ad", BOARD, value)
            yield from ((item, other) for _, _, item in group if other in known)
        else:
            yield from _in_time(sorted(group), lasting=kind in LASTING)


def _in_time(group: list[tuple[date, date, Item]], *, lasting: bool) -> Iterator[tuple[Item, Item]]:
    _, reach, anchor = group[0]
    for first, last, item in group[1:]:
        if lasting or (first - reach).days <= NEAR_DAYS:
            yield anchor, item
        if last > reach or (first - reach).days > NEAR_DAYS:
            reach, anchor = max(last, reach), item


def components(items: Iterable[Item], pairs: Iterable[tuple[Item, Item]]) -> dict[Item, Item]:
    """Union-find: each item with the least item of its component."""
    parent = {item: item for item in items}

    def root(item: Item) -> Item:
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    for a, b in pairs:
        low, high = sorted((root(a), root(b)))
        parent[high] = low
    return {item: root(item) for item in parent}
