"""Whole texts in another case, as Python's own methods have them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.letters import lowered, others, uppered

characters = st.one_of(st.characters(), st.sampled_from("ΑΣ ςσßŒİıﬁ–•★Ⅷⓐ\ud800"), st.sampled_from("aZ 09_"))


@given(st.text(alphabet=characters, max_size=40))
def test_case_and_others(text: str) -> None:
    assert lowered(text) == text.lower()
    assert uppered(text) == text.upper()
    assert others(text) == {c for c in text if not c.isascii()}
