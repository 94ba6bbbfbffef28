"""Pages in the shapes of ten kinds of ad site and of sites nobody has seen, with what they say: written without the reader.

`draw(shape, number)` gives one page; the same arguments give the same page.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from benchmarks.site_pages import boards, directories, forums, profiles, strange, unseen
from benchmarks.site_pages.sample import Sample

Writer = Callable[[Random], Sample]

SHAPES: dict[str, tuple[Writer, Writer]] = {  # shape -> (page of one ad, page that lists ads)
    "rubmaps": (directories.rubmaps, directories.rubmaps_list),
    "yelp": (directories.yelp, directories.yelp_list),
    "cityxguide": (boards.cityxguide, boards.cityxguide_list),
    "bedpage": (boards.bedpage, boards.bedpage_list),
    "backpage-classic": (boards.backpage, boards.backpage_list),
    "2backpage": (boards.twobackpage, boards.twobackpage_list),
    "onebackpage": (boards.onebackpage, boards.onebackpage_list),
    "megapersonals": (profiles.megapersonals, profiles.megapersonals_list),
    "adultsearch": (profiles.adultsearch, profiles.adultsearch_list),
    "gfemonkey": (profiles.gfemonkey, profiles.gfemonkey_list),
    "unseen": (unseen.page, unseen.page_list),
    "wordpress": (strange.wordpress, unseen.page_list),
    "builder": (strange.builder, unseen.page_list),
    "squarespace": (strange.squarespace, unseen.page_list),
    "tables-2003": (strange.tables_2003, unseen.page_list),
    "document": (strange.document, unseen.page_list),
    "two-scripts": (strange.two_scripts, unseen.page_list),
    "forum": (forums.thread, forums.thread_list),
}
PROFILED = tuple(SHAPES)[:10]


def draw(shape: str, number: int, *, listing: bool = False) -> Sample:
    """One page of a shape."""
    return SHAPES[shape][listing](Random(f"{shape}/{listing}/{number}"))
