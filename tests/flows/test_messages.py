"""What an operator is told to type next is there: every command that a message names, with its options."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from flows.cli import make_app

ROOT = Path(__file__).parents[2]
SOURCES = [p for room in ("flows", "pipeline", "analysis", "spiders") for p in sorted((ROOT / room).rglob("*.py"))]
_COMMAND = re.compile(r"(?<![\w./$-])imb ([a-z][^`\n;()]*)")
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")


def _messages(source: Path) -> Iterator[tuple[int, str]]:
    """The texts of what a module raises, with line numbers; what is filled in is "…"."""
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Raise) and node.exc is not None:
            for part in ast.walk(node.exc):
                if isinstance(part, ast.JoinedStr):
                    yield part.lineno, "".join(v.value if isinstance(v, ast.Constant) else "…" for v in part.values)
                elif isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part.lineno, part.value


def _wrong(program: Any, said: str) -> list[str]:
    command: Any = program
    for word in re.findall(r"[\w-]+", said):
        if word not in getattr(command, "commands", {}):
            break
        command = command.commands[word]
    if getattr(command, "commands", None):
        return [f"no command: imb {said}"]
    known = {option for p in command.params for option in (*p.opts, *p.secondary_opts)}
    return [f"no option {o}: imb {said}" for o in _OPTION.findall(said) if o not in known]


@pytest.fixture(scope="module")
def program() -> Any:
    return get_command(make_app())


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("search TEXT", 0),
        ("build --full.", 0),
        ("evidence verify --home …", 0),
        ("evidence", 1),
        ("rebuild", 1),
        ("build --ful", 1),
    ],
)
def test_a_wrong_command_is_found(program: Any, said: str, wrong: int) -> None:
    assert len(_wrong(program, said)) == wrong


def test_every_command_that_a_message_names_is_there(program: Any) -> None:
    named = [(s, line, m[1]) for s in SOURCES for line, text in _messages(s) for m in _COMMAND.finditer(text)]
    wrong = [f"{s.relative_to(ROOT)}:{line}: {w}" for s, line, said in named for w in _wrong(program, said)]
    assert len(named) > 50
    assert not wrong
