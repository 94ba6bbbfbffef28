"""What hangs together: union-find over ids."""

from __future__ import annotations


class Groups:
    """Union-find over ids; the representative is the smallest id, so the order of unions does not matter."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def find(self, item: str) -> str:
        root = item
        while (up := self._parent.get(root, root)) != root:
            root = up
        while (up := self._parent.get(item, item)) != root:
            self._parent[item] = root
            item = up
        return root

    def union(self, a: str, b: str) -> None:
        low, high = sorted((self.find(a), self.find(b)))
        self._parent[high] = low
