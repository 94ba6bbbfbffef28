"""What is said directly before a number: a word for phone, a word for something else, somebody else's line."""

from __future__ import annotations

import re

from pipeline.extract.phones.vocab import DECLARED, any_of

_WORDS: dict[str, list[str]] = DECLARED["context"]
_REACH = 40  # characters read before a number
_HEADING_SIGNS = frozenset(":#=")
_CODE_REACH = 16  # from "id" or "code" to the number that it names
_SIGN_REACH = 4  # from a drawn telephone to its number
_CODE_LETTERS = "ac-gjknp-rtvy"  # that stand for no digit, "hours", extension, mile, "you" or "with"
_PHONE = frozenset(_WORDS["phone"])
_NOT_THEIRS: tuple[str, ...] = tuple(_WORDS["not_the_advertiser"])
_ANY_NOT_THEIRS = re.compile(any_of(_NOT_THEIRS))
_SIGNS = frozenset(_WORDS["signs"])
_ASKED = re.compile(rf"(?:(?<![a-z])(?:{any_of(_WORDS['asking'])})(?![a-z])|[{_WORDS['signs']}])[^.!?\n0-9$]*$")
_BEGUN = re.compile(r"(?:^|[\n.!?~*|]|[^\x00-\x7f])\s*$")
_ENDED = re.compile(r"\s*(?:$|[\n.!?~*|](?![0-9])|[^\x00-\x7f])")
_GOES_ON = re.compile(rf"[ ,.!\n-]{{1,4}}(?:{any_of(_WORDS['goes_on'])})(?![a-z])")
_LAST_WORD = re.compile(r"([a-z]+)[^a-z0-9]{0,6}$")
_LONG = [word for word in _WORDS["other"] if len(word) > 6]  # that nothing else ends in: "LMTLicense 2016…"
_OTHER = re.compile(
    f"(?:(?<![a-z])(?:{any_of(_WORDS['other'])})|{any_of(_LONG)})[\\W_]{{0,3}}(?:no|number|num|is)?[\\W_]{{0,3}}$"
)
_HEADED = re.compile(rf"(?<![a-z])(?:{any_of(_WORDS['headed'])})(?: (?:no|num|number|nr))?\.? ?[:#=][ #:]*$")
_CODED = re.compile(
    r"(?P<whose>[a-z]*(?: [a-z]+)?)[ _-]?(?<![a-z\x02\u0080-\uffff])(?:id|code)(?: (?:no|num|number))?\.?[ :#=]{0,4}$"
)
_NUMBERS_TOO = tuple(_WORDS["numbers_too"])
_NAMED = re.compile(
    rf"(?<![a-z])(?:{any_of(_WORDS['never'])}|(?:{any_of(_WORDS['numbered'])})s?[\W_]{{0,3}}"
    rf"(?:{any_of(_WORDS['marks'])}))[\W_]{{0,3}}(?:(?:is|{any_of(_WORDS['marks'])})[\W_]{{0,3}})?(?:[0-9a-z]{{1,6}}-)?$"
)
# Glued to digits written as digits: "0162A" on a lot, "1Z31…", "…47abcdef01". Not "x204", not "call", not a look-alike.
_CODE_BEHIND = re.compile(
    rf"[{_CODE_LETTERS}](?![a-z0-9])|[a-f]{{1,6}}[0-9]| ?(?:{any_of(_WORDS['code_behind'])})(?![a-z])"
)
# "case 816-555-0123-CV", "license MT 2016555012".
_NUMBERED = re.compile(rf"(?<![a-z])(?<!in )(?:{any_of([*_WORDS['numbered'], *_WORDS['licensed']])})[\W_]{{1,3}}$")
_PAGE_BEHIND = re.compile(r"\.(?:s?html?|php|aspx?)(?![a-z])")  # "/7733412094.html": the number of a post
_CODE_GOES_ON = re.compile(r"(?:-[a-z0-9]{1,3}|\.[0-9]{2})(?![a-z0-9])")
_LICENSED = re.compile(
    rf"(?<![a-z])(?:(?:{any_of(_WORDS['licensed'])})[\W_]{{1,2}}[a-z]{{1,4}}[\W_]{{1,2}}|(?:{any_of(_WORDS['glued'])}))\Z"
)
# "models 816-555-0150 and 816-555-0151": what is said of the first holds for the second.
_ONE_BEFORE = re.compile(r"[2-9][0-9]{2}([-. ])[0-9]{3}\1[0-9]{4} ?(?:and|or|to|[&,/]|replaces) ?$")
_FAX = any_of(_WORDS["fax"])
_FAX_BEFORE = re.compile(
    rf"(?<![a-z])(?P<both>(?:tel|phone|ph|call|voice|office|text)\.?\W{{1,3}}(?:(?:and|or|y|n)\W)?)?(?:{_FAX})"
    r"(?:\W{1,2}(?:no|number|num|line|is|#))?[\W_]{0,6}$"
)
_F_BEFORE = re.compile(r"(?:^|[\s|,;/])f ?:[ +(]{0,3}$")  # "P: … F: …"
_FAX_BEHIND = re.compile(rf"\W{{0,2}}[(\[]? ?(?:{_FAX})(?![a-z])(?!\W{{0,6}}[0-9])")
_PREFIX = re.compile(r"(?<![a-z])[a-z]{1,3}$")
_CODE_BEFORE = re.compile(rf"[0-9][z{_CODE_LETTERS}]$")
_MAY_NAME = (*_WORDS["never"], *_WORDS["marks"], "is")
_TOLL_FREE = re.compile(rf"\+?1?[-. (]{{0,2}}(?:{any_of(_WORDS['toll_free'])})(?![0-9]{{1,2}}(?![0-9]))")
# The phrase belongs to the number before it, unless another number follows.
_BEHIND = re.compile(
    r"[ )(-]{1,4}(?:(?:is|for|our|the|this|site|website) ){0,3}"
    rf"(?:(?P<theirs>{any_of(_NOT_THEIRS)})|{any_of(_WORDS['service'])})(?![a-z])(?![^.!?\n]{{0,12}}[0-9])"
)
_SERVICE_BEFORE = re.compile(
    rf"(?<![a-z])(?:{any_of(_WORDS['service'])})(?:[?!.:,]? (?:line|number|phone|at|is|call|please|contact|us)){{0,2}}"
    r"[ ?:#(+-]{0,4}1?[-. (]{0,2}$"
)


