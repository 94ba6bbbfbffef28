"""A backup holds everything, refuses damage, and brings casework back from a database server."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

from pipeline.home import open_home
from pipeline.store.casework import Casework
from pipeline.store.snapshot import read_manifest
from tests.flows.command_line import imb


def test_backup_and_restore_keep_everything(home: Path, tmp_path: Path) -> None:
    imb(home, "backup", str(tmp_path / "b.tar"))
    imb(tmp_path / "again", "restore", str(tmp_path / "b.tar"))
    imb(tmp_path / "again", "build", "--full")
    digests = [
        read_manifest(open_home(root).current_snapshot())["content_digests"] for root in (home, tmp_path / "again")
    ]
    assert digests[0] == digests[1]
    assert "exists" in imb(home, "backup", str(tmp_path / "b.tar"), check=3).stderr


def test_a_damaged_backup_is_refused(home: Path, tmp_path: Path) -> None:
    imb(home, "backup", str(tmp_path / "b.tar"))
    with tarfile.open(tmp_path / "b.tar") as tar:
        member = max(tar.getmembers(), key=lambda m: m.size)
    data = bytearray((tmp_path / "b.tar").read_bytes())
    data[member.offset_data + member.size // 2] ^= 1
    (tmp_path / "b.tar").write_bytes(data)
    assert (
        "differs from the backup's manifest" in imb(tmp_path / "x", "restore", str(tmp_path / "b.tar"), check=3).stderr
    )


def test_a_casework_elsewhere_is_moved_backed_up_and_restored(tmp_path: Path) -> None:
    root, elsewhere = tmp_path / "home", f"sqlite:///{tmp_path / 'server.sqlite'}"
    imb(root, "init")
    imb(root, "user", "add", "amy", "analyst", "--user", "root")
    moved = json.loads(imb(root, "move-casework", elsewhere, "--json").stdout)
    assert moved["log_entries"] == Casework(open_home(root).casework_url).log_head()[0]
    with (root / "imb.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'casework_url = "{elsewhere}"\n')
    (root / "casework.sqlite").unlink()
    imb(root, "user", "add", "bob", "board", "--user", "root")
    imb(root, "backup", str(tmp_path / "b.tar"))
    server = Casework(elsewhere)
    entries = server.log_head()[0]
    assert not (root / "casework.sqlite").exists()

    again = tmp_path / "again"
    imb(again, "restore", str(tmp_path / "b.tar"))
    restored = open_home(again)
    assert restored.casework_url == f"sqlite:///{again / 'casework.sqlite'}"
    assert {"amy", "bob"} <= {u["name"] for u in json.loads(imb(again, "user", "list", "--json").stdout)}
    assert Casework(restored.casework_url).verify_logs() == []
    assert server.log_head()[0] == entries, "nothing is written to the server that may be in use"
    assert "set aside" in (again / "imb.toml").read_text(encoding="utf-8")
