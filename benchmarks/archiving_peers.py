"""The download handlers whose cost `benchmarks.archiving` measures, and what they write into."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from pipeline.evidence.archive import Archive
from pipeline.evidence.sealing.keys import make_key
from pipeline.extract.page import extract_page
from pipeline.extract.profile import load_profile
from pipeline.home import create_home
from spiders.archive import ArchivingHandler, Recorder
from spiders.gate import Gate
from spiders.settings import BODY_LIMIT
from spiders.wire import WireHandler

TOGETHER = 8  # requests under way


class Peers:
    """A home with an archive for each way of flushing, and a file of warcio's."""

    def __init__(self, folder: Path, profile: Path) -> None:
        self._profile = load_profile(profile)
        self._folder = folder
        self._once: dict[str, float] = {}
        self._archives = {
            "ours": self._archive("ours", "batch", TOGETHER),
            "flushed": self._archive("flushed", "record", TOGETHER),
            "alone": self._archive("alone", "record", 1),
        }
        self.recorders = {m: recorder for m, (_, recorder, _) in self._archives.items()}
        self.recorders["wire"] = self.recorders["ours"]  # for its counts; nothing is written
        self._warcio = folder / "warcio.warc.gz"
        self.settings = {"IMB_BODY_LIMIT": BODY_LIMIT, "BENCH_WARCIO": str(self._warcio)}

    def _archive(self, method: str, fsync: str, together: int) -> tuple[Archive, Recorder, str]:
        """With a key, and a seal at the end only: the seals' thread would burden the blocks of all."""
        home = create_home(self._folder / method, settings_text=f'fsync = "{fsync}"\nseal_seconds = 86400\n')
        make_key(home)
        archive, begun = Archive(home), time.process_time()
        crawl_id = archive.begin_crawl(self._profile.id, {})
        self._once["begin"] = time.process_time() - begun
        politeness = replace(self._profile.politeness, concurrent_requests=together)
        site = replace(self._profile, politeness=politeness)
        return archive, Recorder(archive, home.now, site, crawl_id, ""), crawl_id

    def read(self, response: Any) -> None:
        """What our spider does with a page."""
        kind = response.headers[b"Content-Type"].decode()
        extract_page(response.body, kind, response.url, datetime.now(UTC), self._profile, generated=True)

    def close(self) -> dict[str, float]:
        """End the crawls; what came once: seconds to begin, to seal (so many entries), to end."""
        for archive, recorder, crawl_id in reversed(self._archives.values()):
            begun = time.process_time()
            archive.sealer.seal()
            sealed = time.process_time()
            archive.end_crawl(crawl_id, recorder.counts.as_dict(), True, [])
            archive.close()
            self._once |= {"seal": sealed - begun, "end": time.process_time() - sealed}
            self._once["entries"] = recorder.counts.captures
        return self._once

    def kept(self) -> dict[str, float]:
        """Bytes of records kept for one page."""
        kept = {}
        for method, (archive, recorder, _) in self._archives.items():
            files = archive.home.archive.rglob("*.warc.gz")
            kept[method] = sum(f.stat().st_size for f in files) / max(1, recorder.counts.captures)
        written = WarcioHandler.written
        return {**kept, "warcio": self._warcio.stat().st_size / max(1, written)}


class WarcioHandler(HTTP11DownloadHandler):  # type: ignore[misc]
    """What a project without an archive of its own would do: hand each exchange to warcio."""

    written = 0

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self._file = Path(crawler.settings["BENCH_WARCIO"]).open("wb")  # noqa: SIM115
        self._writer = WARCWriter(self._file, gzip=True)

    async def download_request(self, request: Any) -> Any:
        response = await super().download_request(request)
        said = StatusAndHeaders(f"{response.status} OK", _lines(response.headers), protocol="HTTP/1.1")
        body = BytesIO(response.body)
        kept = self._writer.create_warc_record(request.url, "response", payload=body, http_headers=said)
        asked = StatusAndHeaders(f"GET {request.url} HTTP/1.1", _lines(request.headers), is_http_request=True)
        sent = self._writer.create_warc_record(request.url, "request", http_headers=asked)
        self._writer.write_request_response_pair(sent, kept)
        WarcioHandler.written += 1
        return response

    async def close(self) -> None:
        await super().close()
        self._file.close()


def _lines(headers: Any) -> list[tuple[str, str]]:
    return [(k.decode("latin-1"), v.decode("latin-1")) for k, values in headers.items() for v in values]


class TurnsHandler:
    """Hands each request to the handler that its `meta["method"]` names."""

    lazy = False

    def __init__(self, crawler: Any) -> None:
        plain, ours = HTTP11DownloadHandler(crawler), ArchivingHandler(crawler)
        self._handlers = {"plain": plain, "hundred": plain, "ours": ours, "flushed": ArchivingHandler(crawler)}
        self._handlers["alone"] = ArchivingHandler(crawler)
        self._handlers |= {"wire": WireHandler(crawler, Gate(crawler)), "warcio": WarcioHandler(crawler)}

    @classmethod
    def from_crawler(cls, crawler: Any) -> TurnsHandler:
        return cls(crawler)

    async def download_request(self, request: Any) -> Any:
        return await self._handlers[request.meta["method"].partition("+")[0]].download_request(request)

    async def close(self) -> None:
        for handler in set(self._handlers.values()):
            await handler.close()
