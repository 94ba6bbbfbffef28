"""Which program settled what is kept: a digest of the code and data that keys, weights and entities follow from."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

_ROOM = Path(__file__).parent
# Their results enter keys, weights or digests of rows.
_LIBRARIES = ("duckdb", "splink", "rapidfuzz", "pypinyin", "pydantic")


@lru_cache(maxsize=4)
def program_digest(more: tuple[Path, ...] = ()) -> str:
    """SHA-256 over this room, the model's types, `more` files and the versions of the libraries; hexadecimal."""
    files = [_ROOM.parent / "model.py", *sorted(p for p in _ROOM.rglob("*") if p.suffix in (".py", ".toml", ".gz"))]
    digest = sha256(" ".join(f"{name}={version(name)}" for name in _LIBRARIES).encode())
    for path in (*files, *more):
        digest.update(path.read_bytes())
    return digest.hexdigest()
