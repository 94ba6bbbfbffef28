"""Two names of people: how likely they are one, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, product

from rapidfuzz.distance import OSA, LCSseq
from rapidfuzz.fuzz import ratio

from pipeline.resolve.names.person_names import PersonName, of_parts, read_person
from pipeline.resolve.names.romanization import boundaries, readings
from pipeline.resolve.names.sounds import (
    VOWELS,
    is_surname_spelling,
    may_be_spelled_alike,
    may_share_sounds,
    same_letters_loosely,
    same_sounds,
)
from pipeline.resolve.names.systems import are_names, are_of_one_system, east_asian_syllables, is_english_name
from pipeline.resolve.names.written_names import written_names

OTHER_PERSON = 0.45  # the most that two different names may score
LEFT_OUT = frozenset(["thi", "van"])  # Vietnamese middles that say little
ONE_LETTER = 0.93  # for a letter off
LONG_PART = 9  # letters of a part in which two slips are believed
BY_ANOTHER_NAME = 0.90  # the most that a former name or an alias may score


def score_people(a: str, b: str) -> tuple[float, str]:
    """Two written names of people; either may hold several ("aka", "née", "/"), of which the first says most."""
    names, others = written_names(a), written_names(b)
    best = _compare_people(read_person(names[0]), read_person(others[0]))
    for one, two in islice(product(names, others), 1, None):
        score, reason = _compare_people(read_person(one), read_person(two))
        if min(score, BY_ANOTHER_NAME) > best[0]:
            best = min(score, BY_ANOTHER_NAME), f"by another name: {reason}"
    return best


def _compare_people(one: PersonName, two: PersonName) -> tuple[float, str]:
    if not one.ordered or not two.ordered:
        return 0.0, "a name is missing"
    if one.native and two.native:
        return (1.0, "same characters") if one.native == two.native else (0.3, "other characters")
    if one.generation and two.generation and one.generation != two.generation:
        return OTHER_PERSON, "of another generation (Jr., Sr.)"
    if _same_letters(one, two):
        same = one.ordered == two.ordered
        return 1.0, "same name" if same else "same name in another order or joined otherwise"
    for native, letters in ((one, two), (two, one)):
        if native.native and (found := _read_so(readings(native.native), letters)):
            return found
    if len(one.ordered) < 2 or len(two.ordered) < 2:
        return min(OTHER_PERSON, _likeness(one, two)), "one name part alone"
    return _other_person(one, two) if _are_far_apart(one, two) else _compare_loosely(one, two)


def _are_far_apart(one: PersonName, two: PersonName) -> bool:
    """Whether two names of two plain parts each are surely another's by every rule below: most pairs of strangers,
    at a tenth of the price."""
    if not (one.is_plain and two.is_plain):
        return False
    (a, b), (c, d) = one.ordered, two.ordered
    if abs(len(a) + len(b) - len(c) - len(d)) <= 2 and any(
        OSA.distance(x, y, score_cutoff=2) <= 2 for x in (a + b, b + a) for y in (c + d, d + c)
    ):
        return False
    return not may_be_spelled_alike(one.ordered, two.ordered)


def _read_so(spelled: Sequence[tuple[str, ...]], letters: PersonName) -> tuple[float, str] | None:
    """Whether characters may be read as the letters say."""
    if any(_same_letters(read_person(" ".join(syllables)), letters) for syllables in spelled):
        return 0.97, "the characters are read so"
    turns = [(*s[i:], *s[:i]) for s in spelled for i in range(len(s))]
    forms = [letters, *letters.shorter()]
    if any(same_sounds(turns, [form.ordered], all_other=1) for form in forms if len(form.ordered) > 1):
        return 0.92, "the characters are read so in another spelling"
    apart = len(letters.pieces) == len(spelled[0])  # as people from elsewhere than the mainland write them
    if apart and same_sounds(turns, [letters.pieces], all_other=1, of_characters=True):
        return 0.86, "the characters may be read so elsewhere"
    return None


def _compare_loosely(one: PersonName, two: PersonName) -> tuple[float, str]:
    if one.initials or two.initials:
        if _initials_fit(one, two):
            return 0.88, "initials fit"
        if any(_initials_fit(x, two) for x in one.shorter()) or any(_initials_fit(one, y) for y in two.shorter()):
            return 0.86, "initials fit, a part of the name left out"
        if one.initials and two.initials:
            return min(OTHER_PERSON, _likeness(one, two)), "initials differ"
    if _english_name_elsewhere(one, two):
        return 0.95, "same name, its English given name elsewhere"
    if one.has_middle and (one.mirror == two.mirror or one.ordered == two.ordered[::-1]):
        return 0.95, "same name from the other end"
    if _middle_behind(one, two) or _middle_behind(two, one):
        return 0.86, "same name, the middle behind the given name"
    letters, others = sorted((one.letters, two.letters), key=len)
    strange = len(letters) - LCSseq.similarity(sorted(letters), sorted(others))  # letters that the longer name lacks
    full, other = (one, two) if len(one.letters) > len(two.letters) else (two, one)
    longer = strange == 0 and len(others) > len(letters)
    if longer and any(_same_letters(short, other) for short in full.shorter()):
        return 0.90, "a part of the name left out"
    if strange <= 2 and (slip := _slip(one, two)):
        return slip, "a letter or two off"
    if _sounds_alike(one, two):
        return 0.86, "another spelling of the sounds, or a short form"
    if strange <= 1 and (_slip_shortened(one, two) or _slip_shortened(two, one)):
        return 0.85, "a part of the name left out, a letter off"
    if len(one.ordered) > 2 and one.jumbled == two.jumbled:
        return 0.70, "same parts in another order"
    return _other_person(one, two)


def _other_person(one: PersonName, two: PersonName) -> tuple[float, str]:
    why = "other given name" if set(one.parts) & set(two.parts) else "other name"
    return min(OTHER_PERSON, _likeness(one, two)), why


def _middle_behind(one: PersonName, two: PersonName) -> bool:
    """ "Phan, Bao Quoc", as forms that ask for the given name first make of Phan Quoc Bao."""
    given_first = read_person(" ".join(one.pieces)) if one.after_comma and len(one.pieces) == 3 else one
    return given_first is not one and given_first.has_middle and bool(two.mirror) and given_first.mirror == two.mirror


def _english_name_elsewhere(one: PersonName, two: PersonName) -> bool:
    """ "Nancy Meihua Tao", "Tao Mei Hua (Nancy)": an English given name in another place, the rest of syllables."""
    if len(one.ordered) < 3 or len(two.ordered) < 3:
        return False
    for shared in set(one.parts) & set(two.parts):
        if is_english_name(shared) and not is_surname_spelling(shared):  # "Teo Hui Ling"
            left, right = (read_person(" ".join(p for p in name.ordered if p != shared)) for name in (one, two))
            if all(len(p) < 3 or are_of_one_system([p]) for p in left.ordered) and _same_letters(left, right):
                return True
    return False


def _sounds_alike(one: PersonName, two: PersonName) -> bool:
    """Spellings of one sound, some part written alike; or every part of three or more in another system."""
    if not (
        may_be_spelled_alike(one.ordered, {*two.ordered, *two.pieces})
        or may_be_spelled_alike(two.ordered, {*one.ordered, *one.pieces})
    ):
        return False
    if same_sounds(one.turns(), [two.ordered]):
        return True
    if one.has_middle and same_sounds([one.from_the_end()], [two.ordered]):
        return True
    if any(same_letters_loosely(turn, two.ordered) for turn in one.turns()):
        return True
    return any(_sound_alike_shortened(full, other) for full, other in ((one, two), (two, one)))


def _sound_alike_shortened(full: PersonName, other: PersonName) -> bool:
    """Without the second surname, the patronymic, the middle or the English given name of the first name."""
    if max(len(full.pieces), len(full.ordered)) < 3 or len(other.ordered) < 2:
        return False
    turns = [turn for rest in full.without_english_or_middle() for turn in of_parts("", rest).turns()]
    turns += full.ends()
    if any(same_letters_loosely(turn, other.ordered) for turn in turns):
        return True
    if not may_share_sounds(other.ordered, (*full.ordered, *full.pieces)):
        return False
    turns += [turn for short in full.without_second_surname() for turn in short.turns()]
    return same_sounds(turns, [other.ordered])


def _likeness(one: PersonName, two: PersonName) -> float:
    return OTHER_PERSON * ratio(one.spelled, two.spelled) / 100


def _same_letters(one: PersonName, two: PersonName) -> bool:
    """The same letters from one of the ends, with no part boundary of one name inside a part of both."""
    if len(one.letters) != len(two.letters) or one.turned != two.turned:
        return False
    for left in one.turns():
        for right in two.turns():
            if "".join(left) == "".join(right):
                starts, others = boundaries(left), boundaries(right)
                if starts <= others or others <= starts:
                    return True
    return False


def _initials_fit(one: PersonName, two: PersonName) -> bool:
    """One part written out on both sides, and every other part begins as its initial says, in order."""
    for x, y in ((one, two), (two, one)):
        turned = [(left, right) for left in x.turns() for right in y.turns()]
        if x.after_comma and len(x.ordered) == len(y.ordered):  # "TRAN, HUNG V." is Hung V. Tran
            turned += [(x.pieces, y.ordered), (x.pieces, y.from_the_end())]
        if x.pieces and len(x.pieces) == len(y.pieces) and x.pieces != x.ordered:
            turned.append((x.pieces, y.pieces))  # "GARCIA-LOPEZ, MARIA J" is Maria José García López
        if y.has_middle and len(x.ordered) == len(y.ordered):
            turned += [(x.ordered, y.from_the_end()), (x.from_the_end(), y.ordered)]
        if _initial_of_what_is_left_out(x, y):
            return True
        turned += _besides_english_name(x, y)
        if any(_aligned(left, right) for left, right in turned):
            return True
    return False


def _initial_of_what_is_left_out(short: PersonName, full: PersonName) -> bool:
    """ "Ruan, Caixia V" is Vivian Caixia Ruan, "Doan, Kim Chi T" is Doan Thi Kim Chi: an initial of an English name or
    of a middle that often goes unwritten, wherever it stands."""
    if len(short.initials) != 1 or full.initials or len(short.parts) < 2 or len(full.parts) < 3:
        return False
    rest = read_person(" ".join(short.parts))
    meant = {p for p in full.parts if p[0] == short.initials[0] and (p in LEFT_OUT or is_english_name(p))}
    return any(_same_letters(rest, read_person(" ".join(p for p in full.parts if p != left_out))) for left_out in meant)


def _besides_english_name(one: PersonName, two: PersonName) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """What is left of both names, in any turn, without an English given name that both have: "Grace Y. Liu" is Liu Yang
    Grace."""
    if len(one.ordered) != 3 or len(two.ordered) != 3:
        return
    for shared in set(one.parts) & set(two.parts):
        if is_english_name(shared):
            left, right = (tuple(p for p in name.ordered if p != shared) for name in (one, two))
            yield from product((left, left[::-1]), (right, right[::-1]))


def _aligned(short: tuple[str, ...], full: tuple[str, ...]) -> bool:
    """The first part equal; the rest of `short`, initials among them, abbreviates the rest of `full`."""
    if short[0] != full[0] or len(short[0]) < 2 or not any(len(p) == 1 for p in short):
        return False
    rest, words = short[1:], full[1:]
    if len(rest) == 1 and len(rest[0]) == 1:
        return bool(words) and words[0][0] == rest[0]
    if len(rest) == len(words):
        return all(w.startswith(r) if len(r) == 1 else w == r for r, w in zip(rest, words, strict=True))
    return len(words) == 1 and _syllables_begin(words[0], rest)


def _syllables_begin(word: str, letters: tuple[str, ...]) -> bool:
    """ "hongbo" fits "h b": the initials of its syllables."""
    if not letters or not word:
        return not letters and not word
    if not word.startswith(letters[0]):
        return False
    return any(
        word[:cut] in east_asian_syllables() and _syllables_begin(word[cut:], letters[1:])
        for cut in range(1, min(7, len(word)) + 1)
    )


def _slip(one: PersonName, two: PersonName) -> float:
    """A score when a typing slip explains the difference; 0 when the letters make two names."""
    best = 0.0
    if abs(len(one.letters) - len(two.letters)) > 2:
        return best
    for left in one.turns():
        for right in two.turns():
            joined = "".join(left), "".join(right)
            length = min(map(len, joined))
            edits = OSA.distance(*joined, score_cutoff=2)
            if length < 5 or edits > (2 if length >= 12 else 1):
                continue
            if edits == 2 and len(set(left) ^ set(right)) > 2 and len(left) == len(right):
                continue  # a slip in each of two parts: "Antonina Belova", "Antonia Belov"
            if edits == 2 and _two_for_two(left, right):
                continue
            if edits == 2 and _in_no_long_part(left, right):
                continue
            if (
                not _of_another_gender(left, right)
                and not _both_are_names(left, right)
                and not _in_a_short_part(left, right)
                and not (edits == 2 and _other_ending(left, right))
            ):
                best = max(best, ONE_LETTER if edits == 1 else 0.88)
    return best


def _slip_shortened(full: PersonName, other: PersonName) -> bool:
    """ "Patricia Lynn Hargrove", "Patrica Hargrove": one letter off beside a middle name left out."""
    if len(full.pieces) < 3 or len(other.ordered) != 2:
        return False
    return any(_slip(of_parts("", short), other) >= ONE_LETTER for short in full.ends())


def _both_are_names(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    """The parts that differ are names of their own on both sides: then a letter makes another person."""
    shared = set(left) & set(right)
    whole = (*left, *right)
    return are_names([p for p in whole if p not in shared], whole)


def _in_no_long_part(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    """Two letters of one part of few: "Sunita", "Sumitra"."""
    one, two = (next(iter(set(a) - set(b)), "") for a, b in ((left, right), (right, left)))
    return len(left) == len(right) and min(map(len, (one, two))) < LONG_PART


def _of_another_gender(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    """ "Oleksandr", "Oleksandra"; "Rodolfo", "Rodolfa". Not of the surnames of one family: "Belov", "Belova"."""
    one, two = sorted((next(iter(set(a) - set(b)), "") for a, b in ((left, right), (right, left))), key=len)
    if len(set(left) ^ set(right)) != 2 or not one or two[-1] != "a":
        return False
    if len(one) == len(two):
        return one[:-1] == two[:-1] and one[-1] == "o"
    return two[:-1] == one and one[-1] not in VOWELS and not one.endswith(("ov", "ev", "in", "yn", "sk", "sky"))


def _two_for_two(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    """Two letters for two others in one part, none exchanged: "Chanthira", "Chanthana"."""
    other = set(left) ^ set(right)
    return len(other) == 2 and len({len(p) for p in other}) == 1 and len({"".join(sorted(p)) for p in other}) == 2


def _in_a_short_part(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    """One letter for another in a part of three letters or less: "Eng", "Ing"."""
    other = set(left) ^ set(right)
    return len(other) == 2 and all(len(p) < 4 for p in other) and len({"".join(sorted(p)) for p in other}) == 2


def _other_ending(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    """One part ends otherwise, "Pornthip" and "Pornthida": two letters in one place are seldom a slip of the finger."""
    one, two = (next(iter(set(a) - set(b)), "") for a, b in ((left, right), (right, left)))
    if len(set(left) ^ set(right)) != 2 or not one or not two:
        return False
    return one[-1] != two[-1] and one[: min(map(len, (one, two))) - 2] == two[: min(map(len, (one, two))) - 2]
