"""Model values to JSON text and back, by their declared types."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import TypeAdapter

T = TypeVar("T")


_ADAPTERS: dict[type, TypeAdapter[Any]] = {}


def _adapter(cls: type) -> TypeAdapter[Any]:
    if cls not in _ADAPTERS:
        _ADAPTERS[cls] = TypeAdapter(cls)
    return _ADAPTERS[cls]


def to_json(value: Any) -> str:
    """Compact JSON of a model dataclass; dates in ISO form."""
    return _adapter(type(value)).dump_json(value).decode()


def from_json(cls: type[T], text: str) -> T:
    """The value that `to_json` wrote. Raises pydantic.ValidationError when the text is something else."""
    value: T = _adapter(cls).validate_json(text)
    return value
