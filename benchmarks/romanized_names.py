"""Romanized names: every way of writing one name, and its hardest neighbors, drawn from a seed."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random


def words(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


SURNAMES = words(
    "Wang,Li,Zhang,Liu,Chen,Yang,Huang,Zhao,Wu,Zhou,Xu,Sun,Ma,Zhu,Hu,Guo,He,Lin,Gao,Luo,Kim,Park,Choi,Jung,Kang,Yoon,"
    "Han,Seo,Shin,Kwon,Nguyen,Tran,Le,Pham,Huynh,Vo,Dang,Bui,Ngo,Duong,Qi,Ouyang,Xie,Tang,Deng,Feng,Cao,Zeng,"
    "Xiao"
)
SYLLABLES = words(
    "Hong,Bo,Wei,Fang,Xiu,Ying,Min,Jing,Qiang,Lei,Jun,Yan,Ping,Mei,Hua,Lan,Yu,Xia,Yun,Feng,Ling,Ting,Xue,Qing,Hui,Zhen,"
    "Guang,Ming,Dan,Rong,Chun,Gui,Zhi,Jian,Xin,Yue,Wen,Jia,Tao,Bin,Hyun,Soo,Young,Hee,Kyung,Hye,Seung,Sang,Yeon,Woo,"
    "Thi,Huong,Hoa,Thu,Ngoc,Linh,Phuong,Thanh,Minh,Duc,Hanh,Loan,Tuyet,Quoc,Bich,Trang,Dung,Tam,Nga"
)
NEAR = {"a": "s", "e": "r", "i": "o", "o": "p", "u": "y", "n": "m", "g": "h", "h": "j", "m": "n", "l": "k", "y": "t"}


def draw(rng: Random) -> tuple[str, tuple[str, ...]]:
    count = rng.choice((1, 2, 2, 2))
    return rng.choice(SURNAMES), tuple(rng.sample(SYLLABLES, count))


def slip(rng: Random, word: str) -> str:
    """One letter dropped, doubled, exchanged with the next or hit beside its key, inside a word."""
    at = rng.randrange(1, len(word) - 1)
    kind = rng.choice(("drop", "double", "swap", "beside"))
    if kind == "drop":
        return word[:at] + word[at + 1 :]
    if kind == "double":
        return word[:at] + word[at] + word[at:]
    if kind == "swap":
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + NEAR.get(word[at], "x") + word[at + 1 :]


def write(rng: Random, surname: str, given: tuple[str, ...], *, plain: bool = False) -> str:
    joined = given[0] + "".join(g.lower() for g in given[1:])
    first = rng.choice((joined, " ".join(given), "-".join(given), "".join(given)))
    if not plain and len(given) > 1 and rng.random() < 0.15:
        first = rng.choice((f"{given[0][0]}.", f"{given[0][0]}. {given[1][0]}.", given[0][0] + " " + given[1][0]))
    written = rng.choice((f"{first} {surname}", f"{surname} {first}", f"{surname}, {first}"))
    if not plain and rng.random() < 0.12:
        word = max(written.replace(",", "").replace("-", " ").split(), key=len)
        if len(word) >= 5:
            written = written.replace(word, slip(rng, word))
    return rng.choice((written, written, written.upper(), written.lower()))


def neighbor(rng: Random, surname: str, given: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Somebody else: one syllable differs, the syllables are swapped, or another surname."""
    if len(given) > 1 and rng.random() < 0.3:
        return surname, given[::-1]
    if rng.random() < 0.15:
        return rng.choice([s for s in SURNAMES if s != surname]), given
    at = rng.randrange(len(given))
    others = [s for s in SYLLABLES if s not in given]
    return surname, (*given[:at], rng.choice(others), *given[at + 1 :])


def draw_pairs(seed: int, count: int) -> Iterator[tuple[str, str, bool]]:
    """`count` pairs of one person in two spellings, then `count` of two people: (a, b, same)."""
    rng = Random(seed)
    for _ in range(count):
        person = draw(rng)
        yield write(rng, *person, plain=True), write(rng, *person), True
    for _ in range(count):
        person = draw(rng)
        yield write(rng, *person, plain=True), write(rng, *neighbor(rng, *person), plain=True), False
