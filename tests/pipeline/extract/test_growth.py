"""A page twice as long, or nested twice as deep, takes about twice the work, by the lines of the program that run."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import FrameType
from typing import Any

import pytest

from pipeline.extract import visible
from pipeline.extract.page import extract_page

WHEN = datetime(2020, 7, 1, 3, tzinfo=UTC)
HEAD = "<h1>Jade Spa</h1><p>417-555-0101</p>"
NESTED = {
    "labels in cells": "<table><tr><td>Phone</td><td>",
    "labels in terms": "<dl><dt>Location<dd>room {}",
    "lists of links": "<aside><a href=/a/{}>f</a><a href=/b>g</a><a href=/c>h</a>",
    "lines of the site": "<table><tr><td>© {} All rights reserved",
    "words of visitors": "<div>Sam wrote on 4/1/2019: good {}",
    "names of the frame": "<div class=post><div class=footer>Similar places <a href=/x/{}>foo</a>",
    "blocks side by side": "<div><div>a quiet room and some more words to be long enough {}</div><div>",
}
IN_A_ROW = {
    "rows": "<tr><td>Phone</td><td>room {}</td></tr>",
    "posts with frames": "<div class=post>Mar 3 2026, a room in the back {}<div class=nav><a href=/x>a</a></div></div>",
    "items": "<li><a href=/ad/1000{}.html>Jade Spa {}</a> (Joplin)</li>",
    "hidden": "<div hidden>some words {}</div><p>x",
}


@contextmanager
def counted() -> Iterator[list[int]]:
    """Counts the lines of the reader that run, and a line for every hundred characters of text put in order."""
    count = [0]

    def on_line(_frame: FrameType, event: str, _argument: Any) -> Callable[..., Any]:
        count[0] += event == "line"
        return on_line

    def on_call(frame: FrameType, _event: str, _argument: Any) -> Callable[..., Any] | None:
        if frame.f_code is visible.Tokens.shown.__code__:
            count[0] += (frame.f_locals["last"] - frame.f_locals["first"]) // 10
        return on_line if "/pipeline/extract/" in frame.f_code.co_filename else None

    before = sys.gettrace()
    sys.settrace(on_call)
    try:
        yield count
    finally:
        sys.settrace(before)


def work(part: str, number: int) -> int:
    body = HEAD + "".join(part.replace("{}", str(n % 100)) for n in range(number))
    with counted() as count:
        page = extract_page(body.encode(), "text/html; charset=utf-8", "https://guide.example/jade", WHEN)
    assert page.kind in {"ad", "listing"}
    return count[0]


@pytest.mark.parametrize("part", [*NESTED.values(), *IN_A_ROW.values()], ids=[*NESTED, *IN_A_ROW])
def test_twice_as_much_takes_about_twice_the_work(part: str):
    work(part, 20)  # what is kept from page to page
    assert work(part, 600) < 2.6 * work(part, 300)
