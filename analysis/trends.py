"""How much is advertised, opens and closes: by week, city and site. Pure counts; nothing is said of anybody.

An ad counts in each week in which a capture shows it live, and as new in the week of its first capture: what a crawl
missed is not there. A business closes in the week of its last sight once it has been unseen for as long as the rules
ask (analysis/rules.toml, `closed_after_days`): that nobody saw it is no proof that it closed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import comb

from analysis.export.graph import SMALLEST_CELL
from analysis.picture.drawing import GREY, PALE, legend, paragraph, svg, text

NOT_PUBLISHED = "not published"
COLUMNS = ("ads", "new_ads", "new_businesses", "closures")
WORDS = {
    "ads": ("ads seen", "#c05621"), "new_ads": ("new ads", "#f6ad55"),
    "new_businesses": ("businesses first seen", "#2b6cb0"), "closures": ("businesses last seen", "#718096"),
}  # fmt: skip
RECENT = timedelta(weeks=8)  # what is compared with the eight weeks before: two months even out the crawls
HOT = 1.5  # times as many new ads and businesses as before, SMALLEST_CELL or more of them, and no play of chance
CHANCE = 0.05  # a place where nothing changed is called hot less often than this


@dataclass(frozen=True, slots=True)
class Seen:
    """One ad on one site in one week, given by its Monday."""

    ad_id: str
    site: str
    city: str
    week: date


@dataclass(frozen=True, slots=True)
class Span:
    """One advertised business: first and last day seen."""

    business_id: str
    city: str
    sites: tuple[str, ...]
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Trend:
    """Counts of one week, city or site, None where one is not published; `recent` and `before` count new ads and
    businesses of eight weeks each."""

    key: str
    counts: Mapping[str, int | None]
    recent: int = 0
    before: int = 0

    @property
    def hot(self) -> bool:
        return (
            self.recent >= SMALLEST_CELL
            and self.recent >= HOT * max(self.before, 1)
            and _by_chance(self.recent, self.before) <= CHANCE
        )


def _by_chance(recent: int, before: int) -> float:
    """How often two equal rates give so uneven a pair of counts, or a more uneven one.

    The exact conditional test of two Poisson counts (Przyborowski and Wilenski 1940).
    """
    total = recent + before
    return float(sum(comb(total, n) for n in range(recent, total + 1)) / (1 << total))


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def trends(ads: Iterable[Seen], businesses: Iterable[Span], by: str, data_end: date, closed_after: int) -> list[Trend]:
    """Rows sorted by week, or by city or site with most ads first. Every week between the first and last has a row."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    recent: Counter[str] = Counter()
    before: Counter[str] = Counter()
    edge = monday(data_end) - RECENT

    def add(column: str, keys: Iterable[str], week: date) -> None:
        for key in keys:
            counts[key][column] += 1
            if column in {"new_ads", "new_businesses"} and week > edge - RECENT:
                (recent if week > edge else before)[key] += 1

    shown: dict[str, list[Seen]] = defaultdict(list)
    for seen in sorted(set(ads), key=lambda s: (s.week, s.ad_id)):
        shown[seen.ad_id].append(seen)
    for weeks in shown.values():
        first = weeks[0]
        if by == "week":
            for seen in weeks:
                add("ads", [seen.week.isoformat()], seen.week)
            add("new_ads", [first.week.isoformat()], first.week)
        else:
            key = [first.city or "(unknown)"] if by == "city" else [first.site]
            add("ads", key, first.week)
            add("new_ads", key, first.week)
    for span in businesses:
        opened, ended = monday(span.first), monday(span.last)
        places = [span.city or "(unknown)"] if by == "city" else span.sites
        add("new_businesses", [opened.isoformat()] if by == "week" else places, opened)
        if (data_end - span.last).days >= closed_after:
            add("closures", [ended.isoformat()] if by == "week" else places, ended)
    if by == "week" and counts:
        counts |= {w: counts[w] for w in _weeks(min(counts), max(counts))}
    rows = [Trend(k, {c: n[c] for c in COLUMNS}, recent[k], before[k]) for k, n in counts.items()]
    return sorted(rows, key=lambda r: (0 if by == "week" else -(r.counts["ads"] or 0), r.key))


