"""Single cells to values: dates, ZIP codes, phones, names in native script. Nothing is guessed: unclear is unread."""

from __future__ import annotations

import re
import tomllib
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from pipeline.extract.phones import normalize_phone
from pipeline.records.cell_text import NOTHING, clean
from pipeline.resolve.names.romanization import fold, is_syllabic
from pipeline.resolve.names.trade_words import word_frequency
from pipeline.resolve.population import first_frequency, surname_frequency

SENTINELS = frozenset(
    date.fromisoformat(d)
    for d in (
        "0001-01-01",
        "1753-01-01",
        "1800-01-01",
        "1900-01-01",
        "1901-01-01",
        "2100-04-20",
        "2999-12-31",
        "9999-12-31",
    )
)
LAYOUTS = (
    "%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y", "%Y%m%d", "%m%d%Y", "%m-%d-%Y", "%m-%d-%y", "%Y/%m/%d", "%d-%b-%Y", "%d-%b-%y",
    "%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%d %b %Y", "%d %B %Y", "%m.%d.%Y",
)  # fmt: skip
CLOCK = re.compile(r"[T ]+\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*([AaPp]\.?[Mm]\.?)?\s*(Z|[+-]\d{2}(:?\d{2})?|UTC)?$")
ORDINAL = re.compile(r"(?i)(?<=\d)(?:st|nd|rd|th)\b")  # "February 7th, 1996"
ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
SLASHED = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
ZIP = re.compile(r"^(\d{5})(?:[-\s]?(\d{4}))?$")
ZERO_STATES = frozenset(("CT", "MA", "ME", "NH", "NJ", "RI", "VT", "PR", "VI"))  # whose ZIP codes begin with 0
STATES = tomllib.loads(Path(__file__).with_name("states.toml").read_text(encoding="utf-8"))
CODE_OF_STATE = {name.upper(): code for code, name in STATES.items()}
CITY_STATE_ZIP = re.compile(r"^(?P<city>.*?)[\s,]+(?P<state>[A-Za-z]{2})\.?[\s,]*(?P<zip>\d{5}(?:[-\s]?\d{4})?)?$")
NATIVE = re.compile(
    r"[\u2e80-\u2fdf\u3005-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\u0e00-\u0e7f][\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\u0e00-\u0e7f\u00b7\s]*"
)
LEGAL_FORM = re.compile(
    r"(?i)\b(l\.?\s?l\.?\s?c|l\.?l\.?p|l\.p|lp|inc|incorporated|corp|corporation|company|ltd|limited|p\.?c|pllc|trust|trustees?"
    r"|n\.a|associat(ion|es)|partners(hip)?|properties|realty|holdings?|investments?|enterprises?|group|services?"
    r"|(first|national|state|savings|community) bank|bank of|church of|city of|county of|state of|university"
    r"|school district|foundation|agents?)\b\.?|\bco\.?$"
)
INVERTED = re.compile(r"(?i)^(?P<last>[^\W\d_][\w'-]+), (?P<first>[^\W\d_]+)(?: [^\W\d_]+\.?){0,2}$")
COMMON = 2e-5  # share of bearers from which a word is a name before it is a word: "Fern, Oak" is a shop
RUN_ON = re.compile(r"(?i)\wllc\b")  # a column too narrow for "SPA LLC"
TRADE = re.compile(
    r"(?i)\b(spas?|massages?|bodywork|therapy|therapeutics?|wellness|salon|clinic|studio|center|centre|reflexology|shop)\b"
)
SOLE = frozenset(("i", "ind", "individual", "sole", "proprietor", "proprietorship", "person", "natural"))
JOINT = frozenset((
    "llc", "llp", "lp", "inc", "corp", "corporation", "incorporated", "partnership", "partners", "company", "limited",
    "business", "organization", "premises", "trust", "association", "nonprofit", "government", "cooperative", "estate",
    "venture", "entity", "firm", "o", "org", "b",
))  # fmt: skip
SERIAL_FROM = date(1899, 12, 30)  # day 0 of Excel's dates (its 1900 has a 29 February)
SERIALS = (9_000, 80_000)  # 1924 to 2119
SSN = re.compile(r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])")
EMAIL = re.compile(r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+")


@lru_cache(maxsize=20_000)
def parse_date(text: str, layouts: tuple[str, ...] = (), sentinels: frozenset[date] = frozenset()) -> date | None:
    """A calendar date; None for nothing and for sentinels. Raises ValueError for what cannot be read as one.

    US order (month first) unless a layout of the map says otherwise; tried layouts in order, the map's first."""
    if not layouts and (usual := _usual(text)) and usual not in SENTINELS and usual not in sentinels:
        return usual
    bare = ORDINAL.sub("", CLOCK.sub("", text.strip()))
    if not bare or bare.casefold() in NOTHING or not bare.strip("0/-. "):
        return None
    for layout in (*layouts, *LAYOUTS):
        try:
            found = datetime.strptime(bare, layout).date()
        except ValueError:
            continue
        if layout.endswith("%Y") and found.year < 100:
            continue
        if found in SENTINELS or found in sentinels:
            return None
        if 1850 <= found.year <= 2199:
            return found
    if counted := _counted(bare):
        return None if counted in SENTINELS or counted in sentinels else counted
    raise ValueError(f"not a date: {text!r}")


def _usual(text: str) -> date | None:
    """The day of "2026-03-09" and "3/9/2026", which nearly all are; None sends the text the long way."""
    if found := ISO.fullmatch(text):
        year, month, day = map(int, found.groups())
    elif found := SLASHED.fullmatch(text):
        month, day, year = map(int, found.groups())
    else:
        return None
    try:
        return date(year, month, day) if 1850 <= year <= 2199 else None
    except ValueError:
        return None


def _counted(text: str) -> date | None:
    """A day as Excel counts it, or the milliseconds since 1970 in which ArcGIS exports a date.

    "31285" may be the 31,285th day or 3/12/85 without its zero: that is unclear, "45231" is not."""
    if re.fullmatch(r"\d{4,5}(\.\d+)?", text) and SERIALS[0] <= (days := int(float(text))) <= SERIALS[1]:
        if len(text) == 5 and 1 <= int(text[1:3]) <= 31:
            return None
        return SERIAL_FROM + timedelta(days=days)
    if re.fullmatch(r"-?\d{11,13}(\.0)?", text):
        return (datetime(1970, 1, 1) + timedelta(milliseconds=float(text))).date()
    return None


@lru_cache(maxsize=8192)
def clean_state(text: str) -> str:
    """Two letters; "" for what is no state (XX, foreign)."""
    upper = clean(text).upper().strip(".")
    return upper if upper in STATES else CODE_OF_STATE.get(upper, "")


@lru_cache(maxsize=8192)
def clean_zip(text: str, state: str = "") -> str:
    """Five digits; ZIP+4 with or without hyphen is cut, a leading zero that a spreadsheet lost is put back where the
    state has such codes; "" for the rest."""
    digits = clean(text).removesuffix(".0")
    if whole := ZIP.match(digits):
        return "" if whole[1] == "00000" else whole[1]
    if digits.isdigit() and state.upper() in ZERO_STATES | {""} and len(digits) in {4, 8}:
        return "0" + digits[:4]
    if digits.isdigit() and len(digits) == 3 and state.upper() in {"PR", "VI"}:
        return "00" + digits
    return ""


@lru_cache(maxsize=8192)
def split_city_state_zip(text: str) -> tuple[str, str, str]:
    """ "SPRINGFIELD, MO 65801-1234" -> city, state, ZIP as written."""
    text = clean(text)
    found = CITY_STATE_ZIP.match(f" {text}")
    if found and clean_state(found["state"]):
        return found["city"].strip(" ,"), found["state"], found["zip"] or ""
    tail = re.match(r"^(.*?)[\s,]*(\d{5}(?:-?\d{4})?)$", text)
    return (tail[1].strip(" ,"), "", tail[2]) if tail else (text, "", "")


@lru_cache(maxsize=20_000)
def read_phones(text: str, fictional: bool, generated: bool) -> tuple[tuple[str, ...], bool]:
    """E.164 numbers of a cell, and whether all of it could be read. Several stand apart by ; / , "or"."""
    text = clean(text.replace("\n", " ; "))
    if not text or not text.strip("0-() "):
        return (), True
    if whole := normalize_phone(text, fictional=fictional, generated=generated):
        return (whole,), True
    parts = [p for p in re.split(r"\s*(?:[;/,|]|\bor\b|\band\b)\s*", text) if re.search(r"\d", p)]
    found = [normalize_phone(p, fictional=fictional, generated=generated) for p in parts]
    return tuple(dict.fromkeys(f for f in found if f)), bool(found) and all(found)


def read_emails(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(m.group().lower().strip(".'") for m in EMAIL.finditer(text)))


def read_websites(text: str) -> tuple[str, ...]:
    """Host and path, lower case, without scheme and "www."."""
    if not text:
        return ()
    found = []
    for part in re.split(r"[\s;,|]+", clean(text)):
        bare = re.sub(r"^(https?://)?(www\.)?", "", part.lower()).rstrip("/")
        if re.fullmatch(r"[\w-]+(\.[\w-]+)+(/\S*)?", bare):
            found.append(bare)
    return tuple(dict.fromkeys(found))


def read_names(text: str) -> tuple[str, ...]:
    """Several names in one cell, apart by ; | / or "aka"."""
    if not text:
        return ()
    parts = re.split(r"(?i)\s*(?:[;|/]|\ba\.?k\.?a\b\.?:?|\bf\.?k\.?a\b\.?:?)\s*", clean(text))
    return tuple(dict.fromkeys(p for p in parts if clean(p)))


def split_native(name: str) -> tuple[str, str]:
    """ "Li Wei (李伟)" -> "Li Wei", "李伟". A name in native script alone stands in both places."""
    found = None if name.isascii() else NATIVE.search(name)
    if not found:
        return name, ""
    native = found.group().strip()
    rest = " ".join(re.sub(r"[(（\[]\s*[)）\]]", "", name.replace(found.group(), " ")).split()).strip(" ,/-")
    return rest or native, native


def is_company(name: str) -> bool:
    """Whether a name carries a legal form or the like."""
    return bool(LEGAL_FORM.search(name) or RUN_ON.search(name))


def is_trade(name: str) -> bool:
    """Whether a name holds a word of the trade: a person may own "Lotus Spa" and is not called so."""
    return bool(TRADE.search(name))


def is_persons_name(legal: str, trade: str) -> bool:
    """Whether a business with a trade name has a person's name as its legal one: a firm's own would carry a legal form
    or words of the trade name ("Jade Lily")."""
    words = set(re.findall(r"[a-z]+", fold(legal)))
    return bool(trade) and not words <= set(re.findall(r"[a-z]+", fold(trade))) and is_known_name(legal)


def is_known_name(text: str) -> bool:
    """Whether every word is known as a name of people, and none is one of trade names."""
    words = re.findall(r"[a-z]+", fold(text))
    if not 2 <= len(words) <= 4:
        return False
    known = all(len(w) == 1 or is_syllabic(w) or surname_frequency(w) or first_frequency(w) for w in words)
    return known and not any(map(word_frequency, words))


def is_inverted_name(text: str) -> bool:
    """Whether a name is a person's in the order of a register, "COLE, HANA R": the surname and the given name are both
    common as such, and neither is a word of trade names."""
    if not (found := INVERTED.match(text)):
        return False
    last, first = fold(found["last"]), fold(found["first"])
    if any(map(word_frequency, (last, first))):
        return False
    surname = surname_frequency(last) > COMMON or is_syllabic(last)
    return surname and (first_frequency(first) > COMMON or is_syllabic(first))


def says_person(text: str) -> bool | None:
    """Whether a word for the form of ownership means one person ("SOLE PROPRIETOR", "I") or not; None for no such
    word."""
    words = set(re.findall(r"[a-z]+", text.casefold())) if text else set()
    return True if SOLE & words else False if JOINT & words else None


def without_ssn(text: str) -> str:
    """Free text with anything in the shape of a social security number blanked."""
    return SSN.sub("[withheld]", text) if "-" in text else text