def says_phone(folded: str, start: int) -> bool:
    """ "Call", "text", "tel:" … stand before the offset."""
    last = _LAST_WORD.search(folded, max(0, start - 16), start)
    return (last is not None and last[1] in _PHONE) or _is_drawn_as_phone(folded, start)


def _is_drawn_as_phone(folded: str, start: int) -> bool:
    return not _SIGNS.isdisjoint(folded[max(0, start - _SIGN_REACH) : start])


def asks_to_call(folded: str, start: int) -> bool:
    """A word for phone stands before the offset, other than an "at" that may begin a time or a place."""
    if _is_drawn_as_phone(folded, start):
        return True
    last = _LAST_WORD.search(folded, max(0, start - 16), start)
    if last is None or last[1] not in _PHONE:
        return False
    return last[1] != "at" or says_phone(folded, last.start(1))


def is_asked_for(folded: str, start: int) -> bool:
    """The sentence before the offset asks to call: "you can reach the front desk on …"."""
    return _ASKED.search(folded, max(0, start - _REACH), start) is not None


def stands_alone(folded: str, start: int, end: int, *, hyphens: bool) -> bool:
    """Whether a sentence begins at the offset, and ends behind the number or goes on as one about a telephone does.

    One with hyphens may be any identifier.
    """
    if not _BEGUN.search(folded[max(0, start - 4) : start].rstrip("(")):
        return False
    if _GOES_ON.match(folded, end):
        return True
    return bool(not hyphens and _ENDED.match(folded, end))


def says_other(folded: str, start: int) -> bool:
    """ "License", "post id", "#" … stand before the offset."""
    return _OTHER.search(_said_before(folded, start)) is not None


def _said_before(folded: str, start: int) -> str:
    """What stands before a number, without letters of an identifier that it ends: "model ZX5735550111"."""
    if prefix := _PREFIX.search(folded, max(0, start - 4), start):
        start = prefix.start()
    return folded[max(0, start - _REACH) : start].rstrip("+( ")


def says_fax(text: str, start: int, end: int) -> bool:
    """A word for fax alone stands beside the number: "Fax: …", "… (fax)"; "Phone/Fax" is a telephone too."""
    before = text[max(0, start - _REACH) : start].lower()
    if _F_BEFORE.search(before):
        return True
    if (led := _FAX_BEFORE.search(before)) is not None:
        return not led["both"]
    return _FAX_BEHIND.match(text[end : end + 20].lower()) is not None


def names_another(folded: str, start: int) -> bool:
    """A label directly before the offset says what other kind of number it is: "invoice no", "docket 20CV-"."""
    if other := _ONE_BEFORE.search(folded, max(0, start - _REACH), start):
        start = other.start()
    before = _said_before(folded, start)
    if before[-1:] in _HEADING_SIGNS and _HEADED.search(before):
        return True
    tail = before[-_CODE_REACH:]
    if (
        ("id" in tail or "code" in tail)
        and (coded := _CODED.search(before))
        and not coded["whose"].strip().endswith(_NUMBERS_TOO)
    ):
        return True
    if not before.endswith("-") and "#" not in before[-4:] and not before.rstrip(": .").endswith(_MAY_NAME):
        return False
    return _NAMED.search(before) is not None


def is_in_a_code(folded: str, start: int, end: int) -> bool:
    """Whether digits go on, without a blank, as the letters and digits of an identifier."""
    before = folded[max(0, start - _REACH) : start]
    if (_CODE_GOES_ON.match(folded, end) and _NUMBERED.search(before)) or _LICENSED.search(before):
        return True
    if folded[start - 1 : start] == "/" and folded[start:end].isdigit() and _PAGE_BEHIND.match(folded, end):
        return True
    return (
        _CODE_BEHIND.match(folded, end) is not None
        or _CODE_BEFORE.search(folded[max(0, start - 2) : start]) is not None
    )


def is_not_theirs(folded: str, start: int, end: int) -> bool:
    """The line of the site or of a public service, by what the same sentence says beside it."""
    before = folded[max(0, start - _REACH) : start]
    if (behind := _BEHIND.match(folded, end)) and (behind["theirs"] or _TOLL_FREE.match(folded, start)):
        return True
    if "8" in folded[start : start + 5] and _TOLL_FREE.match(folded, start) and _SERVICE_BEFORE.search(before):
        return True
    if not _ANY_NOT_THEIRS.search(before):
        return False
    for phrase in _NOT_THEIRS:
        at = before.rfind(phrase)
        if at >= 0 and not any(mark in before[at:] for mark in ".!?"):
            return True
    return False
