"""Keys of the names that most people have are made the short way: it must give what the long way gives."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.resolve.keys import _operator_keys, keys_of
from pipeline.resolve.names.person_names import read_person
from tests.pipeline.resolve.conftest import make_ref

WORDS = (
    *(
        "Hongbo",
        "Qi",
        "LI",
        "wei",
        "Mary",
        "Donna",
        "Quistgard",
        "Nguyen",
        "thi",
        "Min-ji",
        "O'Brien",
        "H",
        "H.",
        "Ma.",
    ),
    *("Jr", "jr.", "II", "Dr", "LMT", "de", "del", "dela", "la", "cruz", "Ou", "yang", "Au", "Yeung", "ouyang", "Peña"),
    *("齐", "Lee", "Aa"),
)
NAMES = st.builds(
    lambda words, between, edge: f"{edge}{between.join(words)}{edge}",
    st.lists(st.sampled_from(WORDS) | st.text("abcdefgh", min_size=1, max_size=9), min_size=1, max_size=3),
    st.sampled_from([" ", ", ", ",", "  "]),
    st.sampled_from(["", "", "", " "]),
)


@settings(max_examples=300, deadline=None)
@given(NAMES)
@example("Ou Yang")
@example("Yeung, Au")
@example("Dela Cruz")
@example("Cruz, del")
@example("Wei Jr")
@example("Dr, Qi")
@example("H Qi")
def test_a_name_of_two_words_is_read_as_any_other(text: str) -> None:
    assert read_person(text) == read_person(f"{text} "), "a blank at the end is left to the long way"


@settings(max_examples=300, deadline=None)
@given(NAMES)
def test_a_name_of_two_parts_has_the_keys_of_any_other(text: str) -> None:
    name = read_person(text)
    assert _operator_keys((name,)) == _operator_keys((name, name)), "two names are left to the long way"


def test_each_of_several_names_in_one_field_is_a_name() -> None:
    ref = make_ref(1, "operator", "Lam Kwok Wah / Guohua Lin", other_names=("Lin, G.",))
    assert keys_of(ref).row["names"] == tuple(
        sorted(read_person(name).turned for name in ("Lam Kwok Wah", "Guohua Lin", "Lin, G."))
    )
