"""Templates: found through slots, order, emoji and slips; not found in stock phrases or in the site's own words."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy
import pytest
from datasketch import MinHash
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.template_ads import make_ads
from benchmarks.templates import ours, pairwise
from pipeline.extract.templates import AdText, Template, based_on, find_more_templates, find_templates
from pipeline.extract.templates.index import BANDS, ROWS, signatures
from pipeline.extract.templates.text import mask, token_hashes, token_spans, unmask
from pipeline.extract.templates.wording import pair_sets, pairs_of, ragged

WORDING = (
    "Step into {name}, our quiet studio behind the bakery. Two sisters from the north speak three languages. "
    "We offer a ginger foot bath before the weekend. Parking is easy under the clock. Call {phone} today."
)
NAMES = ("Lucky Jade Spa", "Silver Pine Massage", "Amber Lotus", "Golden Harbor Foot Spa", "Blue Maple")


def ads(texts: list[str], site: str = "board") -> list[AdText]:
    return [AdText(f"a{n:03d}", site, text) for n, text in enumerate(texts)]


def written(count: int = 5) -> list[str]:
    return [WORDING.format(name=NAMES[n % 5], phone=f"417-555-01{n:02d}") for n in range(count)]


def only(texts: list[str]) -> Template:
    (found,) = find_templates(ads(texts))
    return found


def test_the_wording_and_what_fills_its_slots() -> None:
    found = only(written())
    assert found.ad_ids == ("a000", "a001", "a002", "a003", "a004")
    assert "{1}, our quiet studio behind the bakery. Two sisters from the north speak three languages." in found.text
    assert set(found.slots[0]) == set(NAMES)


@pytest.mark.parametrize(
    "change",
    [
        lambda t: ". ".join(reversed(t.rstrip(".").split(". "))) + ".",
        lambda t: t.replace(" ", " 🌸 ", 6),
        lambda t: t.upper(),
        lambda t: t.replace("languages", "langauges").replace("ginger", "gnger"),
        lambda t: t + " Cash only please. Walk-ins welcome.",
        lambda t: t.replace("Parking is easy under the clock. ", ""),
    ],
    ids=["order", "emoji", "upper case", "slips", "more", "less"],
)
def test_a_changed_copy_is_of_the_same_template(change: object) -> None:
    texts = written()
    texts[3] = change(texts[3])  # type: ignore[operator]
    assert len(only(texts).ad_ids) == 5


def test_wording_in_a_script_without_spaces() -> None:
    text = "新店开张环境优雅，专业按摩放松身心，停车方便欢迎光临，每周新员工服务周到，地点安静价格公道 {}"
    assert len(only([text.format(n) for n in ("417-555-0142", "417-555-0143", "东风")]).ad_ids) == 3


def test_stock_phrases_that_meet_by_chance_are_no_template() -> None:
    rng = Random(5)
    pool = [
        f"{a} {b} please." for a in ("Cash only", "Call first", "Ring twice", "Park behind") for b in ("now", "here")
    ]
    texts = [
        " ".join(rng.sample(pool, 3)) + f" Owner {n} of shop {chr(97 + n % 26)}{chr(97 + n // 26)}." for n in range(400)
    ]
    assert not [t for t in find_templates(ads(texts)) if len(t.ad_ids) > 20]


def test_the_sites_own_words_are_no_template() -> None:
    frame = "Report this posting to the moderators. Log in to see the map. Rate this listing from one to five stars."
    rng = Random(2)
    vocabulary = [
        f"{a}{b}{c}" for a in "bdfgkl" for b in ("am", "in", "or", "est", "ul") for c in ("a", "o", "ent", "ix")
    ]
    texts = [" ".join(rng.choice(vocabulary) for _ in range(30)) + "\n" + frame for _ in range(60)]
    assert find_templates(ads(texts)) == []


def test_the_template_of_half_a_small_site_is_still_found() -> None:
    assert len(only(written(30)).ad_ids) == 30


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_mutated_templates_among_free_ads(seed: int) -> None:
    labelled = make_ads(Random(seed), 1200)
    precision, recall = pairwise(labelled, ours(labelled))
    assert precision >= 0.98
    assert recall >= 0.90


@settings(deadline=None)  # the first example imports
@given(st.lists(st.text(max_size=80), max_size=12))
def test_any_text_is_taken_and_no_ad_stands_in_two_templates(texts: list[str]) -> None:
    found = find_templates(ads(texts))
    members = [a for t in found for a in t.ad_ids]
    assert len(members) == len(set(members))
    assert all(len(t.ad_ids) > 1 for t in found)


@given(st.text(max_size=200))
def test_spans_lead_back_to_the_text(text: str) -> None:
    spans = token_spans(text)
    assert len(spans) == len(token_hashes(text))
    assert all(0 <= a < b <= len(text) for a, b in spans)


def test_values_that_were_read_are_masked() -> None:
    masked = mask("Call 417.555.0142 or four-1-7", ["417.555.0142", "or"])
    assert token_hashes(masked) == token_hashes("Call 0 or four-1-7")
    assert unmask(masked) == "Call (contact) or four-1-7"


def test_signatures_are_those_of_the_library() -> None:
    rows = [[3, 99, 4_000_000_000], [], [7], list(range(40))]
    made = signatures(ragged(rows))
    for row, signature in zip(rows, made, strict=True):
        one = MinHash(BANDS * ROWS, seed=1, scheme="affine32", hashfunc=int)
        one.update_batch(row)
        assert signature.tolist() == one.hashvalues.tolist()


@given(st.lists(st.lists(st.integers(0, 30), max_size=8), max_size=12))
def test_pairs_of_each_ad_are_its_own(rows: list[list[int]]) -> None:
    found = pair_sets(ragged(rows))
    expected = [sorted(set(pairs_of(numpy.array(row, numpy.uint32)).tolist())) for row in rows]
    assert [found[n].tolist() for n in range(len(found))] == expected


def test_two_templates_that_stock_phrases_draw_together_are_told_apart() -> None:
    stock = "Cash only please. Walk-ins welcome every day. Open late all week. Free parking in the back."
    other = "Golden light fills {name}, a room of cedar. Our host plays the zither on Mondays. Ask about ginger tea. "
    other += "Slippers wait beside the door. The kettle sings at noon."
    texts = [*written(6), *[other.format(name=NAMES[n % 5]) for n in range(6)]]
    found = find_templates(ads([f"{stock} {text}" for text in texts]))
    assert sorted(len(t.ad_ids) for t in found) == [6, 6]


@pytest.mark.parametrize("parts", [(60, 150), (190, 210, 240), (200, 249), (230, 230)])
def test_a_search_that_goes_on_finds_what_one_from_the_beginning_finds(
    parts: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.extract.templates.finding.STEADY", 200)
    texts = [x.ad for x in make_ads(Random(4), parts[-1])]
    known = None
    for part in parts:
        found, known = find_more_templates(texts[:part], known)
        assert found == find_templates(texts[:part])


def test_what_was_compared_is_not_compared_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.extract.templates.finding.STEADY", 200)
    texts = [x.ad for x in make_ads(Random(6), 240)]
    _, known = find_more_templates(texts[:230], None)
    _, more = find_more_templates(texts, known)
    assert more.statistics is known.statistics
    kept = [cluster for cluster, group in known.found.items() if more.found[cluster] is group]
    assert len(kept) > 0.6 * len(known.found)


def test_wording_that_an_ad_has_no_more_is_in_no_template() -> None:
    texts = ads(written())
    texts[1] = replace(texts[1], current=False)
    (found,) = find_templates(texts)
    assert found.ad_ids == ("a000", "a002", "a003", "a004")


def test_an_ad_that_was_another_before_lets_all_be_compared_anew() -> None:
    texts = ads(written(6))
    _, known = find_more_templates(texts, None)
    texts[0] = replace(texts[0], text="Closed for good.")
    assert find_more_templates(texts, known)[0] == find_templates(texts)


@given(st.integers(0, 10_000_000))
def test_what_is_usual_is_told_by_most_ads(count: int) -> None:
    assert 0.8 * count <= based_on(count) <= count
    assert based_on(based_on(count)) == based_on(count)
