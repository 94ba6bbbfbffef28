"""Romanized names: every way of writing one name against its hardest neighbors. Measured, with a bar."""

from __future__ import annotations

from random import Random

import pytest

from pipeline.resolve.compare import compare_person_names


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
SAME, OTHER = 3000, 3000


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


def measure(seed: int, threshold: float = 0.85) -> tuple[float, float, list[str]]:
    """F1, false-positive rate, and the errors in words."""
    rng = Random(seed)
    hits = false = 0
    errors = []
    for _ in range(SAME):
        person = draw(rng)
        a, b = write(rng, *person, plain=True), write(rng, *person)
        found = compare_person_names(a, b)
        hits += found.score >= threshold
        if found.score < threshold:
            errors.append(f"missed: {a} | {b} | {found.score:.2f} {found.reason}")
    for _ in range(OTHER):
        person = draw(rng)
        a, b = write(rng, *person, plain=True), write(rng, *neighbor(rng, *person), plain=True)
        found = compare_person_names(a, b)
        false += found.score >= threshold
        if found.score >= threshold:
            errors.append(f"false: {a} | {b} | {found.score:.2f} {found.reason}")
    precision, recall = hits / (hits + false), hits / SAME
    return 2 * precision * recall / (precision + recall), false / OTHER, errors


@pytest.mark.parametrize("seed", [11, 12])
def test_variants_are_found_and_neighbors_are_not(seed: int) -> None:
    f1, false_positive_rate, errors = measure(seed)
    assert f1 >= 0.95, errors[:20]
    assert false_positive_rate <= 0.03, errors[-20:]
