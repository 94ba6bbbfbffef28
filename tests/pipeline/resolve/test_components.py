"""What hangs together, on arrays: as a graph library has it, and handed out whole."""

from __future__ import annotations

import networkx
import numpy
from hypothesis import given
from hypothesis import strategies as st

from pipeline.resolve.components import batches, component_labels

COUNT = 30
EDGES = st.lists(st.tuples(st.integers(0, COUNT - 1), st.integers(0, COUNT - 1)), max_size=40)


@given(EDGES, st.integers(1, 8))
def test_labels_and_batches(edges: list[tuple[int, int]], size: int) -> None:
    graph = networkx.Graph(edges)
    graph.add_nodes_from(range(COUNT))
    together = [sorted(numbers) for numbers in networkx.connected_components(graph)]
    ends = numpy.array(edges, int).reshape(-1, 2)
    label = component_labels(COUNT, ends[:, 0], ends[:, 1])
    assert all(label[number] == numbers[0] for numbers in together for number in numbers)
    handed = [part.tolist() for part in batches(label, size)]
    assert all(len(part) >= size for part in handed[:-1])
    assert [n for part in handed for n in part] == [
        n for numbers in sorted(together) if len(numbers) > 1 for n in numbers
    ]
    for numbers in together:
        assert sum(not set(numbers).isdisjoint(part) for part in handed) == (len(numbers) > 1)


def test_nothing_hangs_together_where_there_is_nothing() -> None:
    nothing = numpy.empty(0, int)
    assert component_labels(0, nothing, nothing).tolist() == []
    assert list(batches(nothing, 5)) == []
    assert list(batches(numpy.arange(3), 5)) == []
