"""The match model as an immutable file: numbers for the declared levels, pool frequencies, thresholds, version.

Builds only read a model; training writes a new one. The version is the digest of everything in the file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from math import log2, prod
from pathlib import Path
from typing import Any

from pipeline.errors import FixHome
from pipeline.resolve.declaration import DECLARED, Level
from pipeline.resolve.names.business_names import read_business
from pipeline.resolve.names.romanization import DATA
from pipeline.resolve.names.trade_words import word_frequency
from pipeline.resolve.population import person_frequency

FORMAT = 1
BASE = DATA / "base_model.json"
FLOOR = {"business": 1e-4, "operator": 1e-5}  # no name counts as rarer than this
CEILING = 0.5


@dataclass(frozen=True, slots=True)
class Pool:
    """How often names and their words occur among the refs a model was trained on (shares, 0 to 1)."""

    rows: int = 0
    names: Mapping[str, float] = field(default_factory=dict)
    words: Mapping[str, float] = field(default_factory=dict)

    def frequency(self, term: str) -> float:
        """Share of the whole name, or the one expected from its words if that is larger."""
        if not self.words:
            return self.names.get(term, 0.0)
        words = [self.words.get(word, 0.0) for word in term.split()]
        return max(self.names.get(term, 0.0), prod(words) if len(words) > 1 else 0.0)


@dataclass(frozen=True, slots=True)
class MatchModel:
    """m and u by role, comparison and level; `review` and `match` are probabilities (a band, not a line)."""

    numbers: Mapping[str, Mapping[str, Mapping[str, tuple[float, float]]]]
    priors: Mapping[str, float]
    pools: Mapping[str, Pool]
    review: float = 0.50
    match: float = 0.90
    largest: Mapping[str, int] = field(default_factory=lambda: {"business": 150, "operator": 60})
    trained_on: str = "declared values"

    @property
    def version(self) -> str:
        return hashlib.sha256(self._content().encode()).hexdigest()[:16]

    def weight(self, role: str, comparison: str, level: Level) -> float:
        """Bits of a level before the frequency of the name: log2(m / u); 0 when a value is missing."""
        if level.kind == "missing":
            return 0.0
        m, u = self.numbers[role][comparison][level.name]
        return log2(m / u)

    def term_weight(self, role: str, comparison: str, level: Level, frequency: float | None) -> float:
        """Bits by which the frequency of the name moves a level away from its average."""
        if not level.term or frequency is None:
            return 0.0
        return level.term * (log2(self.numbers[role][comparison][level.name][1]) - log2(frequency))

    def prior_weight(self, role: str) -> float:
        return log2(self.priors[role] / (1.0 - self.priors[role]))

    def frequency(self, role: str, term: str) -> float:
        """Frequency of a name: the larger of population (or declared) and pool, between FLOOR and CEILING."""
        words = tuple(term.split())
        known = person_frequency(words) if role == "operator" else prod(map(word_frequency, words))
        pool = self.pools.get(role)
        return min(CEILING, max(FLOOR[role], known, pool.frequency(term) if pool else 0.0))

    def name_frequency(self, name: str) -> float:
        """Frequency of a trade name as written, such as "Lucky Massage LLC"."""
        return self.frequency("business", " ".join(read_business(name).all_words) or "-")

    def _content(self) -> str:
        return json.dumps({"format": FORMAT, **asdict(self)}, sort_keys=True, indent=1, ensure_ascii=True)

    def save(self, path: Path) -> None:
        """Write the model file. Raises FixHome when another model is there: model files are never rewritten."""
        text = self._content() + "\n"
        if path.exists() and path.read_text(encoding="ascii") != text:
            raise FixHome(
                f"{path} holds another match model, and model files are never rewritten. Save under a new name."
            )
        path.write_text(text, encoding="ascii")

    @staticmethod
    def load(path: Path) -> MatchModel:
        """Read a model file. Raises FixHome when it is damaged or was made for other levels than this program's."""
        try:
            content = json.loads(path.read_text(encoding="ascii"))
            model = _from_json(content)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise FixHome(
                f"The match model {path} cannot be read ({error}). Train a new one with: imb model train"
            ) from error
        if (wrong := _mismatch(model)) or content["format"] != FORMAT:
            raise FixHome(
                f"The match model {path} was made for another program version ({wrong or 'format'}). "
                "Train a new one with: imb model train"
            )
        return model


def _from_json(content: Mapping[str, Any]) -> MatchModel:
    numbers = {
        role: {
            name: {level: (float(v[0]), float(v[1])) for level, v in levels.items()} for name, levels in parts.items()
        }
        for role, parts in content["numbers"].items()
    }
    return MatchModel(
        numbers=numbers,
        priors={role: float(p) for role, p in content["priors"].items()},
        pools={role: Pool(p["rows"], p["names"], p["words"]) for role, p in content["pools"].items()},
        review=float(content["review"]),
        match=float(content["match"]),
        largest={role: int(n) for role, n in content["largest"].items()},
        trained_on=str(content["trained_on"]),
    )


def _mismatch(model: MatchModel) -> str:
    """The first role, comparison or level that the model lacks or has too much, or a number out of range; else ""."""
    for role, declared in declared_model().numbers.items():
        for comparison, levels in declared.items():
            have = model.numbers.get(role, {}).get(comparison, {})
            if set(have) != set(levels):
                return f"{role}: {comparison}"
            if not all(0 < m <= 1 and 0 < u <= 1 for m, u in have.values()):
                return f"{role}: {comparison}: a number outside 0 to 1"
        if set(model.numbers.get(role, {})) != set(declared) or not 0 < model.priors.get(role, 0) < 1:
            return role
    return ""


def declared_model() -> MatchModel:
    """The model with the numbers of declaration.py and no pool."""
    numbers = {
        role: {
            compared.name: {level.name: (level.m, level.u) for level in compared.levels if level.kind != "missing"}
            for compared in declared.comparisons
        }
        for role, declared in DECLARED.items()
    }
    priors = {role: declared.prior for role, declared in DECLARED.items()}
    return MatchModel(numbers, priors, {role: Pool() for role in DECLARED})


def base_model() -> MatchModel:
    """The shipped model, in force until one has been trained."""
    return MatchModel.load(BASE)


def write_base_model(path: Path = BASE) -> None:
    """Write the declared numbers as the shipped model file; run after a change of declaration.py."""
    path.unlink(missing_ok=True)
    replace(declared_model(), trained_on="declared values").save(path)
