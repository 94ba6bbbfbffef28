"""The little of DER that signatures and time-stamp tokens need: elements with a tag, and what is inside them."""

from __future__ import annotations

from dataclasses import dataclass

SEQUENCE, SET, OID, INTEGER, OCTETS, CONTEXT_0 = 0x30, 0x31, 0x06, 0x02, 0x04, 0xA0


@dataclass(frozen=True, slots=True)
class Node:
    """One element. `whole` are its bytes, `content` those after tag and length, `start` its place in what was read."""

    tag: int
    whole: bytes
    content: bytes
    start: int

    def children(self) -> list[Node]:
        """The elements inside, with places in the outermost data. Raises ValueError."""
        found: list[Node] = []
        place, first = 0, self.start + len(self.whole) - len(self.content)
        while place < len(self.content):
            node = read(self.content[place:], first + place)
            found.append(node)
            place += len(node.whole)
        return found

    def expect(self, tag: int) -> Node:
        """Itself. Raises ValueError when the tag is another one."""
        if self.tag != tag:
            raise ValueError(f"tag {self.tag:#x} where {tag:#x} belongs")
        return self


def wrap(tag: int, *parts: bytes) -> bytes:
    """An element of that tag around the parts."""
    content = b"".join(parts)
    if len(content) < 0x80:
        return bytes([tag, len(content)]) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def read(data: bytes, start: int = 0) -> Node:
    """The element at the beginning of `data`. Raises ValueError."""
    if len(data) < 2:
        raise ValueError("the data ends in an element's head")
    length, after = data[1], 2
    if length & 0x80:
        count = length & 0x7F
        if not 1 <= count <= 4:
            raise ValueError("indefinite or oversized length")
        after += count
        length = int.from_bytes(data[2:after], "big")
    if after + length > len(data):
        raise ValueError("an element ends after the data")
    return Node(data[0], data[: after + length], data[after : after + length], start)
