"""From a found ad to a package that checks out, and an archive whose changed byte is named."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

from tests.flows.command_line import answer, imb


def test_evidence_from_search_to_a_verified_package(home: Path, network: dict[str, Any], tmp_path: Path) -> None:
    phone = next(m["phones"][0] for m in network["members"] if m["phones"])
    found = answer(home, "evidence", "find", "--phone", phone)
    assert {row["capture_id"] for row in found}
    package = tmp_path / "exhibit.zip"
    result = answer(home, "evidence", "export", "--phone", phone, "-o", str(package), "--case", "1", "--user", "amy")
    assert result["items"] == len({row["capture_id"] for row in found})
    assert answer(home, "evidence", "verify", str(package))["found"] == 0
    with zipfile.ZipFile(package) as packed:
        items = json.loads(packed.read("exhibit/data/items.json"))["items"]
        assert packed.read("exhibit/data/derived/report.pdf")[:5] == b"%PDF-"
    quoted = [mention for item in items for mention in item["mentions"]]
    assert phone in {mention["value"] for mention in quoted}
    assert all(mention["quote"] and mention["kind"] != "protected" for mention in quoted)
    data = bytearray(package.read_bytes())
    data[len(data) // 2] ^= 1
    package.write_bytes(data)
    assert "imb:" in imb(home, "evidence", "verify", str(package), check=None).stderr
    assert imb(home, "evidence", "verify", str(package), check=None).returncode != 0
    assert answer(home, "evidence", "verify")["found"] == 0


def test_evidence_of_one_ad_and_of_a_list(home: Path, network: dict[str, Any], tmp_path: Path) -> None:
    rows = answer(home, "evidence", "find", "--network", network["network_id"])
    one, other = rows[0], next(r for r in rows if r["business_id"] != rows[0]["business_id"])
    of_ad = answer(home, "evidence", "find", "--ad", one["ad_id"])
    assert {r["ad_id"] for r in of_ad} == {one["ad_id"]}
    assert {r["capture_id"] for r in of_ad} <= {
        r["capture_id"] for r in answer(home, "evidence", "find", "--ad", one["url"])
    }
    case = tmp_path / "case.txt"
    case.write_text(f"# the case\n{one['capture_id']} first\n\n{other['business_id']}\n")
    found = answer(home, "evidence", "find", "--list", str(case))
    expected = {r["capture_id"] for r in rows if r["business_id"] == other["business_id"]} | {one["capture_id"]}
    assert {r["capture_id"] for r in found} == expected
    case.write_text(f"{network['network_id'][:13]} as tables show it\n")
    assert len(answer(home, "evidence", "find", "--list", str(case))) == len(rows)
    case.write_text("no-such-id\n")
    assert "no-such-id" in imb(home, "evidence", "find", "--list", str(case), check=None).stderr
    case.write_text("\n")
    assert "names nothing" in imb(home, "evidence", "find", "--list", str(case), check=None).stderr


def test_a_changed_byte_in_the_archive_is_named(home: Path) -> None:
    path = max((home / "archive" / "warc").rglob("*.warc.gz"), key=lambda p: p.stat().st_size)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    done = imb(home, "evidence", "verify", check=8)
    assert path.name in done.stdout
