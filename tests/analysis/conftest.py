"""A town of invented businesses, written by hand into refs and entities."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from analysis.screening.screen import ScreeningIndex
from pipeline.model import Address, Entity, Ref, stable_id
from tests.analysis.screening.applicants import index_of, suspects

LEARNED = (date(2029, 1, 1) - date(1970, 1, 1)).days  # the day on which the home learned of the first ref


def address(text: str) -> Address:
    """ "1200 N Larkmoor Ave #5" in Springfield; without "#" no unit."""
    street, _, unit = text.partition(" #")
    return Address(text, street.upper(), unit, "Springfield", "MO", "65801")


@dataclass
class Town:
    """Every call adds refs; `entities` groups them as a resolver would."""

    refs: dict[str, Ref] = field(default_factory=dict)
    groups: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def _ref(self, entity: tuple[str, str], role: str, owner: str, kind: str, **more: object) -> Ref:
        ref_id = f"{role}:{owner}:{len(self.refs)}"
        seq = LEARNED + int(more.pop("seq", len(self.refs)))  # type: ignore[call-overload]
        ref = Ref(
            ref_id=ref_id, role=role, owner_kind="ad" if kind == "ad" else "record", owner_id=owner,  # type: ignore[arg-type]
            record_kind=kind, intake_seq=seq, **{"dataset": "test", "site_class": "", "lane": "regulatory", **more},
        )  # fmt: skip
        self.refs[ref_id] = ref
        self.groups.setdefault(entity, []).append(ref_id)
        return ref

    def _places(self, owner: str, kind: str, phones: Iterable[str], place: str, **more: object) -> None:
        for phone in phones:
            self._ref(("phone", phone), "phone", owner, kind, name=phone, phones=(phone,), **more)
        if place:
            self._ref(("premises", place), "premises", owner, kind, name=place, addresses=(address(place),), **more)

    def ad(
        self, shop: str, first: str, last: str, *, phones: tuple[str, ...] = (), place: str = "",
        site_class: str = "illicit", captures: int = 3, lane: str = "regulatory", dataset: str = "", **more: object,
    ) -> str:  # fmt: skip
        owner = f"ad{len(self.refs)}"
        sources = tuple(f"cap-{owner}-{n}" for n in range(captures))
        shared = {
            "site_class": site_class, "first_seen": date.fromisoformat(first), "last_seen": date.fromisoformat(last),
            "sources": sources, "dataset": dataset or f"{site_class}-board", "lane": lane,
        }  # fmt: skip
        places = (address(place),) if place else ()
        name = str(more.pop("name", shop))
        self._ref(
            ("business", shop), "business", owner, "ad", name=name, phones=phones, addresses=places, **shared, **more
        )
        self._places(owner, "ad", phones, place, **shared)
        return owner

    def record(
        self, shop: str, first: str, last: str = "", *, kind: str = "license", people: Iterable[object] = (),
        phones: tuple[str, ...] = (), place: str = "", lane: str = "regulatory", **more: object,
    ) -> str:  # fmt: skip
        """`people`: (entity key, name, role) or (entity key, name, role, dob)."""
        owner = f"{kind}{len(self.refs)}"
        shared = {
            "first_seen": date.fromisoformat(first), "last_seen": date.fromisoformat(last or first),
            "sources": (f"row-{owner}",), "dataset": f"{kind}-file", "lane": lane,
            **({"status": "denied", "cause": "324.262.2(2)"} if kind == "denied" else {}),
            **{k: more.pop(k) for k in ("status", "cause", "seq") if k in more},
        }  # fmt: skip
        places = (address(place),) if place else ()
        name = str(more.pop("name", shop))
        if shop:
            self._ref(
                ("business", shop),
                "business",
                owner,
                kind,
                name=name,
                phones=phones,
                addresses=places,
                **shared,
                **more,
            )
        self._places(owner, kind, phones, place, **shared)
        for person in people:
            key, full, role, *born = person  # type: ignore[misc]
            dob = date.fromisoformat(born[0]) if born else None
            self._ref(("operator", key), "operator", owner, kind, name=full, party_role=role, dob=dob, **shared)
        return owner

    @property
    def entities(self) -> list[Entity]:
        return [
            Entity(self.id(key, kind), kind, self.refs[members[0]].name, tuple(sorted(members)))  # type: ignore[arg-type]
            for (kind, key), members in self.groups.items()
        ]

    @staticmethod
    def id(key: str, kind: str = "business") -> str:
        return stable_id(kind, key)


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture
def index(town: Any) -> ScreeningIndex:
    suspects(town)
    return index_of(town)
