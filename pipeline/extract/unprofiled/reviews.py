"""What reviewers wrote on a page without a profile, told by its mark-up (schema.org, plain class names)."""

from __future__ import annotations

from selectolax.lexbor import LexborNode

from pipeline.extract.selection import Value
from pipeline.extract.text import is_inside, visible_text

_MARKED = "[itemprop~=review], [itemtype$='/Review'], .review, .review-item, .user-review, .customer-review"
_MOST = 200
_OWN = "h1, address, [itemprop=telephone], [href^='tel:']"  # what belongs to the page's own business


def find_reviews(place: LexborNode) -> list[Value]:
    """Outermost reviews within an element, in page order. One that holds the page's heading or contacts is the ad."""
    found = place.css(_MARKED)[:_MOST]
    marked = {n.mem_id: n for n in found if n.mem_id != place.mem_id and n.css_first(_OWN) is None}
    return [Value(visible_text(n), n, "text") for n in marked.values() if not is_inside(n.parent, set(marked))]
