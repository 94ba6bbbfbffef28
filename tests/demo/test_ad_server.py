"""The server as a process: reached as a proxy and by Host header, counting, ending with its parent."""

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.ad_server import Traffic

COMMAND = [sys.executable, "-m", "demo.ad_server", "--seed", "5", "--scale", "0.05"]


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with subprocess.Popen(COMMAND, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield int(json.loads(process.stdout.readline())["port"])
        process.terminate()


def get(port: int, target: str, host: str = "", cookie: str = "") -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {"Host": host} if host else {}
    connection.request("GET", target, headers={**headers, **({"Cookie": cookie} if cookie else {})})
    answer = connection.getresponse()
    answer.body = answer.read()  # type: ignore[attr-defined]
    connection.close()
    return answer


def patient(port: int, target: str, cookie: str = "consent=1") -> http.client.HTTPResponse:
    answer = get(port, target, cookie=cookie)
    return get(port, target, cookie=cookie) if answer.status == 503 else answer


def test_absolute_form_and_host_header_give_the_same_page(port: int) -> None:
    by_proxy = patient(port, "http://town-pages.example/massage/st-louis")
    by_host = get(port, "/massage/st-louis", host="town-pages.example")
    assert by_proxy.status == by_host.status == 200
    assert by_proxy.body == by_host.body  # type: ignore[attr-defined]
    assert by_proxy.getheader("Date") == "Mon, 16 Mar 2026 14:00:00 GMT"


def test_consent_by_cookie(port: int) -> None:
    url = "http://parlor-guide.example/st-louis-massage-parlors-mo"
    assert b"I agree" in patient(port, url, cookie="other=2").body  # type: ignore[attr-defined]
    assert b"I agree" not in patient(port, url).body  # type: ignore[attr-defined]


def test_the_log_counts_fetches_of_forbidden_paths(port: int) -> None:
    def log() -> dict[str, int]:
        return dict(json.loads(get(port, "/__log").body))  # type: ignore[attr-defined]

    before = log()
    get(port, "http://city-board.example/private/account")
    get(port, "http://city-board.example/robots.txt")
    after = log()
    assert after["violations"] == before["violations"] + 1
    assert after["requests"] == before["requests"] + 2


def test_a_busy_page_says_when_to_come_back_and_is_there_then(port: int) -> None:
    for number in range(2, 400):
        target = f"http://town-pages.example/massage/st-louis?start={number}"
        first = get(port, target)
        if first.status == 503:
            assert first.getheader("Retry-After") == "1"
            assert get(port, target).status == 200
            return
    pytest.fail("no URL was busy")


def test_each_fragile_url_is_refused_once() -> None:
    traffic = Traffic()
    urls = [f"city-board.example/{n}" for n in range(2000)]
    refused = [url for url in urls if traffic.refuse_once(url)]
    assert 10 < len(refused) < 90
    assert not any(traffic.refuse_once(url) for url in urls)


def test_it_ends_when_its_parent_ends(tmp_path: Path) -> None:
    """A parent starts the server and is killed; the server's process goes away."""
    script = (
        f"import subprocess, sys, time; p = subprocess.Popen({COMMAND!r}); print(p.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        lines = sorted((parent.stdout.readline(), parent.stdout.readline()), key=lambda line: "port" in line)
        server = int(lines[0])
        assert Path(f"/proc/{server}").exists()
        parent.kill()
    for _ in range(100):
        status = Path(f"/proc/{server}/status")
        try:
            if "State:\tZ" in status.read_text():
                return
        except OSError:
            return
        time.sleep(0.1)
    pytest.fail("the server outlived its parent")
