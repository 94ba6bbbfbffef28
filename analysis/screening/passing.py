"""Applications and flags on their way between processes of one batch: the standard way costs as much as a screening."""

from __future__ import annotations

import gc
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from io import BytesIO
from operator import attrgetter
from typing import Any

from pipeline.model import Address, Application, Contribution, Flag, Party

Reduced = tuple[Callable[..., Any], tuple[Any, ...]]


def _by_position(cls: type[Any]) -> Callable[[Any], Reduced]:
    values = attrgetter(*(f.name for f in fields(cls)))
    return lambda value: (cls, values(value))


TABLE: dict[type, Callable[[Any], Reduced]] = {
    cls: _by_position(cls) for cls in (Address, Application, Contribution, Flag, Party)
}


def packed(value: object) -> bytes:
    """For `pickle.loads` in another process of this run; never for a file."""
    buffer = BytesIO()
    pickler = pickle.Pickler(buffer, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = TABLE
    pickler.dump(value)
    return buffer.getvalue()


@contextmanager
def uncollected() -> Iterator[None]:
    """Without looking for cycles meanwhile: applications and flags have none, and are looked through again and again,
    for a sixth of the time."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()
