"""The synthetic state as refs, without its pages being drawn, crawled and read: what an ad shows on each day somebody
looked, and the register files through the shipped column maps. Ten times the state in minutes instead of hours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory

from demo.markup import Shelf, address_lines
from demo.postings import TOWN
from demo.registers import write_registers
from demo.state import Posting, World
from demo.visible import Item, sightings
from flows.demonstration import KINDS
from pipeline.extract.addresses import parse_address
from pipeline.model import Ad, Address, Capture, Mention, Record, Ref, Source, stable_id
from pipeline.records.importing import choose_layout, read_records
from pipeline.resolve.refs import refs_from_ad, refs_from_record

NOON = time(12, tzinfo=UTC)


def straight_refs(world: World) -> tuple[list[Ref], dict[str, Item]]:
    """Refs sorted by id, and owner id -> item of the truth."""
    refs, items = dict[str, Ref](), dict[str, Item]()
    for owner, item, some in (*_ad_refs(world), *_record_refs(world)):
        items[owner] = item
        refs |= {ref.ref_id: ref for ref in some}
    return [refs[i] for i in sorted(refs)], items


def _ad_refs(world: World) -> Iterator[tuple[str, Item, list[Ref]]]:
    shelf = Shelf(world)
    days: dict[tuple[str, str], dict[date, Posting]] = defaultdict(dict)
    for post, day in sightings(shelf):
        days[post.site, post.posting_id][day] = post
    for (site, posting_id), seen in sorted(days.items()):
        versions = [(_ad(shelf, post, day), _capture(post, day), day.toordinal()) for day, post in sorted(seen.items())]
        refs = refs_from_ad(versions, "directory" if site == TOWN else "illicit", "regulatory")
        yield versions[0][0].ad_id, ("ad", site, posting_id), refs


def _ad(shelf: Shelf, post: Posting, day: date) -> Ad:
    version, place = post.version_on(day), shelf.shop(post).premises
    said = [("phone", number) for number, _ in version.phones]
    said += [(kind, value) for kind, value in (("email", version.email), ("handle", version.handle)) if value]
    addresses: tuple[Address, ...] = ()
    if version.address == "full":
        street, city = address_lines(place, post.posting_id)
        addresses = (parse_address(f"{street}, {city}"),)
    mentions = tuple(Mention(kind, value, "text", "", 0, 0, value) for kind, value in said)
    url = f"http://{post.site}.example/{post.posting_id}"
    return Ad(post.site, post.posting_id, url, version.title, "", version.name, addresses=addresses, mentions=mentions)


def _capture(post: Posting, day: date) -> Capture:
    capture_id = stable_id("capture", post.site, post.posting_id, day.isoformat())
    moment = datetime.combine(day, NOON)
    return Capture(capture_id, post.site, "", moment, 200, "text/html", "", "", 0, 0, "straight")


def _record_refs(world: World) -> Iterator[tuple[str, Item, list[Ref]]]:
    known_at = datetime.combine(world.today, NOON)
    with TemporaryDirectory() as folder:
        for name, path in write_registers(world, Path(folder)).items():
            kind = KINDS[name]
            lane = "intelligence" if kind in {"tip", "inspection"} else "regulatory"
            for record in read_records(choose_layout(path, kind)):
                if isinstance(record, Record):
                    source_id = stable_id("row", name, str(record.line))
                    source = Source(source_id, "row", lane, world.today.toordinal(), name, known_at)  # type: ignore[arg-type]
                    item: Item = ("record", record.dataset, record.natural_key)
                    yield record.record_id, item, refs_from_record(record, source)
