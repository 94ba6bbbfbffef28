"""A backup of a home whose casework is on a database server, and the way there."""

from __future__ import annotations

import json
from pathlib import Path

from pipeline.home import open_home
from pipeline.store.casework import Casework
from tests.flows.command_line import imb


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
