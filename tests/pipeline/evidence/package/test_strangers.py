"""Tools by others accept a freshly built package: every command of VERIFY.md, typed as it stands."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.evidence.warc.writing import Exchange
from tests.pipeline.evidence.authority import Authority
from tests.pipeline.evidence.packaging import sealed_package

Make = Callable[..., Exchange]


@pytest.fixture
def package(tmp_path: Path, authority: Authority, exchange: Make) -> Path:
    return sealed_package(tmp_path, authority, exchange)


def commands(text: str) -> list[str]:
    """Every indented block of VERIFY.md, as a reader copies it: one command a line, or one that runs on."""
    blocks = re.findall(r"(?:^ {7}\S.*\n(?:^ {8,}.*\n|^ {7}\S.*\n)*)", text, re.M)
    found: list[str] = []
    for block in blocks:
        plain = "\n".join(line[7:] for line in block.splitlines())
        found += [plain] if plain.startswith("python3 -c") else plain.splitlines()
    return found


def typed(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    tools = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True)


EXPECTED = {
    "sha256sum -c": "OK",
    "bagit.py --validate": "is valid",
    "openssl cms -verify": "CMS Verification successful",
    "openssl ts -verify": "Verification: OK",
    "warcio check -v ../": "digest pass",
    "sh -e data/seals/commands.txt": "all hold",
    "python3 -c": "True",
    "imb evidence verify": "0 problems",
}


def test_every_command_of_verify_md_works_as_it_stands(package: Path) -> None:
    found = commands((package / "VERIFY.md").read_text())
    for wanted in EXPECTED:
        assert any(c.startswith(wanted) for c in found), wanted
    assert any("-attime" in c for c in found if c.startswith("openssl ts"))
    for command in found:
        done = typed(command, package)
        shown = done.stdout + done.stderr
        assert done.returncode == 0, (command, shown)
        assert not re.search(r"False|WRONG|FAILED|digest failed|Traceback", shown), (command, shown)
        for start, said in EXPECTED.items():
            assert not command.startswith(start) or said in shown, (command, shown)


@pytest.mark.parametrize("pattern", ["exhibit.wacz", "journal.jsonl", "seal.json", "index.html"])
def test_strangers_see_a_changed_byte(package: Path, pattern: str) -> None:
    path = next(p for p in sorted(package.rglob(pattern)))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    manifests = [f"sha256sum -c {name}sha256.txt" for name in ("manifest-", "tagmanifest-")]
    assert any(typed(command, package).returncode for command in manifests)
    assert typed("bagit.py --validate .", package).returncode
