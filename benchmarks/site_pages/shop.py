"""One invented business as its ads tell it, and the noise that stands around an ad on any site."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from random import Random

from benchmarks.site_pages.sample import TODAY
from demo.phone_styles import PLAIN, STYLES, write_phone
from demo.places import CITIES, City

_FIRST = [
    "Golden Lotus",
    "Jade",
    "Blue Heron",
    "Red Maple",
    "Silver Moon",
    "Lucky Star",
    "Autumn Fountain",
    "Green Bamboo",
    "Royal Touch",
    "Oasis",
    "Serenity",
    "Four Seasons",
    "Lavender",
    "Pearl",
    "Sunny",
    "Ocean",
    "Evergreen",
    "Magnolia",
    "Cherry Blossom",
    "Orchid",
    "Peony",
    "Spring",
    "Happy",
    "Crystal",
    "Dragon",
    "Phoenix",
    "Sakura",
    "Lily",
    "Tulip",
    "Harmony",
    "Zen",
    "Yin Yang",
    "Bao Li",
    "Mei Hua",
    "Hong Yun",
    "Shun Fa",
    "Wan Hao",
    "Chun Yu",
    "A+",
    "VIP",
    "J & L",
    "Lee's",
    "Amy's",
    "Q Q",
    "No. 1",
    "Spa 88",
    "Route 66",
    "Eastern",
    "Sunrise",
    "Tranquil Waters",
    "Gentle Hands",
    "Cozy Corner",
    "Peaceful Mind",
    "Angel",
    "Butterfly",
    "Diamond",
    "Emerald",
    "Ruby",
    "Swan",
    "Rainbow",
    "Bamboo Garden",
    "Tea House",
    "Moonlight",
    "Dream",
    "Soothing Stone",
    "Quiet River",
    "Morning Dew",
    "Plum Tree",
    "Crane",
    "Koi",
    "Jasmine",
    "Ginseng",
    "Ivory",
    "Amber",
    "Velvet",
    "Willow",
]
_LAST = [
    "Spa",
    "Massage",
    "Spa & Massage",
    "Foot Spa",
    "Foot Massage",
    "Bodywork",
    "Wellness",
    "Wellness Center",
    "Massage Therapy",
    "Day Spa",
    "Health Spa",
    "Reflexology",
    "Foot Reflexology",
    "Acupressure",
    "Relaxation",
    "Massage Studio",
    "Health Center",
    "Massage & Spa",
    "Therapy",
    "Healing",
    "Asian Massage",
    "Relax Spa",
    "Body & Foot Massage",
    "Spa LLC",
    "Chinese Massage",
    "Oriental Massage",
    "Therapeutic Massage",
]
_BARE = ("Jade Garden", "Foot Palace", "Happy Feet", "Body Harmony", "The Relaxing Place", "Zen Garden", "Sole Comfort",
         "Head to Toe", "Touch of Heaven", "Back in Balance", "Lucky Foot", "Herbal Retreat")  # fmt: skip
_STREETS = [
    "Main",
    "Elm",
    "Walnut",
    "Campbell",
    "Sunshine",
    "Battlefield",
    "Glenstone",
    "Kearney",
    "Chestnut",
    "National",
    "Republic",
    "Cherry",
    "Oak",
    "Maple",
    "Lindbergh",
    "Page",
    "Olive",
    "Gravois",
    "Telegraph",
    "Manchester",
    "Clayton",
    "Big Bend",
    "Noland",
    "Rangeline",
    "Stadium",
    "Providence",
    "Commercial",
    "Pine",
    "Locust",
    "Grand",
    "Washington",
    "Jefferson",
    "Lafayette",
    "Lake",
    "Meadow",
    "River",
    "Hillcrest",
    "Old Orchard",
    "Forest Park",
    "Truman",
]
_SUFFIXES = {
    "ST": ("St", "Street", "St.", "st"),
    "AVE": ("Ave", "Avenue", "Ave."),
    "RD": ("Rd", "Road", "Rd."),
    "BLVD": ("Blvd", "Boulevard", "Blvd."),
    "DR": ("Dr", "Drive"),
    "LN": ("Ln", "Lane"),
    "PKWY": ("Pkwy", "Parkway"),
}
_DIRECTIONS = {"N": ("N", "North", "N."), "S": ("S", "South", "S."), "E": ("E", "East", "E."), "W": ("W", "West", "W.")}
_UNITS = (" Ste {}", ", Suite {}", " #{}", ", Unit {}", " Suite {}", ", Ste. {}", " Unit {}", ", #{}")
_SENTENCES = [
    "Relaxing bodywork in a quiet place.",
    "New staff, open late.",
    "Professional massage, clean rooms, friendly service.",
    "Stressed after work? Come and relax.",
    "Best massage in town, easy parking in the back.",
    "Walk-ins welcome.",
    "Hot stone, foot and deep tissue massage.",
    "Table shower available.",
    "Open seven days a week.",
    "Cash only please.",
    "60 min $60, 30 min 40$.",
    "Quiet rooms and soft music.",
    "No appointment needed.",
    "24/7 by appointment.",
    "Gift cards for the holidays.",
    "Ad updated 5/12.",
    "Over 10 years of experience.",
    "Free parking in front of the store.",
    "We moved in 2019 from the old place.",
    "Ask about our $10 off special.",
    "Body Scrub, Hot Oil Massage, Cupping.",
    "Swedish Massage and Deep Tissue Massage.",
    "Asian Massage at its best.",
    "Couples Massage rooms available.",
    "Back walk, Foot Massage and Reflexology.",
    "The Best Asian Massage in town.",
    "Under new management.",
    "Ten minutes from the airport.",
    "Near the mall, behind the gas station.",
    "Credit cards welcome.",
    "Very relaxing music.",
]
_LEADS = ("Call", "Text or call", "Call now:", "Phone", "Book at", "Call or text", "Tel", "☎", "Reach us at", "")
_WELCOMES = ("Welcome to {}!", "{}", "{} is now open.", "Come to {} today.", "Visit {}.", "★ {} ★", "{} - grand opening",
             "At {} we care.", "{}:")  # fmt: skip
_PITCHES = [
    "New staff, open late",
    "Relaxing bodywork",
    "Best massage in town",
    "Grand opening",
    "Quiet room, kind hands",
    "Open 7 days",
    "Deep tissue and hot stone",
    "Walk-ins welcome today",
    "Stress relief",
    "Professional Massage",
    "Best Asian Massage",
    "Full Body Massage Special",
    "Foot Massage $30",
]


@dataclass(frozen=True, slots=True)
class Shop:
    """A business and one ad of it."""

    name: str
    named: bool  # whether the ad names it
    phones: tuple[tuple[str, str], ...]  # (E.164, style)
    city: City
    zip: str
    street: str  # as written, with unit
    key: str
    unit: str
    located: bool  # whether the ad gives the address
    posted: date
    seed: str

    @property
    def numbers(self) -> frozenset[str]:
        return frozenset(number for number, _ in self.phones)

    @property
    def places(self) -> frozenset[tuple[str, str]]:
        return frozenset([(self.key, self.unit)]) if self.located else frozenset()

    @property
    def written_name(self) -> str:
        return escape(self.name)

    @property
    def place_line(self) -> str:
        return f"{self.city.name}, MO {self.zip}"

    def phone(self, number: int = 0) -> str:
        """One phone as HTML text in its style."""
        return write_phone(*self.phones[number], self.seed)

    def plain(self, rng: Random, number: int = 0) -> str:
        return write_phone(self.phones[number][0], rng.choice(PLAIN))

    def tel(self, rng: Random, number: int = 0) -> str:
        digits = self.phones[number][0].removeprefix("+1")
        dashed = f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"
        return rng.choice((f"+1{digits}", digits, dashed, f"+1-{dashed}", f"1{digits}"))


def make_shop(rng: Random, *, named: float = 0.85, located: float = 0.5, odd: float = 0.5) -> Shop:
    """A shop; the shares say how many ads name it, give its address, and disguise its phones."""
    city = rng.choice(CITIES)
    street, key, unit = make_street(rng)
    count = rng.choices((1, 2, 3), (7, 3, 1))[0]
    phones = {make_number(rng): _style(rng, odd) for _ in range(count)}
    return Shop(
        name=make_name(rng),
        named=rng.random() < named,
        phones=tuple(phones.items()),
        city=city,
        zip=rng.choice(city.zips),
        street=street,
        key=key,
        unit=unit,
        located=rng.random() < located,
        posted=TODAY - timedelta(days=rng.randrange(60)),
        seed=str(rng.random()),
    )


def _style(rng: Random, odd: float) -> str:
    return rng.choice([s for s in STYLES if s not in PLAIN] if rng.random() < odd else PLAIN)


def make_number(rng: Random) -> str:
    area = rng.choice(("417", "314", "816", "573", "636", "660", "913", "618", "626", "718", "213"))
    return f"+1{area}555{rng.randrange(100, 200):04d}"


def make_name(rng: Random) -> str:
    if rng.random() < 0.08:
        return rng.choice(_BARE)
    return f"{rng.choice(_FIRST)} {rng.choice(_LAST)}"


def make_street(rng: Random) -> tuple[str, str, str]:
    """(as written with unit, street key, unit)."""
    number, name = rng.randrange(100, 9999), rng.choice(_STREETS)
    way = rng.choice(("", "", *_DIRECTIONS))
    suffix = rng.choice(tuple(_SUFFIXES))
    unit = rng.choice(
        ("", "", str(rng.randrange(1, 400)), rng.choice("ABCDEFG"), f"{rng.randrange(1, 30)}{rng.choice('AB')}")
    )
    words = [str(number), rng.choice(_DIRECTIONS[way]) if way else "", name, rng.choice(_SUFFIXES[suffix])]
    written = " ".join(w for w in words if w)
    key = " ".join(w for w in (str(number), way, name.upper(), suffix) if w)
    return written + (rng.choice(_UNITS).format(unit) if unit else ""), key, unit


def address_line(shop: Shop, rng: Random) -> str:
    """The whole address in one of the ways a text gives it."""
    after = rng.choice((", ", ", ", "<br>", "<br>\n", " "))
    return f"{shop.street}{after}{rng.choice((shop.place_line, f'{shop.city.name}, MO', shop.place_line))}"


def sentences(rng: Random, count: int) -> list[str]:
    return rng.sample(_SENTENCES, count)


def title(shop: Shop, rng: Random, *, with_name: bool) -> str:
    """A headline: pitch, sometimes the name, sometimes a phone."""
    parts = [rng.choice(_PITCHES)]
    if with_name and shop.named:
        parts.insert(rng.randrange(2), rng.choice((shop.name, shop.name, shop.name.upper(), f"★{shop.name}★")))
    if rng.random() < 0.2:
        parts.append(STYLES[rng.choice(PLAIN)](*_thirds(shop.phones[0][0]), rng))
    return rng.choice((" - ", " | ", ", ", " * ", " ☎ ", "! ")).join(parts)


def _thirds(number: str) -> tuple[str, str, str]:
    return number[2:5], number[5:8], number[8:]


def body(shop: Shop, rng: Random, *, named: bool = True, phones: bool = True) -> str:
    """An ad's text as HTML lines: sentences with name, phones and address among them."""
    lines = [escape(s) for s in sentences(rng, rng.randrange(2, 7))]
    if shop.named and named:
        lines.insert(0, rng.choice(_WELCOMES).format(shop.written_name))
    if phones:
        numbers = rng.choice((" or ", ", ", " / ", "<br>", " and ")).join(
            shop.phone(n) for n in range(len(shop.phones))
        )
        lines.insert(rng.randrange(len(lines) + 1), f"{rng.choice(_LEADS)} {numbers}")
    if shop.located:
        lines.insert(
            rng.randrange(len(lines) + 1), rng.choice(("", "Address: ", "We are at ", "📍")) + address_line(shop, rng)
        )
    if rng.random() < 0.15:
        lines.append(f"Email: {shop.key.split()[0]}spa@mail.example")
    wrap = rng.choice(("{}<br>", "<p>{}</p>", "<div>{}</div>", "<div><span>{}</span></div>", "{}<br><br>"))
    return "\n".join(wrap.format(line) for line in lines)


