"""What on an unprofiled page is not the ad: the site's own frame, other people's ads, other ads of the account.

Told by the elements' kinds, by the words of their names ("tlFooter", "related_ads") and headings ("Similar places"),
and by lines such as "© … All rights reserved".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain, islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipeline.extract.elements import with_tags
from pipeline.extract.lexicon import fold, vocabulary
from pipeline.extract.scan import Scanned, candidates
from pipeline.extract.text import is_inside, not_deep, visible_text

_FRAME_TAGS = frozenset(["nav", "footer"])
_OWN_PARTS = frozenset(["main", "article", "section"])
_WHOLE = frozenset(["html", "body", "main", "article"])
_INLINE = frozenset(["b", "strong", "span"])
_OWN = "h1, address, [itemprop=telephone]"  # what belongs to the page's own business
_OWN_LABEL = re.compile(r"(?:^|\n)(?:phone|telephone|address|hours|location)(?: number)?(?::|[\t\n])")
_HEADINGS = frozenset(
    ["h1", "h2", "h3", "h4", "h5", "h6", "b", "strong", "legend", "p", "div", "span", "dt", "th", "caption", "summary"]
)
_LINES = frozenset(["p", "div", "span", "li", "small", "td", "center", "address", "b", "i", "font"])
_SAID = frozenset(["p", "div", "li", "td", "dd", "blockquote", "section", "article"])
_SAYING = re.compile(r"[A-Za-z0-9]{2,}|[^\W_]+|©")  # a word of a line that its elements are looked up by
_NAME_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_IN_ORDER = re.compile(r"[«‹<←\s]*(?:prev(?:ious)?|next)(?: (?:ad|post|listing|place|entry))?\s*[:»›>→]")
_LINE = re.compile(r"[\n\t]")
_AROUND_HEADING = " :»›>-"
_LONGEST_NAMES = 300
_LONGEST_HEADING = 60
_LONGEST_LINE = 600  # characters of a site's own line with what stands beside it
_MAX_NODES = 20_000
_MAX_PARTS = 400  # of one kind
_LEAST_SAID = 8  # characters behind "Mike says:"; fewer, and it stands in the next block
_MAX_SIBLINGS = 100  # that a heading opens


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Outermost elements, in page order."""

    frame: tuple[LexborNode, ...] = ()  # the site's own
    others: tuple[LexborNode, ...] = ()  # other people's ads
    account: tuple[LexborNode, ...] = ()  # other ads of the same account
    said: tuple[LexborNode, ...] = ()  # what visitors wrote

    @property
    def all(self) -> tuple[LexborNode, ...]:
        """What is no part of the page's matter, be that one ad, a listing or a thread."""
        return (*self.frame, *self.others, *self.account)


def find_surroundings(tree: LexborHTMLParser) -> Surroundings:
    """What to leave out of the ad. An element that holds the page's main heading is never left out for its heading."""
    body = tree.body
    if body is None:
        return Surroundings()
    kinds: dict[str, dict[int, LexborNode]] = {"frame": {}, "others": {}, "account": {}, "said": {}}
    for node in body.css("nav, header, footer, aside, [class], [id]")[:_MAX_NODES]:
        if kind := _kind_by_name(node):
            kinds[kind][node.mem_id] = node
    for node in (*_other_businesses(body), *_beside_in_order(body)):
        kinds["others"][node.mem_id] = node
    for node in body.css("blockquote:has(footer, cite)")[:_MAX_PARTS]:
        kinds["said"][node.mem_id] = node
    text = fold(visible_text(body))
    found = (_headed(body, text), _own_lines(body, text), _account_lines(body, text), _said_lines(body, text))
    for kind, node in chain.from_iterable(islice(parts, _MAX_PARTS) for parts in found):
        kinds[kind][node.mem_id] = node
    marked = {ident for found in kinds.values() for ident in found}
    outermost = {
        kind: tuple(islice((n for n in found.values() if not is_inside(n.parent, marked)), _MAX_PARTS))
        for kind, found in kinds.items()
    }
    outermost["said"] = tuple(n for n in outermost["said"] if not _holds_own(n))
    return Surroundings(**outermost)


def _other_businesses(body: LexborNode) -> list[LexborNode]:
    """Businesses that the mark-up sets beside the one with the page's heading."""
    items = body.css("[itemtype*=Business], [itemtype*=Salon], [itemtype*=Spa], [itemtype*=Store]")[:_MAX_PARTS]
    own = [item for item in items if item.css_first("h1") is not None]
    if not own:
        return []
    named = {item.mem_id for item in own}
    return [item for item in items if not is_inside(item, named)]


