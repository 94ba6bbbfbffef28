"""What a reader may see: profiles as data, applied to rows and texts at every exit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pipeline.declared import read_declared
from pipeline.errors import FixInput, FixProfile

SHIPPED = Path(__file__).with_name("redact.toml")
Action = Literal["keep", "blank", "remove"]
ACTIONS = frozenset({"keep", "blank", "remove"})
BLANK = "[withheld]"
_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?:\+?1[\s.-]?)?\(?\d{3}\)?[\s.-]?\d{3}[\s.-]?\d{4}\b")
_BORN = re.compile(r"\b(?:born|dob|date of birth)\b\W{0,3}\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Profile:
    """A reader: what happens to each class of field."""

    name: str
    actions: Mapping[str, Action]
    fields: Mapping[str, str]

    def action(self, column: str) -> Action:
        """What happens to a column; columns without a class are kept."""
        kind = self.fields.get(column)
        return self.actions[kind] if kind else "keep"

    def shows(self, kind: str) -> bool:
        return self.actions[kind] == "keep"


@cache
def profiles() -> dict[str, Profile]:
    """All readers. Raises FixProfile when a class or an action is unknown."""
    return load_profiles(SHIPPED)


def load_profiles(path: Path) -> dict[str, Profile]:
    data = read_declared(path)
    classes = set(data["fields"].values())
    for name, actions in data["profiles"].items():
        if missing := sorted(classes - set(actions)):
            raise FixProfile(f"{path}: profile {name} does not name {missing[0]!r}. Give it keep, blank or remove.")
        if unknown := sorted(set(actions) - classes):
            raise FixProfile(f"{path}: profile {name} names {unknown[0]!r}, which no field is. Remove that line.")
        if wrong := sorted(set(actions.values()) - ACTIONS):
            raise FixProfile(f"{path}: profile {name} has the action {wrong[0]!r}. Use keep, blank or remove.")
    return {name: Profile(name, actions, data["fields"]) for name, actions in data["profiles"].items()}


def profile_named(name: str) -> Profile:
    """The profile of a reader. Raises FixInput with the known names."""
    if name not in profiles():
        raise FixInput(f"{name!r} is no reader's profile. Known: {', '.join(sorted(profiles()))}.")
    return profiles()[name]


def redact_row(row: Mapping[str, Any], profile: Profile) -> dict[str, Any]:
    """The row as the reader may see it: removed fields are gone, blanked ones marked, texts searched."""
    kept: dict[str, Any] = {}
    for column, value in row.items():
        action = profile.action(column)
        if action == "remove":
            continue
        kept[column] = _blanked(value) if action == "blank" else _cleaned(value, profile)
    return kept


def _blanked(value: Any) -> Any:
    return BLANK if value not in (None, "", (), []) else value


def _cleaned(value: Any, profile: Profile) -> Any:
    if isinstance(value, str):
        return redact_text(value, profile)
    if isinstance(value, list | tuple):
        return type(value)(_cleaned(item, profile) for item in value)
    if isinstance(value, Mapping):
        return redact_row(value, profile)
    return value


def redact_text(text: str, profile: Profile, spans: Sequence[tuple[int, int]] = ()) -> str:
    """Text without protected spans (half-open, code points), e-mail addresses and dates of birth; without phones where
    the reader may not see those of a business."""
    for start, end in sorted(_merged(spans), reverse=True):
        mark = BLANK if profile.actions["worker"] == "blank" else ""
        text = text[:start] + mark + text[end:]
    if not profile.shows("private"):
        text = _BORN.sub(BLANK, _EMAIL.sub(BLANK, text))
    if not profile.shows("business"):
        text = _PHONE.sub(BLANK, text)
    return text


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def leaks(text: str, profile: Profile, secrets: Iterable[str] = ()) -> list[str]:
    """What a reader must not see and the text still shows: e-mails, dates of birth, phones, the given secrets."""
    found = [] if profile.shows("private") else [*_EMAIL.findall(text), *_BORN.findall(text)]
    found += [] if profile.shows("business") else _PHONE.findall(text)
    low = text.casefold()
    return [*found, *(s for s in secrets if s and s.casefold() in low)]
