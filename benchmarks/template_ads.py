"""Synthetic ads with known templates: a network copies and mutates its own wording; everybody uses stock phrases."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from pipeline.extract.templates import AdText

WORDS: dict[str, Any] = tomllib.loads(Path(__file__).with_name("template_words.toml").read_text("utf-8"))
HOURS = "Hours {a}am - {b}pm daily."
CALL = "Call {phone} today."


@dataclass(frozen=True, slots=True)
class Labelled:
    """An ad and the template it was written from, "" for one written freely."""

    ad: AdText
    template: str


def make_ads(rng: Random, count: int, *, templated: float = 0.6) -> list[Labelled]:
    """`count` ads in a shuffled order: templates of 2 to about 60 ads, the others free."""
    made: list[Labelled] = []
    number = 0
    while len(made) < count * templated:
        number += 1
        lines = _lines(rng, rng.randrange(5, 11))
        for _ in range(min(int(rng.paretovariate(1.1)) + 1, 60)):
            made.append(_ad(rng, len(made), _mutated(rng, lines), f"T{number}"))
    while len(made) < count:
        lines = _lines(rng, rng.randrange(0, 5)) + rng.sample(WORDS["stock"], rng.randrange(2, 6))
        made.append(_ad(rng, len(made), lines, ""))
    rng.shuffle(made)
    return made[:count]


def _lines(rng: Random, count: int) -> list[str]:
    lines = [_sentence(rng) for _ in range(count)]
    if count and rng.random() < 0.2:
        lines += rng.sample(WORDS["chinese"], 2)
    elif count and rng.random() < 0.15:
        lines += rng.sample(WORDS["korean"], 2)
    return lines


SENTENCES = (
    "{opening} our {quality} {place} {detail}.",
    "{opening} {{name}} in {{city}}, {quality} and {quality2}.",
    "We offer {offer}, {offer2} {promise}.",
    "{team} {act} {promise}, {detail}.",
)


def _sentence(rng: Random) -> str:
    drawn = {kind: rng.choice(words) for kind, words in WORDS.items() if isinstance(words, list)}
    drawn |= {f"{kind}2": rng.choice(WORDS[kind]) for kind in ("quality", "offer")}
    return rng.choice(SENTENCES).format(**drawn)


def _mutated(rng: Random, lines: list[str]) -> list[str]:
    kept = list(lines)
    if rng.random() < 0.25:
        kept.pop(rng.randrange(len(kept)))
    if rng.random() < 0.35:
        kept.insert(rng.randrange(len(kept) + 1), rng.choice(WORDS["stock"]))
    if rng.random() < 0.35:
        rng.shuffle(kept)
    if rng.random() < 0.15:
        kept = [line.upper() if rng.random() < 0.5 else line for line in kept]
    return kept


def _ad(rng: Random, number: int, lines: list[str], template: str) -> Labelled:
    names = [*rng.choices(WORDS["names"], k=2), rng.choice(WORDS["kinds"])]
    phone = f"417-555-{rng.randrange(10_000):04d}"
    fill = {"name": " ".join(names), "city": rng.choice(WORDS["cities"]), "phone": phone}
    fill |= {"a": str(rng.randrange(8, 12)), "b": str(rng.randrange(8, 13))}
    lines = [*lines, CALL, *([HOURS] if rng.random() < 0.6 else [])]
    text = " ".join(line.replace("{NAME}", "{name}").replace("{CITY}", "{city}").format(**fill) for line in lines)
    text = " ".join(_slip(rng, word) if rng.random() < 0.015 else word for word in text.split(" "))
    if rng.random() < 0.5:
        words = text.split(" ")
        for _ in range(rng.randrange(1, 7)):
            words.insert(rng.randrange(len(words) + 1), rng.choice(WORDS["emoji"]))
        text = " ".join(words)
    site = rng.choice(sorted(WORDS["boilerplate"]))
    return Labelled(AdText(f"a{number:07d}", site, f"{text}\n{WORDS['boilerplate'][site]}"), template)


def _slip(rng: Random, word: str) -> str:
    if len(word) < 4:
        return word
    at = rng.randrange(1, len(word) - 1)
    return rng.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :],
        )
    )