def _beside_in_order(body: LexborNode) -> list[LexborNode]:
    """Links to the ads before and behind this one: "« Prev: Rose Spa …"."""
    links = body.css('a:lexbor-contains("prev" i), a:lexbor-contains("next" i)')[:_MAX_PARTS]
    return [link for link in links if _IN_ORDER.match(fold(visible_text(link)))]


@cache
def _names(kind: str) -> frozenset[str]:
    return frozenset(vocabulary("surroundings")[kind])


@cache
def _patterns(kind: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{p})" for p in vocabulary("surroundings")[kind]))


@cache
def _own_line() -> Scanned:
    return Scanned(_patterns("own_lines"))


def _kind_by_name(node: LexborNode) -> str:
    tag = node.tag or ""
    if tag in _WHOLE:
        return ""
    if tag in _FRAME_TAGS or (tag == "header" and not _within_part(node)):
        return "frame"
    if kind := _kind_of_names(f"{node.attrs.sget('class')} {node.id or ''}"):
        return kind
    return "frame" if tag == "aside" and _is_list_of_links(node) else ""


@lru_cache(maxsize=8192)  # a site's pages have the same few names
def _kind_of_names(names: str) -> str:
    if len(names) > _LONGEST_NAMES:
        return ""
    kinds = (_kind_of_words([w.lower() for w in _NAME_WORDS.findall(name)]) for name in names.split())
    return next(filter(None, kinds), "")


def _kind_of_words(words: list[str]) -> str:
    joined = "".join(words)
    for kind in ("account", "others"):
        if joined in _names(kind) or (kind == "others" and _names(kind) & set(words)):
            return kind
    if joined in _names("said_whole") or (
        words and {words[0], words[-1], joined} & _names("said") and not _names("not_said") & set(words)
    ):
        return "said"
    of_part = bool(_names("parts") & set(words))
    if not of_part and (joined in _names("frame") or _names("frame") & set(words)):
        return "frame"
    if "header" in words and all(w in _names("whose_header") for w in words[: words.index("header")]):
        return "" if of_part else "frame"
    return ""


def _within_part(node: LexborNode) -> bool:
    here = node.parent
    while here is not None:
        if here.tag in _OWN_PARTS:
            return True
        here = here.parent
    return False


def _is_list_of_links(node: LexborNode) -> bool:
    """Whether an aside is mostly links elsewhere; an aside with the business's phone and address is no frame."""
    links = node.css("a[href]")[:200] if any(not_deep(node, [node])) else []
    return len(links) > 2 and 3 * sum(len(visible_text(a)) for a in links) > len(visible_text(node))


def _headed(body: LexborNode, text: str) -> Iterator[tuple[str, LexborNode]]:
    """Blocks under headings such as "Similar places nearby", the heading with what follows it."""
    written: dict[str, str] = {}  # by the folded line: folding leaves little of Korean
    wanted: dict[str, str] = {}
    lines = (_LINE.split(words) for words in (text, visible_text(body)))
    for line, shown in zip(*lines, strict=False):
        if len(line) <= _LONGEST_HEADING and line not in wanted and (kind := _kind_of_heading(line, shown)):
            wanted[line], written[line] = kind, shown
    if not wanted:
        return
    title = body.css_first("h1, h2")
    for node in _saying(body, written.values()):
        if node.tag not in _HEADINGS or not (under := wanted.get(fold(visible_text(node)))):
            continue
        if node.css_first("a[href]") is not None:
            continue
        if under == "said" and (node == title or (node.tag in _INLINE and not _is_block_of_its_own(node))):
            continue  # "Review of Jade Spa"; "Reviews: 12"
        yield from ((under, part) for part in _under(node))


def _saying(body: LexborNode, lines: Iterable[str]) -> list[LexborNode]:
    """The elements that say one of the lines, and more, in page order; found by a word of each line."""
    words = {word[0] for line in lines if (word := _SAYING.search(line))}
    found: dict[int, LexborNode] = {}
    saying = body.css(", ".join(f'*:lexbor-contains("{word}" i)' for word in sorted(words))) if words else ()
    for node in not_deep(body, saying):
        above = [node]
        while (parent := above[-1].parent) is not None and parent.is_element_node and parent.mem_id not in found:
            if parent.tag in _WHOLE or len(parent.text(deep=True, strip=True)) > _LONGEST_LINE:
                break
            above.append(parent)
        found |= {here.mem_id: here for here in reversed(above) if here.mem_id not in found}
    return list(found.values())[:_MAX_NODES]