def _weeks(first: str, last: str) -> list[str]:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return [(start + timedelta(weeks=n)).isoformat() for n in range((end - start).days // 7 + 1)]


def published(rows: Sequence[Trend]) -> list[Trend]:
    """The rows without small counts, and without as many others as it takes that no total gives a small one away."""
    hidden = {column: _hidden([row.counts[column] or 0 for row in rows]) for column in COLUMNS}
    return [
        replace(row, counts={c: None if n in hidden[c] else row.counts[c] for c in COLUMNS}, recent=0, before=0)
        for n, row in enumerate(rows)
    ]


def _hidden(counts: Sequence[int]) -> set[int]:
    """Which of the counts of one column are not published. Who knows the total of a column, from the table of another
    kind or year, learns the sum of what is hidden: it is of two cells or more, not small, and more than one of each."""
    hidden = {n for n, count in enumerate(counts) if 0 < count < SMALLEST_CELL}
    more = sorted((n for n, count in enumerate(counts) if n not in hidden), key=lambda n: (not counts[n], counts[n], n))
    for n in more if hidden else ():
        total = sum(counts[i] for i in hidden)
        if len(hidden) > 1 and total >= SMALLEST_CELL and total > len(hidden):
            break
        hidden.add(n)
    return hidden


def cell(count: int | None) -> str:
    """A count as a reader may see it."""
    return NOT_PUBLISHED if count is None else str(count)


def chart(rows: Sequence[Trend], by: str, title: str) -> str:
    """Bars by week, or rows by city or site, as SVG; cells that are not published have no bar."""
    shown = list(rows[-78:] if by == "week" else rows[:30])
    used = ("ads", "new_businesses", "closures") if by == "week" else ("ads", "new_businesses")
    top = max([1, *(r.counts[c] or 0 for r in shown for c in used)])
    body = [text(24, 34, title, size=18, more='font-weight="bold"')]
    note = "An ad counts where a capture shows it; a crawl that did not run leaves a gap."
    if any(None in row.counts.values() for row in shown):
        note += f" Counts below {SMALLEST_CELL} are not published, and others where a total would tell them."
    lines, y = paragraph(24, 56, note, 950, 11, GREY)
    body += lines
    drawn, y = _by_week(shown, used, y) if by == "week" else _by_place(shown, used, top, y)
    marks = [(f'<rect x="-8" y="-6" width="16" height="12" fill="{WORDS[c][1]}"/>', WORDS[c][0]) for c in used]
    made, end = legend(24, y + 24, 950, marks)
    return svg(1000, end + 12, title, [*body, *drawn, *made])


def _by_week(rows: Sequence[Trend], used: Sequence[str], y: float) -> tuple[list[str], float]:
    """A panel for each column, weeks from left to right."""
    made, wide = [], 940.0 / max(len(rows), 1)
    for column in used:
        high = max([1, *(r.counts[column] or 0 for r in rows)])
        base = y + 140
        made += [f'<line x1="40" y1="{base:.0f}" x2="980" y2="{base:.0f}" stroke="{PALE}"/>']
        made.append(text(40, y + 16, f"{WORDS[column][0]}, at most {high} in a week", size=12, color=GREY))
        for n, row in enumerate(rows):
            tall = (row.counts[column] or 0) / high * 112
            x = 40 + n * wide
            made.append(
                f'<rect x="{x:.1f}" y="{base - tall:.1f}" width="{max(wide - 1.5, 1):.1f}" height="{tall:.1f}" '
                f'fill="{WORDS[column][1]}"><title>{row.key}: {cell(row.counts[column])}</title></rect>'
            )
            if n % max(1, len(rows) // 9) == 0:
                made.append(text(x, base + 14, row.key, size=10, color=GREY))
        y = base + 22
    return made, y


def _by_place(rows: Sequence[Trend], used: Sequence[str], top: int, y: float) -> tuple[list[str], float]:
    made = []
    for row in rows:
        made.append(text(24, y + 20, row.key + (" (hot)" if row.hot else ""), size=12))
        for n, column in enumerate(used):
            long = (row.counts[column] or 0) / top * 600
            made.append(
                f'<rect x="250" y="{y + 6 + n * 10:.1f}" width="{long:.1f}" height="9" fill="{WORDS[column][1]}"/>'
            )
            said = text(258 + long, y + 14 + n * 10, cell(row.counts[column]), size=10, color=GREY)
            made.append(said)
        y += 28
    return made, y + 6
