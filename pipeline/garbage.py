"""Python's search for reference cycles, put off while millions of small objects without any are made."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def cycles_left_for_later() -> Iterator[None]:
    """Within it nothing looks for cycles: that would walk over all objects again and again, a third of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
