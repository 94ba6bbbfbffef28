"""What is kept from build to build is made anew after a change of the code it came from: the digests cover that."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from flows.stages.networks import kept_templates, reach
from flows.stages.resolution import resolving
from pipeline.resolve.program import program_digest

ROOT = Path(__file__).parents[2]
# What carries data and says what went wrong; no result follows from it.
_CARRIERS = (
    "pipeline/errors.py",
    "pipeline/declared.py",
    "pipeline/garbage.py",
    "pipeline/schema.py",
    "pipeline/store/",
)
_DOORS = "__init__.py"  # hand names on, or are empty

DIGESTS = {
    "entities": (lambda: program_digest.__wrapped__(resolving._HERE), ["flows.stages.resolution.resolving"]),
    "networks": (reach.networks_program.__wrapped__, ["analysis.networks.region", "analysis.networks.wording"]),
    "templates": (kept_templates._program, ["pipeline.extract.templates"]),
}


def _source(module: str) -> Path | None:
    path = ROOT / module.replace(".", "/")
    return next((p for p in (path.with_suffix(".py"), path / "__init__.py") if p.exists()), None)


def _imported(source: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))


def _reached(modules: Iterable[str]) -> set[Path]:
    """The sources of modules and of all that they import, of this project."""
    reached: set[Path] = set()
    ahead = list(modules)
    while ahead:
        source = _source(ahead.pop())
        if source is not None and source not in reached:
            reached.add(source)
            ahead.extend(_imported(source))
    return reached


@pytest.mark.parametrize("name", DIGESTS)
def test_a_digest_covers_all_that_its_results_follow_from(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    digest: Callable[[], str]
    digest, modules = DIGESTS[name]
    program_digest.cache_clear()  # another test may have asked for it
    read: set[Path] = set()
    read_bytes = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: (read.add(path.resolve()), read_bytes(path))[1])
    digest()
    needed = {p for p in _reached(modules) if p.name != _DOORS}
    needed = {p for p in needed if not p.relative_to(ROOT).as_posix().startswith(_CARRIERS)}
    assert needed and not sorted(p.relative_to(ROOT).as_posix() for p in needed - read)
