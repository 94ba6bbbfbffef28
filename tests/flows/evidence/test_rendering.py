"""Pages are drawn without asking anyone for anything, and what cannot be drawn is said."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.stages.evidence import rendering
from flows.stages.evidence.rendering import MOST_HEIGHT, WIDTH, browser_path, render_pages

needs_browser = pytest.mark.skipif(not browser_path(), reason="no Chromium on this machine")
HOSTILE = """<!doctype html><html><head><meta http-equiv="refresh" content="0;url={0}/refresh">
<link rel="stylesheet" href="{0}/a.css"><link rel="preconnect" href="{0}"><link rel="dns-prefetch" href="{0}">
<style>@import url({0}/b.css); @font-face {{font-family: x; src: url({0}/f.woff)}}
body {{background: url({0}/bg.png)}}</style>
<script src="{0}/x.js"></script><script>fetch("{0}/fetch"); location = "{0}/location"</script></head>
<body onload="fetch('{0}/onload')"><img src="{0}/i.png"><img srcset="{0}/s.png 2x"><iframe src="{0}/frame"></iframe>
<iframe srcdoc="<img src='{0}/inner.png'>"></iframe><object data="{0}/o"></object><embed src="{0}/e">
<video src="{0}/v.mp4" autoplay></video><audio src="{0}/a.mp3" autoplay></audio><a ping="{0}/ping" href="{0}/a">a</a>
<form action="{0}/form"><input autofocus onfocus="this.form.submit()"></form><svg><image href="{0}/svg.png"/></svg>
<p>Lotus Garden</p></body></html>"""


@pytest.fixture
def listener() -> Iterator[tuple[str, list[bytes]]]:
    """A loopback port that notes every connection."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    asked.append(connection.recv(200))

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", asked
        server.shutdown(socket.SHUT_RDWR)


@needs_browser
def test_a_hostile_page_reaches_no_one_and_spoils_no_other_page(listener: tuple[str, list[bytes]]) -> None:
    base, asked = listener
    plain = "<!doctype html><p>plain</p>"
    pages = {1: plain, 2: HOSTILE.format(base), 3: plain, 4: "", 5: "<p style='height:9000px'>tall", 6: plain}
    found = render_pages(pages)
    assert asked == []
    assert found.problem == ""
    assert sorted(found.pictures) == [1, 2, 3, 4, 5, 6]
    assert found.pictures[1].sha256 == found.pictures[3].sha256 == found.pictures[6].sha256
    assert found.pictures[2].sha256 != found.pictures[4].sha256
    assert all(p.jpeg[:2] == b"\xff\xd8" and p.width == WIDTH for p in found.pictures.values())
    assert (found.pictures[5].height, found.pictures[5].cut) == (MOST_HEIGHT, f"{found.pictures[5].page_height} high")
    assert found.pictures[5].page_height >= 9000
    assert found.pictures[1].renderer.startswith("Chromium ")


@needs_browser
@pytest.mark.parametrize("text", ["春天按摩", "스파", "マッサージ", "📞", "עיסוי", "مرحبا", "นวด"])
def test_every_script_is_drawn_and_not_as_boxes(text: str) -> None:
    """A sign that no font has is drawn as a box, whichever it is: two unassigned ones look the same."""
    style = "<!doctype html><body style='font-size:30px'>"
    boxes = "\U000e1000" * len(text)
    found = render_pages({1: style + text, 2: style + boxes, 3: style + text[::-1] if len(text) > 1 else style + "☎"})
    assert len({p.sha256 for p in found.pictures.values()}) == 3


@needs_browser
def test_a_page_wider_than_its_picture_says_so() -> None:
    pages = {1: f"<!doctype html><p>{'x' * 300}", 2: "<!doctype html><p>short"}
    found = render_pages(pages)
    assert found.pictures[1].page_width > WIDTH
    assert found.pictures[1].cut == f"{found.pictures[1].page_width} wide"
    assert found.pictures[2].cut == ""


@needs_browser
def test_many_pages_are_shared_out_and_the_same_page_is_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "PAGES_FOR_ONE", 2)
    monkeypatch.setattr(rendering.os, "cpu_count", lambda: 2)
    told: list[tuple[int, int]] = []
    pages = {n: f"<!doctype html><p style='font-size:{40 + n}px'>page {n % 5}</p>" for n in range(1, 6)}
    pages |= {6: pages[2], 7: pages[2]}
    found = render_pages(pages, progress=lambda _, done, of: told.append((done, of)))
    assert sorted(found.pictures) == list(range(1, 8))
    assert len({p.sha256 for p in found.pictures.values()}) == 5
    assert found.pictures[2] == found.pictures[6] == found.pictures[7]
    assert sorted(told) == [(n, 5) for n in range(1, 6)]
    assert {n: p.sha256 for n, p in render_pages({3: pages[3]}).pictures.items()} == {3: found.pictures[3].sha256}


def test_without_a_browser_the_reason_is_said() -> None:
    found = render_pages({1: "<p>x"}, browser="")
    assert (found.pictures, found.problem) == ({}, "No Chromium is installed here: pages are shown as text.")


@pytest.mark.parametrize("script", ["#!/bin/sh\nexit 1\n", "no program\n"])
def test_a_broken_browser_is_no_broken_export(script: str, tmp_path: Path) -> None:
    broken = tmp_path / "chromium"
    broken.write_text(script)
    broken.chmod(0o755)
    found = render_pages({1: "<p>x"}, browser=str(broken))
    assert found.pictures == {}
    assert "Chromium failed" in found.problem
