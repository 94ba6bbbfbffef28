"""What hangs together, on arrays: millions of pairs of numbers without an object for each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy

Numbers = Any  # a numpy array of integers


def component_labels(count: int, a: Numbers, b: Numbers) -> Numbers:
    """For each of `count` numbers the least number that hangs together with it over the edges (a, b)."""
    label = numpy.arange(count)
    while len(a):
        one, two = label[a], label[b]
        numpy.minimum.at(label, numpy.maximum(one, two), numpy.minimum(one, two))
        while not numpy.array_equal(above := label[label], label):
            label = above
        apart = label[a] != label[b]
        a, b = a[apart], b[apart]
    return label


def batches(label: Numbers, size: int) -> Iterator[Numbers]:
    """The numbers that hang together with another, whole components at a time, at least `size` but for the last."""
    order = numpy.argsort(label, kind="stable")
    sorted_labels = label[order]
    starts = numpy.flatnonzero(numpy.r_[True, sorted_labels[1:] != sorted_labels[:-1]]) if len(label) else order
    sizes = numpy.diff(numpy.r_[starts, len(label)])
    several = numpy.repeat(sizes > 1, sizes)
    order, sizes = order[several], sizes[sizes > 1]
    ends = numpy.cumsum(sizes)
    start = 0
    while start < len(order):
        at = int(numpy.searchsorted(ends, start + size))
        end = int(ends[min(at, len(ends) - 1)])
        yield order[start:end]
        start = end
