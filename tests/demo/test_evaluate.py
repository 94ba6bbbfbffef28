"""The figures, on examples worked out by hand and on properties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo import evaluate
from demo.truth import Truth
from demo.visible import Item


def ad(name: str) -> Item:
    return ("ad", "city-board", name)


def small_truth() -> Truth:
    return Truth(
        networks={ad("a"): "N1", ad("b"): "N1", ad("c"): "N1", ad("d"): "N2"},
        innocents={ad("e"): "S9"},
        businesses={ad("a"): "S1", ad("b"): "S1", ad("c"): "S2", ad("d"): "S3", ad("e"): "S9"},
        successions=frozenset({("S1", "S2")}),
        open_successions=frozenset({("S2", "S3")}),
        linked={"A1": "N1", "A2": "N1"},
        innocent_applications={"A3": "plain", "A4": "namesake", "A5": "next_tenant"},
        unseen=frozenset({"A6"}),
        traps={"S9": "next_tenant"},
        surnames={f"A{n}": "Li" for n in range(1, 7)},
    )


def test_pairs_by_hand() -> None:
    truth = small_truth()
    found = {ad("a"): "x", ad("b"): "x", ad("c"): "y", ad("d"): "y", ad("z"): "y"}
    rates = evaluate.evaluate_pairs(truth.labels, found)  # right: ab; claimed: ab, cd; wanted: ab, ac, bc
    assert rates["precision"] == pytest.approx(1 / 2)
    assert rates["recall"] == pytest.approx(1 / 3)


def test_b3_by_hand() -> None:
    truth = small_truth()
    found = {ad("a"): "x", ad("b"): "x", ad("c"): "y", ad("d"): "y"}
    rates = evaluate.evaluate_b3(truth.labels, found)
    assert rates["precision"] == pytest.approx((1 + 1 + 1 / 2 + 1 / 2 + 1) / 5)
    assert rates["recall"] == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1 + 1) / 5)


def test_items_missing_from_the_prediction_are_singletons() -> None:
    rates = evaluate.evaluate_networks(small_truth(), {})
    assert (rates["precision"], rates["recall"], rates["b3_precision"]) == (1.0, 0.0, 1.0)
    assert rates["b3_recall"] == pytest.approx((3 * 1 / 3 + 2) / 5)


@given(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=30))
def test_a_perfect_prediction_scores_one_and_one_lump_recalls_all(names: list[str]) -> None:
    labels = {ad(str(i)): name for i, name in enumerate(names)}
    for measure in (evaluate.evaluate_pairs, evaluate.evaluate_b3):
        assert set(measure(labels, labels).values()) == {1.0}
        lump = measure(labels, dict.fromkeys(labels, "x"))
        assert lump["recall"] == pytest.approx(1.0)
        assert lump["precision"] <= 1.0


@given(
    st.dictionaries(st.integers(0, 20), st.sampled_from("abc")),
    st.dictionaries(st.integers(0, 25), st.sampled_from("xyz")),
)
def test_figures_stay_between_zero_and_one(labels: dict[int, str], found: dict[int, str]) -> None:
    truth = {ad(str(k)): v for k, v in labels.items()}
    predicted = {ad(str(k)): v for k, v in found.items()}
    for measure in (evaluate.evaluate_pairs, evaluate.evaluate_b3):
        assert all(0.0 <= value <= 1.0 for value in measure(truth, predicted).values())


def test_successions_by_hand() -> None:
    business = {ad("a"): "b1", ad("b"): "b1", ad("c"): "b2", ad("d"): "b3", ad("e"): "b9"}
    pairs = [("b1", "b2", 0.9), ("b2", "b3", 0.8), ("b1", "b9", 0.7), ("b3", "b9", 0.4), ("b1", "b1", 0.9)]
    rates = evaluate.evaluate_successions(small_truth(), business, pairs)
    assert (rates["true"], rates["false"], rates["neutral"]) == (1, 1, 2)
    assert (rates["precision"], rates["recall"]) == (0.5, 1.0)


def test_a_business_without_a_majority_is_nobodys() -> None:
    mixed = {ad("a"): "b", ad("c"): "b", ad("d"): "b"}
    assert evaluate.storefront_of(small_truth(), mixed) == {}


def flag(application: str, kinds: tuple[str, ...] = ("name", "dob"), result: str = evaluate.HIT) -> dict[str, object]:
    return {"application_id": application, "result": result, "matched_kinds": kinds}


def test_screening_by_hand() -> None:
    flags = [flag("A1"), flag("A2", result="no_relevant_result"), flag("A4", ("name",)), flag("A6")]
    figures = evaluate.evaluate_screening(small_truth(), flags)
    assert (figures["precision"], figures["recall"]) == (0.5, 0.5)
    assert figures["name_only_flags"] == 1
    assert figures["traps_flagged"] == {"next_tenant": 0, "reassigned_phone": 0, "namesake": 1, "plain": 0}
    assert figures["by_surname_band"][">=1%"]["n"] == 3
    assert figures["by_surname_band"][">=1%"]["false_positives"] == 1


def test_no_flags_at_all() -> None:
    figures = evaluate.evaluate_screening(small_truth(), [])
    assert (figures["precision"], figures["recall"], figures["false_positives"]) == (1.0, 0.0, 0)


def test_wilson_against_published_values() -> None:
    assert evaluate.wilson(0, 0) == (0.0, 1.0)
    low, high = evaluate.wilson(81, 263)  # Newcombe 1998, table I
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    low, high = evaluate.wilson(0, 20)
    assert (low, round(high, 4)) == (0.0, 0.1611)


def test_innocents_drawn_into_a_network_are_counted_by_trap() -> None:
    merged = evaluate.trap_merges(small_truth(), {ad("a"): "x", ad("e"): "x"})
    apart = evaluate.trap_merges(small_truth(), {ad("a"): "x", ad("e"): "y"})
    assert (merged["next_tenant"], sum(apart.values())) == (1, 0)
