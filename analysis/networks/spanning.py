"""The fewest and strongest links that hold a network together."""

from __future__ import annotations

from analysis.networks.groups import Groups

Edges = dict[tuple[str, str], float]  # pair -> probability


def spanning_tree(edges: Edges) -> Edges:
    """The strongest set of links that holds all together (Kruskal); ties are broken by id."""
    groups, tree = Groups(), Edges()
    for (a, b), p in sorted(edges.items(), key=lambda item: (-item[1], item[0])):
        if groups.find(a) != groups.find(b):
            groups.union(a, b)
            tree[a, b] = p
    return tree
