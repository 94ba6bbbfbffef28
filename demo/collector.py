"""The simulated earlier collector: what an office captured on its own before today, as WARC files of another tool."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from demo import site_board, site_forum, site_parlor, site_town
from demo.ad_pages import respond
from demo.markup import Response, Shelf, draw
from demo.places import METROS
from demo.postings import BOARD, FORUM, PARLOR, SITES, TOWN
from demo.state import Posting, World

EVERY = {PARLOR: 7, BOARD: 7, FORUM: 14, TOWN: 28}  # days between the visits to a site
AGAIN = {PARLOR: 28, BOARD: 14, TOWN: 84}  # days after which a known ad is captured again
CONSENT = {"consent": "1"}
REASONS = {200: "OK", 301: "Moved Permanently", 302: "Found", 403: "Forbidden", 404: "Not Found", 410: "Gone"}
TOOL = "office-archiver/2.3"


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of the earlier collector."""

    site: str
    day: date
    target: str
    consented: bool = True


def visits(shelf: Shelf) -> Iterator[Visit]:
    """Every request in the order of site and day: listings at each visit, ads when new and again after a while."""
    for site in SITES:
        seen: dict[str, date] = {}
        buried: set[str] = set()
        for day in crawl_days(shelf.world, site):
            yield from _listings(shelf, site, day)
            if site == FORUM:
                yield from _threads(shelf, day)
            else:
                yield from _ads(shelf, site, day, seen, buried)


def crawl_days(world: World, site: str) -> list[date]:
    """Days on which the collector visited a site: at a fixed step, the last one a week before today."""
    days = []
    day = world.today - timedelta(days=7)
    while day >= world.start:
        days.append(day)
        day -= timedelta(days=EVERY[site])
    return days[::-1]


def _listings(shelf: Shelf, site: str, day: date) -> Iterator[Visit]:
    if site == PARLOR:
        yield Visit(site, day, "/springfield-massage-parlors-mo", consented=False)
    for metro in METROS:
        posts = shelf.by_metro.get((site, metro), [])
        if site == PARLOR:
            count = sum(site_parlor.shown(shelf, p, day) for p in posts)
            yield Visit(site, day, f"/{metro}-massage-parlors-mo")
            for page in range(2, (count - 1) // site_parlor.ROWS + 2):
                yield Visit(site, day, f"/{metro}-massage-parlors-mo-{page}")
        elif site == BOARD:
            count = len(site_board.listed(shelf, metro, day))
            for page in range(1, max(1, (count - 1) // site_board.ROWS + 1) + 1):
                tail = f"?page={page}" if page > 1 else ""
                yield Visit(site, day, f"/{metro}/{site_board.SECTION}/{tail}")
        elif site == FORUM:
            yield Visit(site, day, f"/forum/{metro}")
        else:
            count = sum(p.live_on(day) for p in posts)
            for page in range(max(1, (count - 1) // site_town.ROWS + 1)):
                yield Visit(site, day, f"/massage/{metro}" + (f"?start={page * site_town.ROWS}" if page else ""))


def _threads(shelf: Shelf, day: date) -> Iterator[Visit]:
    for metro in METROS:
        for thread in site_forum.threads(shelf, metro, day):
            for page in range(1, site_forum.thread_pages(shelf, thread, day) + 1):
                yield Visit(FORUM, day, f"/thread/{thread}" + (f"?page={page}" if page > 1 else ""))


def _ads(shelf: Shelf, site: str, day: date, seen: dict[str, date], buried: set[str]) -> Iterator[Visit]:
    """New ads, known ones that are due, and once those that have gone."""
    for metro in METROS:
        for post in shelf.by_metro.get((site, metro), []):
            key = post.posting_id
            last = seen.get(key)
            if post.live_on(day):
                wait = AGAIN[site] - draw("wait", key).choice((0, 0, 7, 14 if site != BOARD else 7))
                if last is None or (day - last).days >= wait:
                    seen[key] = day
                    yield Visit(site, day, target_of(post, day))
            elif last is not None and key not in buried:
                buried.add(key)
                if draw("buried", key).random() < (0.9 if site == PARLOR else 0.35):
                    yield Visit(site, day, target_of(post, day))


def target_of(post: Posting, day: date) -> str:
    """Path of a posting's own page on a day (forum posts: the first page of their thread)."""
    if post.site == PARLOR:
        return site_parlor.url_of(post, day)
    if post.site == BOARD:
        return site_board.url_of(post)
    if post.site == TOWN:
        return site_town.url_of(post, day)
    return f"/thread/{post.thread}"


def write_archives(world: World, folder: Path) -> list[Path]:
    """WARC files, one per site and month, of about 8,000 responses at scale 1. Returns the files in order."""
    folder.mkdir(parents=True, exist_ok=True)
    shelf = Shelf(world)
    files: dict[str, tuple[BytesIO, WARCWriter]] = {}
    clock: dict[tuple[str, date], int] = {}
    for visit in visits(shelf):
        name = f"{visit.site}-{visit.day:%Y-%m}.warc.gz"
        if name not in files:
            files[name] = _open_warc(world, name)
        second = clock[visit.site, visit.day] = clock.get((visit.site, visit.day), 0) + 2
        answer = respond(shelf, f"{visit.site}.example", visit.target, CONSENT if visit.consented else {}, visit.day)
        _write(files[name][1], world, visit, answer, datetime.combine(visit.day, time(9)) + timedelta(seconds=second))
    for name, (buffer, _) in files.items():
        (folder / name).write_bytes(buffer.getvalue())
    return [folder / name for name in files]


def _open_warc(world: World, name: str) -> tuple[BytesIO, WARCWriter]:
    """A file in memory that begins with a warcinfo record of fixed id and date."""
    buffer = BytesIO()
    writer = WARCWriter(buffer, gzip=True)
    info = BytesIO(f"software: {TOOL}\r\nformat: WARC File Format 1.0\r\n".encode())
    fixed = {
        "WARC-Record-ID": _record_id(world, name),
        "WARC-Date": f"{name.removesuffix('.warc.gz')[-7:]}-01T00:00:00Z",
        "WARC-Filename": name,
    }
    record = writer.create_warc_record(
        "", "warcinfo", payload=info, warc_content_type="application/warc-fields", warc_headers_dict=fixed
    )
    record.rec_headers.remove_header("WARC-Target-URI")
    writer.write_record(record)
    return buffer, writer


def _write(writer: WARCWriter, world: World, visit: Visit, answer: Response, moment: datetime) -> None:
    url = f"http://{visit.site}.example{visit.target}"
    headers = [*answer.headers, ("Content-Length", str(len(answer.body)))]
    fixed = {
        "WARC-Record-ID": _record_id(world, f"{url} {moment.isoformat()}"),
        "WARC-Date": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "WARC-IP-Address": "127.0.0.1",
    }
    status = StatusAndHeaders(f"{answer.status} {REASONS[answer.status]}", headers, protocol="HTTP/1.1")
    writer.write_record(
        writer.create_warc_record(
            url, "response", payload=BytesIO(answer.body), http_headers=status, warc_headers_dict=fixed
        )
    )


def _record_id(world: World, what: str) -> str:
    return f"<urn:uuid:{uuid5(NAMESPACE_URL, f'{world.seed} {world.scale} {what}')}>"
