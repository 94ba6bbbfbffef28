"""Revisit records of other tools are joined to the capture that they repeat."""

from __future__ import annotations

import base64
import gzip
from hashlib import sha1, sha256
from pathlib import Path

import pytest

from pipeline.evidence.archive import Archive
from pipeline.evidence.importing import ImportReport, import_archive
from pipeline.evidence.verify import verify_home
from pipeline.home import Home

FIRST, SECOND = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"
URL, OTHER = "http://ads.example/1", "http://ads.example/2"
BODY = b"<html>Lotus, 602-555-0123</html>"
BASE32 = "sha1:" + base64.b32encode(sha1(BODY).digest()).decode()
HEX = "SHA-256:" + sha256(BODY).hexdigest()
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"


def record(kind: str, record_id: str, url: str, date: str, block: bytes, **headers: str) -> bytes:
    said = {"WARC-Type": kind, "WARC-Record-ID": f"<urn:uuid:{record_id}>", "WARC-Target-URI": url, "WARC-Date": date}
    said |= {name.replace("_", "-"): value for name, value in headers.items()}
    said |= {"Content-Type": "application/http;msgtype=response", "Content-Length": str(len(block))}
    head = "".join(f"{name}: {value}\r\n" for name, value in said.items())
    return gzip.compress(b"WARC/1.0\r\n" + head.encode() + b"\r\n" + block + b"\r\n\r\n")


def response(digest: str = BASE32, date: str = "2024-05-05T12:00:00Z") -> bytes:
    return record("response", FIRST, URL, date, HEAD + BODY, WARC_Payload_Digest=digest)


def revisit(url: str = URL, **headers: str) -> bytes:
    return record("revisit", SECOND, url, "2024-06-05T12:00:00Z", HEAD, **headers)


def imported(home: Home, folder: Path, data: bytes) -> ImportReport:
    path = folder / f"{sha1(data).hexdigest()}.warc.gz"
    path.write_bytes(data)
    archive = Archive(home)
    report = import_archive(archive, path, "another tool", lambda _url: "board")
    again = import_archive(archive, path, "another tool", lambda _url: "board")
    assert again.already and again.repeats == report.repeats
    return report


@pytest.mark.parametrize(
    ("before", "after", "how"),
    [
        (response(), revisit(WARC_Refers_To=f"<urn:uuid:{FIRST}>"), "record id"),
        (response(), revisit(WARC_Refers_To=f"<urn:uuid:{FIRST}>", WARC_Payload_Digest=HEX), "record id"),
        (response(), revisit(WARC_Refers_To_Date="2024-05-05T12:00:00Z"), "address and date"),
        (
            response(date="2024-05-05T12:00:00.000000Z"),
            revisit(OTHER, WARC_Refers_To_Date="2024-05-05T12:00:00Z", WARC_Refers_To_Target_URI=f"<{URL}>"),
            "address and date",
        ),
        (response(), revisit(WARC_Payload_Digest=BASE32), "payload"),
        (response(), revisit(OTHER, WARC_Payload_Digest=BASE32), "payload digest"),
        (response(), revisit(WARC_Refers_To=f"<urn:uuid:{SECOND}>", WARC_Payload_Digest=BASE32), "payload"),
        (response(HEX), revisit(WARC_Refers_To=f"<urn:uuid:{FIRST}>", WARC_Payload_Digest=HEX[:-1] + "0"), ""),
        (response(), revisit(WARC_Refers_To=f"<urn:uuid:{SECOND}>"), ""),
        (response(), revisit(OTHER), ""),
    ],
)
def test_joined_by_what_it_says(home: Home, tmp_path: Path, before: bytes, after: bytes, how: str) -> None:
    report = imported(home, tmp_path, before + after)
    [capture] = [known.capture for known in Archive(home).captures()]
    [repeat] = report.repeats
    assert (repeat.of, repeat.how) == ((capture.capture_id, how) if how else ("", ""))
    assert ("not in this home" in str(repeat)) != ("unchanged since the capture" in str(repeat)) == bool(how)
    assert (repeat.record, repeat.status, repeat.at) == (2, 200, "2024-06-05T12:00:00.000000Z")
    assert report.skipped == {"repeat of an earlier capture, without a body": 1}
    assert verify_home(home).problems == []


@pytest.mark.parametrize(
    "said", [{"WARC_Refers_To": f"<urn:uuid:{FIRST}>"}, {"WARC_Refers_To_Date": "2024-05-05T12:00:00Z"}]
)
def test_joined_to_a_file_that_came_before(home: Home, tmp_path: Path, said: dict[str, str]) -> None:
    imported(home, tmp_path, response())
    [repeat] = imported(home, tmp_path, revisit(**said) + record("response", SECOND, OTHER, "2024-06-06", HEAD)).repeats
    first = next(known.capture for known in Archive(home).captures())
    assert repeat.of == first.capture_id and repeat.of_url == URL
    [entry] = Archive(home).journal.entries("import_repeats")
    assert [told["of"] for told in entry.body["repeats"]] == [first.capture_id]
