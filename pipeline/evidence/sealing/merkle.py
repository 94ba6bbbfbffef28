"""The hash tree of RFC 6962 over the entries of one seal: proves an entry without showing its neighbors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

Step = tuple[str, str]  # ("left" or "right", hex of the hash that stands on that side)


def leaf(entry_hash: str) -> bytes:
    return sha256(b"\0" + bytes.fromhex(entry_hash)).digest()


def tree(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """The levels of the tree over at least one leaf, from the leaves up to the root."""
    levels = [list(leaves)]
    while len(levels[-1]) > 1:
        levels.append(_above(levels[-1]))
    return levels


def root(leaves: Iterable[bytes]) -> bytes:
    """Root over at least one leaf; of any number of them only a few hashes are held at a time."""
    waiting: list[tuple[int, bytes]] = []  # (leaves below, hash): whole subtrees, each larger than the next
    for one in leaves:
        waiting.append((1, one))
        while len(waiting) > 1 and waiting[-1][0] == waiting[-2][0]:
            _join(waiting)
    while len(waiting) > 1:
        _join(waiting)
    return waiting[0][1]


def _join(waiting: list[tuple[int, bytes]]) -> None:
    (two, b), (one, a) = waiting.pop(), waiting.pop()
    waiting.append((one + two, sha256(b"\1" + a + b).digest()))


def path(levels: Sequence[Sequence[bytes]], index: int) -> list[Step]:
    """What to hash the leaf at `index` of a `tree` with, from below, to arrive at its root."""
    steps: list[Step] = []
    for level in levels[:-1]:
        other = index ^ 1
        if other < len(level):
            steps.append(("left" if other < index else "right", level[other].hex()))
        index //= 2
    return steps


def climb(entry_hash: str, steps: Sequence[Step]) -> bytes:
    """The root that an entry and its path lead to. Raises ValueError for what is no path."""
    node = leaf(entry_hash)
    for side, other in steps:
        beside = bytes.fromhex(other)
        if side not in {"left", "right"} or len(beside) != 32:
            raise ValueError("not a step of a path")
        node = sha256(b"\1" + (beside + node if side == "left" else node + beside)).digest()
    return node


def _above(level: list[bytes]) -> list[bytes]:
    pairs = [sha256(b"\1" + a + b).digest() for a, b in zip(level[::2], level[1::2], strict=False)]
    return pairs + ([level[-1]] if len(level) % 2 else [])
