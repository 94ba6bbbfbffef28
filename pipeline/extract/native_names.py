"""Names of businesses in Chinese and Korean: "玫瑰按摩", "서울마사지". None are "全身按摩" and other mere services."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.extract.letters import others
from pipeline.extract.lexicon import any_of, vocabulary
from pipeline.extract.text import Found

_WORDS = vocabulary("business")["native"]
_LETTER = "\u4e00-\u9fff\uac00-\ud7a3"
_NAME = re.compile(
    rf"(?<![{_LETTER}])[{_LETTER}]{{2,8}}?(?:{any_of(_WORDS['kinds'])})(?:{any_of(_WORDS['houses'])})?(?![{_LETTER}])"
)
_SERVICES = re.compile(any_of([*_WORDS["kinds"], *_WORDS["houses"], *_WORDS["generic"]]))
_SIGNS = frozenset(word[0] for word in _WORDS["kinds"])
_LEAST = 2  # letters that are a name's own


def find_native_names(text: str) -> Iterator[Found]:
    """Names that stand by themselves and end in a word for such a business, with letters of their own."""
    if text.isascii() or _SIGNS.isdisjoint(others(text)):
        return
    for m in _NAME.finditer(text):
        if len(_SERVICES.sub("", m[0])) >= _LEAST:
            yield Found("business_name", m[0], *m.span(), "phrase", 0.6)