@lru_cache(maxsize=8192)
def _kind_of_heading(line: str, shown: str) -> str:
    """What stands under a heading, by the folded line or as it is shown; of two kinds the latter."""
    for words in dict.fromkeys((line.strip(_AROUND_HEADING), shown.lower().strip(_AROUND_HEADING))):
        for kind in ("others", "account", "said"):
            if _patterns(f"{kind}_headings").fullmatch(words):
                return kind
    return ""


def _under(heading: LexborNode) -> list[LexborNode]:
    """The block a heading opens: its container when it comes first there, else its siblings up to the next heading."""
    here = heading
    while (parent := here.parent) is not None and parent.is_element_node and parent.tag not in _WHOLE:
        if _is_shown_beside(here, forward=False):
            break
        alone = not _is_shown_beside(here, forward=True)
        here = parent
        if not alone:
            return [here] if here.css_first("h1") is None else []
    found, after = [here], here.next
    while after is not None and len(found) < _MAX_SIBLINGS:
        if after.is_element_node:
            if after.tag in {"h1", "h2", "h3", "footer"} or after.css_first("h1") is not None:
                break
            found.append(after)
        after = after.next
    return found


def _is_shown_beside(node: LexborNode, *, forward: bool) -> bool:
    """Whether a sibling behind an element, or before it, shows any words."""
    beside = node.next if forward else node.prev
    while beside is not None:
        if beside.is_element_node:
            if beside.text(deep=True, strip=True) and visible_text(beside):
                return True
        elif beside.is_text_node and (beside.text_content or "").strip():
            return True
        beside = beside.next if forward else beside.prev
    return False


def _own_lines(body: LexborNode, text: str) -> Iterator[tuple[str, LexborNode]]:
    """Small blocks that say "© …": the largest one around the line that is short and holds no main heading."""
    said = {found[0] for found in candidates(_own_line(), text)}
    for node in _saying(body, said):
        if node.tag not in _LINES:
            continue
        words = node.text(deep=False, strip=True)
        if not words or len(words) > _LONGEST_LINE or not _patterns("own_lines").search(fold(words)):
            continue
        here, most = node, len(visible_text(body)) // 3
        while (parent := here.parent) is not None and parent.tag not in _WHOLE and parent.is_element_node:
            if len(visible_text(parent)) > min(_LONGEST_LINE, most) or parent.css_first("h1, h2") is not None:
                break
            here = parent
        yield "frame", here


def _account_lines(body: LexborNode, text: str) -> Iterator[tuple[str, LexborNode]]:
    """Lines that begin with what heads other ads of the account: "Other ads by this user: …"."""
    said = {line for line in text.split("\n") if ":" in line and _is_of_account(line)}
    for node in _saying(body, said) if said else ():
        if node.tag in _LINES and _is_of_account(words := fold(visible_text(node))) and "\n" not in words:
            yield "account", node


def _is_of_account(line: str) -> bool:
    heading, colon, _ = line.partition(":")
    return bool(colon) and _patterns("account_headings").fullmatch(heading.strip(_AROUND_HEADING)) is not None


def speaks_of_the_site(text: str) -> bool:
    """Whether a line is one that sites set below their pages, other than their © line."""
    lines = (found[0] for found in _patterns("own_lines").finditer(fold(text)))
    return any(line[0] not in "©(" and not line.startswith(("copyright", "all rights")) for line in lines)


def _is_block_of_its_own(node: LexborNode) -> bool:
    """Whether nothing stands beside words within a line: "Reviews: 12" is a label with its value."""
    parent = node.parent
    return parent is not None and visible_text(parent) == visible_text(node)


def _holds_own(part: LexborNode) -> bool:
    """Whether a block has the page's main heading or contacts, whatever it is called."""
    return part.css_first(_OWN) is not None or _OWN_LABEL.search(fold(visible_text(part))) is not None


def _said_lines(body: LexborNode, text: str) -> Iterator[tuple[str, LexborNode]]:
    """Innermost blocks that begin with who wrote them: "Sam wrote on 4/1/2019: …"."""
    says = _patterns("said_by")
    if not any(says.match(line) for line in text.split("\n")):
        return
    found: dict[int, LexborNode] = {}
    for node in islice(not_deep(body, with_tags(body, _SAID)), _MAX_NODES):
        if (said := says.match(fold(visible_text(node)))) and node.tag not in _WHOLE:
            if (parent := node.parent) is not None:
                found.pop(parent.mem_id, None)
            found[node.mem_id] = node
    for node in found.values():
        said = says.match(words := fold(visible_text(node)))
        whole = _under(node) if said and len(words) - said.end() < _LEAST_SAID else [node]
        yield from (("said", part) for part in whole)
