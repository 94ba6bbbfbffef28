"""The crawls that this process is writing, and the WARC file that each of them has open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pipeline.evidence.provenance import collector_name
from pipeline.evidence.warc.writing import WarcWriter, WrittenRecord, stamp

JournalEntry = tuple[str, dict[str, Any]]  # kind and body


@dataclass(slots=True)
class Crawl:
    """One crawl from begin to end. `files` holds how far each of its files is journalled."""

    crawl_id: str
    site: str
    lane: str = "regulatory"
    about: Mapping[str, Any] = field(default_factory=dict)  # its provenance, as journalled
    files: dict[str, int] = field(default_factory=dict)
    writer: WarcWriter | None = None
    file: str = ""  # the open file, relative to the archive
    day: date = date.min  # of the open file
    unsaid: list[JournalEntry] = field(default_factory=list)  # of what is written and not journalled yet

    def is_full(self, now: datetime, roll_at: int) -> bool:
        """Whether the next record belongs in a new file: none is open, it has grown, or the day has changed."""
        return self.writer is None or self.writer.size >= roll_at or self.day != now.date()

    def open_file(self, archive: Path, site: str, now: datetime) -> WarcWriter:
        """Close what is open and begin the next file of one site and day. Raises DiskFull."""
        self.close_file()
        self.day = now.date()
        folder = archive / "warc" / site / self.day.isoformat()
        number = 1
        while (path := folder / f"{site}-{stamp(now)}-{number}.warc.gz").exists():
            number += 1
        self.writer = WarcWriter(path, self._information(site), now)
        self.file = path.relative_to(archive).as_posix()
        return self.writer

    def _information(self, site: str) -> dict[str, str]:
        said = {name: str(self.about.get(name, "")) for name in ("operator", "host", "robots", "user_agent", "clock")}
        return {
            "software": collector_name(),
            "operator": said["operator"],
            "hostname": said["host"],
            "robots": said["robots"],
            "http-header-user-agent": said["user_agent"],
            "isPartOf": f"crawl {self.crawl_id} of {site}",
            "clock": said["clock"],
        }

    def close_file(self) -> None:
        """Flush and close what is open. When that fails it stays, and no commit of what is in it succeeds."""
        if self.writer is not None:
            self.writer.close()
            self.writer = None

    def remember(self, kind: str, records: list[WrittenRecord], facts: dict[str, Any]) -> None:
        """Records of the open file that the journal is to name with the next commit."""
        about = {"crawl_id": self.crawl_id, "lane": self.lane, "file": self.file}
        self.unsaid.append((kind, {**about, **facts, "records": [record.as_dict() for record in records]}))

    def note_said(self) -> None:
        """The journal has what was remembered."""
        for _, body in self.unsaid:
            last = body["records"][-1]
            self.files[body["file"]] = last["offset"] + last["length"]
        self.unsaid = []

    def forget_file(self) -> None:
        """Write no more into the open file, journal nothing more of it: recovery settles it."""
        self.unsaid = []
        self.files.pop(self.file, None)
        writer, self.writer = self.writer, None
        if writer is not None:
            writer.drop()
