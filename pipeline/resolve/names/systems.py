"""Systems that romanized names are spelled in, and the spellings of one pinyin syllable in each of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from itertools import product

from rapidfuzz.distance import OSA

from pipeline.resolve.names.romanization import is_syllabic, pinyin_syllables, spelling
from pipeline.resolve.population import first_frequency, is_common_first, is_rather_first, is_settled_name

# Wade-Giles, apostrophes and umlauts left out as people leave them out: beginnings, endings, and whole syllables that
# follow neither.
_INITIALS = {
    "zh": "ch", "ch": "ch", "sh": "sh", "b": "p", "d": "t", "g": "k", "j": "ch", "q": "ch", "x": "hs", "z": "ts",
    "c": "ts", "r": "j",
}  # fmt: skip
_FINALS = {"ong": "ung", "iong": "iung", "ie": "ieh", "ue": "ueh", "ve": "ueh", "ian": "ien", "v": "u"}
_AFTER_MOST = {"e": "o", "uo": "o"}  # ge is ko, duo is to; he is ho
_WHOLE = {
    "zhi": "chih", "chi": "chih", "shi": "shih", "ri": "jih", "zi": "tzu tsu", "ci": "tzu tsu", "si": "ssu szu",
    "er": "erh", "e": "o", "ye": "yeh", "yan": "yen", "you": "yu", "yong": "yung", "yue": "yueh", "gui": "kuei",
    "kui": "kuei",
    "guo": "kuo", "kuo": "kuo", "shuo": "shuo", "huo": "huo", "zhe": "che", "che": "che", "she": "she", "re": "je",
    "ze": "tse", "ce": "tse", "se": "se", "te": "te", "le": "le lo", "de": "te", "ne": "ne", "wei": "wei",
}  # fmt: skip
ENGLISH_LEAST = 7e-5  # share of people from which a given name of syllables is English: Meiling and Xiaoyan are rarer
_LONGEST = 8  # letters of a syllable
_EAST_ASIAN = ("pinyin", "korean", "vietnamese", "giles", "cantonese", "min")
ABROAD = ("giles", "cantonese", "min")  # systems whose syllables stand for one of pinyin


@lru_cache(maxsize=1)
def spelled_abroad() -> Mapping[str, Mapping[str, frozenset[str]]]:
    """System -> its spelling of a syllable -> the pinyin syllables that it may stand for."""
    found: dict[str, dict[str, set[str]]] = {system: {} for system in ABROAD}
    for pinyin in sorted(pinyin_syllables()):
        for word in wade_giles(pinyin):
            found["giles"].setdefault(word, set()).add(pinyin)
    for system in ("cantonese", "min"):
        for line in spelling()["dialects"][system]:
            pinyin, *words = line.split()
            for word in words:
                found[system].setdefault(word, set()).add(pinyin)
    return {system: {word: frozenset(of) for word, of in words.items()} for system, words in found.items()}


@lru_cache(maxsize=1024)
def wade_giles(pinyin: str) -> frozenset[str]:
    """Spellings of a pinyin syllable in Wade-Giles; some are pinyin syllables of another sound."""
    if pinyin in _WHOLE:
        return frozenset(_WHOLE[pinyin].split())
    initial = next((i for i in _INITIALS if pinyin.startswith(i)), "")
    rest = pinyin.removeprefix(initial)
    head = _INITIALS.get(initial, "")
    if not initial:
        rest = pinyin.lstrip("bcdfghjklmnpqrstwxyz")
        head = pinyin.removesuffix(rest)
    ending = _AFTER_MOST.get(rest) if head and head not in ("y", "w", "m", "f") else None
    return frozenset((head + (ending or _FINALS.get(rest, rest)),))


@lru_cache(maxsize=1)
def _systems() -> Mapping[str, frozenset[str]]:
    words, morae = spelling(), spelling()["japanese"]
    return {
        **{system: frozenset(spelled) for system, spelled in spelled_abroad().items()},
        # "Minge", "Xiaoe": Ming E, Xiao E
        "pinyin": usual_pinyin() | {s + "e" for s in usual_pinyin() if len(s) > 2 and s[-1] in "ngou"},
        "korean": frozenset((words["korean"] + words["more_korean"] + words["rare_korean"]).split()),
        "vietnamese": frozenset((words["vietnamese"] + words["rare_vietnamese"]).split()),
        "japanese": frozenset(map("".join, product(*(morae[k].split(",") for k in ("initials", "vowels", "endings"))))),
    }


@lru_cache(maxsize=1)
def east_asian_syllables() -> frozenset[str]:
    return frozenset().union(*(_systems()[system] for system in _EAST_ASIAN))


@lru_cache(maxsize=1)
def usual_pinyin() -> frozenset[str]:
    """The syllables of pinyin that names hold."""
    return pinyin_syllables() - frozenset((spelling()["unusual"] + spelling()["unusual_at_home"]).split())


@lru_cache(maxsize=65536)
def is_run_of(token: str, system: str, most: int = 3) -> bool:
    """Whether a token is spelled in a system from its first letter to its last, in as many syllables as names have."""
    return _runs(token, _systems()[system], 6 if system == "japanese" else most)


def _runs(token: str, known: frozenset[str], most: int) -> bool:
    if not token or not most:
        return not token
    cuts = range(1, min(len(token), _LONGEST) + 1)
    return any(token[:cut] in known and _runs(token[cut:], known, most - 1) for cut in cuts)


@lru_cache(maxsize=65536)
def is_of_another_country(token: str) -> bool:
    """Whether a token is spelled as in Vietnamese or Korean and in no system of Chinese: "thanh", "eunkyung"."""
    foreign = any(is_run_of(token, system) for system in ("vietnamese", "korean"))
    return foreign and not any(is_run_of(token, system) for system in ("pinyin", *ABROAD))


def are_names(parts: Collection[str], whole: Collection[str]) -> bool:
    """Whether parts that differ, of the `whole` of two names, are names as they stand: known ones, or of syllables.

    Then another letter makes another person. Japanese counts where all is Japanese: many names are such runs.
    """
    if len(parts) == 2 and _are_exchanged(*parts) and not all(map(is_settled_name, parts)):
        return _are_spelled_in_one_system(parts, whole)  # two letters exchanged are a slip rather than a rare name
    if all(is_settled_name(p) or is_syllabic(p) for p in parts):  # of syllables of several systems besides: "heewei"
        return True
    japanese = all(is_run_of(part, "japanese") for part in whole)
    return japanese or any(all(is_settled_name(p) or is_run_of(p, s) for p in parts) for s in _EAST_ASIAN)


def _are_exchanged(one: str, two: str) -> bool:
    """Whether two neighboring letters have changed places."""
    return sorted(one) == sorted(two) and OSA.distance(one, two, score_cutoff=1) == 1


def _are_spelled_in_one_system(parts: Collection[str], whole: Collection[str]) -> bool:
    """Whether one system spells both names but for English given names: "Hui Man", "Hiu Man"; not "Linlin Hoa"."""
    own = [p for p in whole if p in parts or not is_common_first(p)]
    korean = all(p in _korean_spellings() or is_run_of(p, "korean") for p in own)
    japanese = all(is_run_of(p, "japanese") for p in own)
    if japanese and (are_of_one_system(parts) or not any(are_of_one_system([p]) for p in parts)):
        return True
    return korean or are_of_one_system(own)


@lru_cache(maxsize=1)
def _korean_spellings() -> frozenset[str]:
    """Of surnames too: "ko", "rhee"."""
    return frozenset(word for line in spelling()["sounds"]["syllables"] for word in line.split())


@lru_cache(maxsize=65536)
def is_english_name(token: str) -> bool:
    """Whether a token is a given name of English or its neighbors, of syllables by chance ("Linda", "Susan") or not."""
    if is_syllabic(token) or are_of_one_system([token]):
        return is_rather_first(token) and first_frequency(token) >= ENGLISH_LEAST
    return is_common_first(token)


def are_of_one_system(parts: Collection[str]) -> bool:
    return any(all(is_run_of(part, system) for part in parts) for system in _EAST_ASIAN)