def others(rng: Random, count: int) -> list[Shop]:
    """Further shops, for other people's ads on the page."""
    return [make_shop(rng) for _ in range(count)]


def support(rng: Random) -> str:
    return f"8{rng.choice('0788') * 2}-555-01{rng.randrange(100):02d}"


def footer(rng: Random, site: str) -> str:
    """What stands at the foot of a site: its own line, its own address, its own e-mail."""
    inner = (
        f'<a href="/">Home</a> | <a href="/terms">Terms</a> | <a href="/contact">Contact</a> '
        f"<p>Copyright {site} 2021. Support {support(rng)}, support@{site}.example</p>"
        + rng.choice(("", f"<p>{site} Inc, {rng.randrange(100, 999)} Market Street, Wilmington, DE 19801</p>"))
    )
    return rng.choice(
        (
            f"<footer>{inner}</footer>",
            f'<div id="footer">{inner}</div>',
            f'<div class="footer-links"><div class="container">{inner}</div></div>',
            f'<div id="tlFooter"><div class="maindatafooterlist">{inner}</div></div>',
        )
    )


def script(rng: Random) -> str:
    number = rng.randrange(10**6, 10**7)
    return rng.choice(
        (
            "",
            f"<script>var ad={{id:{number},t:{number}4175550{rng.randrange(100, 999)}}};</script>",
            f"<script>ga('create','UA-{number}-1');</script>",
        )
    )
