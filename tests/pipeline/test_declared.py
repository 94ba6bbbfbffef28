"""A file that people edit is read, or said to be wrong with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.declared import kind_in_words, read_declared
from pipeline.errors import FixProfile


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"a = 1\nb = \n", "line 2"),
        (b"a = '\xfc'\n", "utf-8"),
        (None, "No such file"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place(tmp_path: Path, data: bytes | None, words: str) -> None:
    path = tmp_path / "rules.toml"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(FixProfile, match=f"{path}.*{words}"):
        read_declared(path)


def test_values_keep_their_kinds(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text("a = 1\n[b]\nc = ['x']\n", encoding="utf-8")
    assert read_declared(path) == {"a": 1, "b": {"c": ["x"]}}


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("float", "a number"),
        ("int", "a whole number"),
        ("bool", "true or false"),
        ("tuple[str, ...]", "a list of texts in quotes"),
    ],
)
def test_no_kind_is_named_as_the_program_names_it(kind: str, words: str) -> None:
    assert kind_in_words(kind) == words
