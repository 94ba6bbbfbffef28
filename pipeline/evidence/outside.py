"""Calls that leave the house: bounded in time and size, never redirected."""

from __future__ import annotations

import threading
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit, urlunsplit

Result = TypeVar("Result")


class Unreachable(Exception):
    """The other side did not do what it was asked; the message says why, for the operator."""


def within(seconds: float, who: str, call: Callable[[], Result]) -> Result:
    """What `call` returns or raises, if it does so in time. Raises Unreachable.

    It runs in a thread of its own, left behind when it hangs: neither a name server, a dead network disk nor an answer
    that drips can hold the caller longer.
    """
    results: list[Result] = []
    errors: list[Exception] = []

    def run() -> None:
        try:
            results.append(call())
        except Exception as error:
            errors.append(error)

    running = threading.Thread(target=run, daemon=True)
    running.start()
    running.join(max(seconds, 0.0))
    if results:
        return results[0]
    if errors:
        raise errors[0]
    raise Unreachable(f"{who} did not answer within {seconds:g} s")


def together(calls: list[Callable[[], object]], seconds: float) -> None:
    """Run the calls side by side and wait for them: one that hangs keeps none of the others."""
    threads = [threading.Thread(target=call, daemon=True) for call in calls]
    until = time.monotonic() + seconds
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(until - time.monotonic(), 0.0))


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def shown(url: str) -> str:
    """An address without user name and password, for messages and logs."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def post(url: str, data: bytes, headers: Mapping[str, str], timeout: float, limit: int, name: str = "") -> bytes:
    """The body of a 2xx answer, of at most `limit` bytes; `name` is how messages call the address. Raises Unreachable.

    A "user:password@" in the address is sent as basic authentication.
    """
    name = name or shown(url)
    if not url.startswith(("http://", "https://")):
        raise Unreachable(f"{name} is no http or https address: correct it in imb.toml")
    return within(timeout, name, lambda: _post(url, data, headers, timeout + 1, limit, name))


def _login(url: str) -> dict[str, str]:
    login = urlsplit(url).netloc.rpartition("@")[0]
    return {"Authorization": f"Basic {b64encode(unquote(login).encode()).decode()}"} if login else {}


def _post(url: str, data: bytes, headers: Mapping[str, str], timeout: float, limit: int, name: str) -> bytes:
    asked = urllib.request.Request(shown(url), data, {**headers, **_login(url)})
    until = time.monotonic() + timeout
    try:
        with urllib.request.build_opener(_NoRedirect).open(asked, timeout=timeout) as response:
            parts, size = [], 0
            while part := response.read1(65536):
                parts.append(part)
                size += len(part)
                if size > limit or time.monotonic() > until:
                    raise Unreachable(f"{name} sent too much, or too slowly")
            return b"".join(parts)
    except urllib.error.HTTPError as error:
        raise Unreachable(f"{name} answered {error.code} {error.reason}") from error
    except Unreachable:
        raise
    except Exception as error:  # whatever a hostile answer makes of the client is one more reason to try again later
        why = getattr(error, "reason", None) or error or type(error).__name__
        raise Unreachable(f"{name} cannot be reached ({why})") from error
