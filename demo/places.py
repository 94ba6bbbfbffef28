"""The ground of the synthetic state: real Missouri city names, ZIPs and area codes; invented streets."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class City:
    name: str
    metro: str  # slug of the area under which the ad sites list it
    county: str
    area_codes: tuple[str, ...]
    zips: tuple[str, ...]
    weight: float  # share of businesses


METROS = {
    "st-louis": "St. Louis",
    "kansas-city": "Kansas City",
    "springfield": "Springfield",
    "columbia": "Columbia",
    "joplin": "Joplin",
    "southeast": "Southeast Missouri",
}


def _city(name: str, metro: str, county: str, codes: str, zips: str, weight: float) -> City:
    return City(name, metro, county, tuple(codes.split()), tuple(zips.split()), weight)


CITIES = (
    _city("St. Louis", "st-louis", "St. Louis City", "314 557", "63103 63104 63108 63109 63110 63111 63116 63118", 10),
    _city("Florissant", "st-louis", "St. Louis", "314", "63031 63033", 2),
    _city("Hazelwood", "st-louis", "St. Louis", "314", "63042", 1),
    _city("Maryland Heights", "st-louis", "St. Louis", "314", "63043", 2),
    _city("Bridgeton", "st-louis", "St. Louis", "314", "63044", 1),
    _city("Chesterfield", "st-louis", "St. Louis", "636", "63005 63017", 3),
    _city("Ballwin", "st-louis", "St. Louis", "636", "63011 63021", 2),
    _city("Fenton", "st-louis", "St. Louis", "636", "63026", 1),
    _city("St. Charles", "st-louis", "St. Charles", "636", "63301 63303 63304", 4),
    _city("O'Fallon", "st-louis", "St. Charles", "636", "63366 63368", 3),
    _city("St. Peters", "st-louis", "St. Charles", "636", "63376", 2),
    _city("Wentzville", "st-louis", "St. Charles", "636", "63385", 1),
    _city("Kansas City", "kansas-city", "Jackson", "816 975", "64105 64106 64108 64111 64113 64114 64116 64118", 10),
    _city("Independence", "kansas-city", "Jackson", "816", "64050 64052 64055 64057", 3),
    _city("Lee's Summit", "kansas-city", "Jackson", "816", "64063 64081 64086", 3),
    _city("Blue Springs", "kansas-city", "Jackson", "816", "64014 64015", 2),
    _city("Liberty", "kansas-city", "Clay", "816", "64068", 1),
    _city("Grandview", "kansas-city", "Jackson", "816", "64030", 1),
    _city("Belton", "kansas-city", "Cass", "816", "64012", 1),
    _city("St. Joseph", "kansas-city", "Buchanan", "816", "64501 64503 64506", 2),
    _city("Warrensburg", "kansas-city", "Johnson", "660", "64093", 1),
    _city("Springfield", "springfield", "Greene", "417", "65802 65803 65804 65806 65807 65809 65810", 7),
    _city("Nixa", "springfield", "Christian", "417", "65714", 1),
    _city("Ozark", "springfield", "Christian", "417", "65721", 1),
    _city("Republic", "springfield", "Greene", "417", "65738", 1),
    _city("Branson", "springfield", "Taney", "417", "65616", 2),
    _city("Columbia", "columbia", "Boone", "573", "65201 65202 65203", 4),
    _city("Jefferson City", "columbia", "Cole", "573", "65101 65109", 2),
    _city("Sedalia", "columbia", "Pettis", "660", "65301", 1),
    _city("Rolla", "columbia", "Phelps", "573", "65401", 1),
    _city("Joplin", "joplin", "Jasper", "417", "64801 64804", 3),
    _city("Carthage", "joplin", "Jasper", "417", "64836", 1),
    _city("Webb City", "joplin", "Jasper", "417", "64870", 1),
    _city("Neosho", "joplin", "Newton", "417", "64850", 1),
    _city("Cape Girardeau", "southeast", "Cape Girardeau", "573", "63701 63703", 2),
    _city("Poplar Bluff", "southeast", "Butler", "573", "63901", 1),
    _city("Sikeston", "southeast", "Scott", "573", "63801", 1),
    _city("Farmington", "southeast", "St. Francois", "573", "63640", 1),
)
BY_NAME = {city.name: city for city in CITIES}

# Where a large state takes its numbers from when a city's own area codes are used up: Missouri's, then the neighbors'.
_CODES = "314 557 417 573 235 636 660 816 975 913 620 316 785 618 217 309 918 405 479 501 870 402 515 319 712 901"
MORE_CODES = tuple(_CODES.split())

# Where applicants lived before: (city, state, ZIP). Two ZIPs begin with a zero, which spreadsheets lose.
ELSEWHERE = (
    ("Malden", "MA", "02148"),
    ("Edison", "NJ", "08817"),
    ("Quincy", "MA", "02169"),
    ("Olathe", "KS", "66062"),
    ("Peoria", "IL", "61614"),
    ("Tulsa", "OK", "74133"),
    ("Rogers", "AR", "72756"),
    ("Omaha", "NE", "68114"),
    ("Norcross", "GA", "30071"),
    ("Monterey Park", "CA", "91754"),
)

STREET_NAMES = tuple(
    "Larkmoor Quillfeather Tamsin Brackenridge Osterholt Wendeline Pellham Marrowby Kestwick Halvorne Dunmarrow "
    "Silverthatch Ashgrove Corvane Tillery Wexmoor Brindlewood Calloway-Rise Ferncastle Garnet-Hollow Hobbsworth "
    "Ivorsley Juniper-Fork Kittredge-Bend Lindenmoor Mossgate Nettlefield Oakhurst-Mill Pemberwick Quarryton "
    "Ravensdell Sallowby Thistlecroft Underhay Vantriss Whitlocke Yarrowdale Zephyrine Applemarch Birchminster "
    "Cloverden Dapplemere Elmsworthy Fallowcrest Gladewater Heronsway Inglebrook Jessamine-Hill Keldmere Larchbourne "
    "Maplethorn Northquill Orchardine Plumstead-Cross Queensferry-Lane Rookhaven Stonebarrow Turnwillow Uplandia "
    "Verdanrow Aldermoss Buckthornby Cinderhall Dovecrest Eastmarrow Foxglen-Run Greyharbor Hazelmarch".replace(
        "-", " "
    ).split()
)
STREET_TYPES = ("St", "Ave", "Rd", "Blvd", "Dr", "Ln", "Pkwy", "Ct")
DIRECTIONS = ("", "", "", "N", "S", "E", "W")
