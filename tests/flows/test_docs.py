"""What the pages for people name is there: every command with its options, every file and folder."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from flows.cli import make_app

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *sorted(ROOT.glob("docs/**/*.md"))]
_COMMAND = re.compile(
    r"(?:(`)|^|\.venv/bin/)imb ([^`#]*)", re.M
)  # in running text up to the next `, else to the line's end
_OPTION = re.compile(r"(?<![\w-])--?[a-z][a-z-]*")
_PATH = re.compile(
    r"`((?:pipeline|analysis|flows|spiders|demo|tests|benchmarks|docs)/[\w/.*-]+)`|\]\(((?!https?:)[\w/.-]+)\)"
)


def _commands(page: Path) -> Iterator[tuple[str, list[str], str]]:
    text = page.read_text(encoding="utf-8")
    for found in _COMMAND.finditer(text):
        said = found[2] if found[1] else found[2].split("\n")[0]
        yield said, said.replace("|", " | ").split(), f"{page.name}:{text.count(chr(10), 0, found.start()) + 1}"


def _walked(command: Any, words: list[str]) -> Any:
    for word in words:
        if not getattr(command, "commands", None) or word.strip(".,;:") not in command.commands:
            break
        command = command.commands[word.strip(".,;:")]
    return command


@pytest.fixture(scope="module")
def program() -> Any:
    return get_command(make_app())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_a_page_names_is_there_with_its_options(page: Path, program: Any) -> None:
    wrong = []
    for said, words, where in _commands(page):
        command = _walked(program, words)
        known = {"--help"} | {option for p in command.params for option in (*p.opts, *p.secondary_opts)}
        if command is program and words[0] != "--help":
            wrong.append(f"{where}: no command: imb {said}")
        if not getattr(command, "commands", None):
            wrong += [f"{where}: no option {o}: imb {said}" for o in _OPTION.findall(said) if o not in known]
    assert not wrong


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = [(ROOT, found[1]) if found[1] else (page.parent, found[2]) for found in _PATH.finditer(text)]
    assert not [path for base, path in named if not (any(base.glob(path)) if "*" in path else (base / path).exists())]
