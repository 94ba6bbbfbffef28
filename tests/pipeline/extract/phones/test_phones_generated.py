"""A writer of advertisements with numbers in every style and mixture, made apart from the extractor.

It knows how people write, not how the extractor reads: nothing of the package is used to write.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

from pipeline.extract.phones import find_phones

ADS = tomllib.loads((Path(__file__).parents[4] / "tests/cases/phone_ads.toml").read_text(encoding="utf-8"))
NAMES: list[str] = ADS["words"]["english"]
TEENS: list[str] = ADS["words"]["teens"]
TENS: list[str] = ADS["words"]["tens"]
AREAS = ("417", "816", "314", "573", "636", "660", "206", "253", "310", "404", "503", "602", "786", "808", "917", "971")
LOOKS = {"0": "Oo", "1": "lI", "5": "S", "8": "B"}
DRAWN = (
    [chr(0xFF10 + d) for d in range(10)],
    ["⓪", *(chr(0x2460 + d) for d in range(9))],
    ["⓿", *(chr(0x2776 + d) for d in range(9))],
    [f"{d}\ufe0f\u20e3" for d in range(10)],
    [f"{d}\u20e3" for d in range(10)],
    *([chr(first + d) for d in range(10)] for first in (0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6)),
    list("⁰¹²³⁴⁵⁶⁷⁸⁹"),
    list("₀₁₂₃₄₅₆₇₈₉"),
    list("零一二三四五六七八九"),
)
UNSEEN = ("\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad")

Writer = Callable[[Random, str], str]


def plain(rng: Random, digits: str) -> str:
    return digits


def spelled(rng: Random, digits: str) -> str:
    case = rng.choice((str.lower, str.upper, str.title))
    names: list[str] = ADS["words"][rng.choice(("english", "english", "english", "spanish", "swapped"))]
    return rng.choice(("", " ", "-", ".") if names is NAMES else (" ", "-")).join(case(names[int(d)]) for d in digits)


def half_spelled(rng: Random, digits: str) -> str:
    return "".join(rng.choice((NAMES[int(d)], d, NAMES[int(d)].upper())) for d in digits)


def fancy(rng: Random, digits: str) -> str:
    """Words in mathematical letters."""
    first = rng.choice((0x1D41A, 0x1D44E, 0x1D5BA, 0x1D5EE, 0x1D68A))
    words = [NAMES[int(d)] for d in digits]
    return " ".join("".join(chr(first + ord(c) - 97) if c != "h" else c for c in word) for word in words)


def compound(rng: Random, digits: str) -> str:
    """Pairs as people say them: "twentysix", "fifty five", "seventeen", "double five"."""
    written: list[str] = []
    rest = digits
    while rest:
        pair, spoken = rest[:2], rng.random() < 0.6
        if spoken and len(pair) == 2 and pair[0] == pair[1] and rng.random() < 0.3:
            written.append("double " + NAMES[int(pair[0])])
        elif spoken and len(pair) == 2 and pair[0] == "1":
            written.append(TEENS[int(pair[1])])
        elif spoken and len(pair) == 2 and pair[0] != "0":
            unit = "" if pair[1] == "0" else rng.choice(("", "-", " ")) + NAMES[int(pair[1])]
            written.append(TENS[int(pair[0])] + unit)
        else:
            # a ten and a word would be read together: a digit keeps them apart
            written.append(rest[0] if written and written[-1] in TENS else NAMES[int(rest[0])])
            rest = rest[1:]
            continue
        rest = rest[2:]
    return rng.choice((" ", " ", "-")).join(written)


def looked(rng: Random, digits: str) -> str:
    return "".join(rng.choice(LOOKS[d]) if d in LOOKS and rng.random() < 0.7 else d for d in digits)


def drawn(rng: Random, digits: str) -> str:
    table = rng.choice(DRAWN)
    return "".join(table[int(d)] for d in digits)


def mixed_drawn(rng: Random, digits: str) -> str:
    return "".join(rng.choice(DRAWN[:10])[int(d)] for d in digits)


def apart(rng: Random, digits: str) -> str:
    return rng.choice((" ", "-", ".", "*", "_", " . ", "❤", "/")).join(digits)


def boxed(rng: Random, digits: str) -> str:
    pair: str = rng.choice(ADS["brackets"][:5])
    return "".join(pair[0] + d + pair[1] for d in digits)


def sprinkled(rng: Random, digits: str) -> str:
    return "".join(d + (rng.choice(UNSEEN) if rng.random() < 0.5 else "") for d in digits)


def entities(rng: Random, digits: str) -> str:
    return "".join(rng.choice((f"&#{ord(d)};", f"&#x{ord(d):x};", d)) for d in digits)


def tagged(rng: Random, digits: str) -> str:
    tag = rng.choice(("b", "i", "span", "em", "strong"))
    return f"<{tag}>{digits}</{tag}>"


_ALL = (
    plain,
    spelled,
    half_spelled,
    fancy,
    compound,
    looked,
    drawn,
    mixed_drawn,
    apart,
    boxed,
    sprinkled,
    entities,
    tagged,
)
WRITERS: dict[str, Writer] = {writer.__name__: writer for writer in _ALL}


def grouped(rng: Random, digits: str, writers: tuple[str, ...]) -> str:
    """Three groups, each by one of the writers, with one separator or two."""
    parts = [WRITERS[rng.choice(writers)](rng, part) for part in (digits[:3], digits[3:6], digits[6:])]
    if rng.random() < 0.2:
        pair = rng.choice(ADS["brackets"])
        parts = [pair[0] + part + pair[1] if rng.random() < 0.8 else part for part in parts]
    first = rng.choice(ADS["separators"])
    second = first if rng.random() < 0.7 else rng.choice(ADS["separators"])
    return f"{parts[0]}{first}{parts[1]}{second}{parts[2]}"


def in_address(rng: Random, digits: str) -> str:
    """In a URL, an attribute, a file name."""
    dashed = f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"
    return rng.choice(
        (
            f"http://{dashed}.site.example/new-in-town-4353138.html",
            f"https://site.example/ads/{dashed}/1/299277",
            f"http://www.site.example/massage-{digits}/13134062",
            f"http://site.example/{dashed}/?pid=33559609",
            f"https://site.example/img/{digits}.jpg",
            f"tel:+1{digits}",
            f'<a href="tel:{dashed}">',
            f"https://wa.me/1{digits}",
        )
    )


def write_number(rng: Random, digits: str) -> tuple[str, str]:
    """(style, text) of one number."""
    style = rng.choice((*WRITERS, *WRITERS, "mixture", "mixture", "mixture", "address"))
    if style == "address":
        return style, in_address(rng, digits)
    writers = tuple(rng.sample(sorted(WRITERS), 3)) if style == "mixture" else (style,)
    whole = style != "mixture" and rng.random() < 0.25
    text = WRITERS[style](rng, digits) if whole else grouped(rng, digits, writers)
    if rng.random() < 0.15:
        text = rng.choice(("1-", "+1 ", "1 ", "+1", "1.")) + text
    return style, text


def write_ad(rng: Random) -> tuple[str, set[str], set[str]]:
    """(text, numbers, styles) of one advertisement with none, one or two numbers."""
    if rng.random() < 0.15:
        return " ".join(rng.sample(ADS["quiet"], 3)), set(), {"none"}
    parts: list[str] = [rng.choice(ADS["before"])]
    numbers: set[str] = set()
    styles: set[str] = set()
    for _ in range(2 if rng.random() < 0.2 else 1):
        digits = rng.choice(AREAS) + "55501" + f"{rng.randrange(100):02d}"
        style, text = write_number(rng, digits)
        numbers.add(digits)
        styles.add(style)
        parts += [text, rng.choice(("or", "or text", "/ call"))]
    parts[-1] = rng.choice(ADS["after"])
    return " ".join(part for part in parts if part), numbers, styles


def measure(seed: int, count: int) -> tuple[float, Counter[str], list[tuple[str, set[str], set[str]]]]:
    """F1 over `count` advertisements, faults by style, and the faults."""
    rng = Random(seed)
    right = wrong = missed = 0
    by_style: Counter[str] = Counter()
    faults = []
    for _ in range(count):
        text, want, styles = write_ad(rng)
        got = {m.e164.removeprefix("+1") for m in find_phones(text)}
        right, wrong, missed = right + len(got & want), wrong + len(got - want), missed + len(want - got)
        if got != want:
            by_style.update(styles)
            faults.append((text, want, got))
    return 2 * right / (2 * right + wrong + missed), by_style, faults


def test_all_styles_and_mixtures() -> None:
    f1, by_style, faults = measure(seed=20261123, count=4000)
    assert f1 >= 0.97, (by_style, faults[:10])


def write_figures(rng: Random) -> str:
    """What advertisements count that is no phone: prices, dates, times, measures, ids, ZIPs, coordinates, files."""
    price = rng.choice((40, 60, 80, 100, 120, 150, 200, 250, 1000))
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(10, 26)
    return rng.choice(
        (
            rng.choice((f"${price}", f"{price}$", f"{price}/hr", f"{price}hh", f"${price}.00", f"{price} roses")),
            rng.choice((f"{month}/{day}/20{year}", f"{month}-{day}-20{year}", f"{day}.{month}.{year}")),
            f"{rng.randint(1, 12)}:{rng.choice(('00', '30'))}{rng.choice(('am', ' PM', ''))}",
            f"5'{rng.randint(0, 11)} {rng.randint(95, 140)} lbs {rng.choice(('34-24-36', '36DD', '34 24 36'))}",
            f"{rng.choice(('post id:', 'ad #', 'license', 'lic#', 'ref'))} {rng.randint(10**6, 10**7)}",
            f"license {rng.randint(2005, 2026)}{rng.randint(0, 999999):06d}",
            f"{rng.randint(1, 9999)} N Larkmoor Ave, Springfield, MO {rng.randint(10000, 99999)}",
            f"{rng.randint(10000, 99999)}-{rng.randint(1000, 9999)}",
            rng.choice(("two for one", "six days a week", "open seven days", "five star", "one on one", "so is it")),
            f"20{year}-{month:02d}-{day:02d} {rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}:00",
            rng.choice((" ", "-", "/")).join(str(rng.choice((30, 45, 60, 90, 120))) for _ in range(rng.randint(2, 5))),
            f"{rng.uniform(30, 45):.4f}, -{rng.uniform(80, 120):.4f}",
            rng.choice(
                (
                    f"IMG_20{year}{month:02d}{day:02d}_{rng.randint(0, 235959):06d}.jpg",
                    f"{rng.getrandbits(128):032x}.png",
                )
            ),
        )
    )


def test_figures_that_are_no_phones() -> None:
    rng = Random(20261123)
    texts = [" ".join(write_figures(rng) for _ in range(rng.randint(2, 6))) for _ in range(3000)]
    wrong = [(text, found) for text in texts if (found := [m.raw for m in find_phones(text)])]
    assert len(wrong) <= 6, wrong
