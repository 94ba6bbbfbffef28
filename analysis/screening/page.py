"""A screening run as one page to read and print: what was found, by which weights, what speaks against it, and what
was searched. No script, nothing from outside; dates of birth and e-mails are compared and never shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from html import escape

from analysis.fairness import Fairness, fairness
from analysis.outcomes import ENOUGH, OPEN
from analysis.rules import shipped_rules
from analysis.screening.asked import party_name
from analysis.screening.explain import WORDS, banner
from analysis.screening.run import Run
from analysis.screening.shown import BANDS, LEVELS, both_sides, counted_results, shown_probability, told_exhibits
from pipeline.model import Contribution, Flag

LISTED = 5_000  # applications without a lead on one page
GROUPS = {
    **{band: f"surname {words}" for band, words in BANDS.items()}, "strong": "strong leads",
    "moderate": "moderate leads", "review": "leads for review",
}  # fmt: skip
DECISIONS = ("True match", "Another person", "More is needed: what, from whom, by when", "Cannot be determined")
LEAD = "A possible match is a lead with reasons. A person decides; it is no ground for a denial."
SCALE = 40  # points of weight from one end of a bar to the other
STYLE = """
body{font:16px/1.5 system-ui,"Segoe UI",sans-serif;max-width:58rem;margin:2rem auto;padding:0 1.2rem;color:#1a1a1a}
h1{font-size:1.6rem;margin-bottom:.2rem}h2{font-size:1.25rem;margin:.2rem 0}h3{font-size:1rem;margin:1rem 0 .2rem}
table{border-collapse:collapse;width:100%;margin:.4rem 0}td,th{padding:.3rem .6rem .3rem 0;border-bottom:1px solid #ccc;
text-align:left;vertical-align:top}td.n,th.n{text-align:right;white-space:nowrap}ul{margin:.2rem 0;padding-left:1.2rem}
section{border:1px solid #888;border-left:6px solid #8a4b08;border-radius:4px;padding:.8rem 1.2rem;margin:1.4rem 0}
.said{font-size:1.05rem}.none td{color:#666}.wf{position:relative;display:inline-block;height:.9rem;background:#eee}
.wf i{position:absolute;top:0;bottom:0;background:#2b5d8a}.wf i.minus{background:#999}.box{display:inline-block;
width:.9rem;height:.9rem;border:1px solid #333;margin-right:.5rem}.small,small{color:#444;font-size:.85rem}
code{font-size:.8rem;overflow-wrap:anywhere}.day{white-space:nowrap}body>h2{margin-top:1.8rem}a{color:#2b5d8a}
.alert{border:2px solid #8a4b08;padding:.3rem .6rem}
td,li,p{overflow-wrap:break-word}.wf{width:100%}.cmp .bar{width:18%}.cmp td:first-child,.cmp .level{white-space:nowrap}
@media print{body{margin:0;padding:0;max-width:none;font-size:10pt;line-height:1.35}tr,li,.decide{break-inside:avoid}
h1,h2,h3{break-after:avoid}section,.after{break-before:page}section{margin:0}td,th{padding:.15rem .5rem .15rem 0}
.cmp .bar{width:13%}code{font-size:7pt}.said{font-size:1em}ul{margin:0}h3{margin:.6rem 0 0}
.wf,.wf i{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
@media screen and (max-width:46rem){body{margin:1rem auto;padding:0 .6rem}section{padding:.6rem .7rem}
.cmp tr{display:grid;grid-template-columns:1fr 1fr auto;gap:0 .7rem;border-bottom:1px solid #ccc;padding:.3rem 0}
.cmp td,.cmp th{border:0;padding:0;min-width:0;overflow-wrap:anywhere}.cmp tr.head,.cmp td:empty{display:none}
.cmp td:first-child,.cmp th:first-child{grid-area:1/1/2/3;font-weight:600}.cmp .n{grid-area:1/3/2/4}
.cmp .mine{grid-area:2/1/3/2}.cmp .known{grid-area:2/2/3/4}.cmp .mine::before,.cmp .known::before{display:block;
color:#666;font-size:.8rem}.cmp .mine::before{content:"applicant"}.cmp .known::before{content:"known"}
.cmp .level,.cmp .over,.cmp .bar{grid-column:1/4;width:auto}}
"""


def screening_page(flags: Sequence[Flag], run: Run) -> str:
    """The whole page."""
    hits = [f for f in flags if f.result == "possible_match"]
    rest = [f for f in flags if f.result != "possible_match"]
    body = [
        f"<h1>Screening results</h1>{_head(flags, run)}",
        _table(("result", "applications"), counted_results(flags, run)),
        f"<p><strong>{LEAD}</strong></p>",
        _overview(hits, run),
        *(_hit(flag, run, number) for number, flag in enumerate(hits)),
        f"<h2{' class=after' if hits else ''}>What was searched</h2>{_list(_aged(flags, run))}",
        _without_lead(rest),
        _unread(run),
        _fairness(fairness(run.screened or flags)),
        _outcomes(run),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><title>Screening results</title>'
        f"<style>{STYLE}</style></head><body>{''.join(body)}</body></html>"
    )


def _overview(hits: Sequence[Flag], run: Run) -> str:
    """Each possible match in a line, with the place where it is told."""
    if len(hits) < 2:
        return ""
    rows = []
    for number, flag in enumerate(hits):
        asked = run.applications.get(flag.application_id)
        who = (party_name(asked.applicant), asked.business_name) if asked else ()
        cells = (", ".join(w for w in who if w), flag.band, ", ".join(WORDS.get(k, k) for k in flag.matched_kinds))
        link = f'<td><a href="#match{number}">{escape(flag.application_id)}</a></td>'
        rows.append(f"<tr>{link}{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>")
    head = "".join(f"<th>{name}</th>" for name in ("application", "applicant", "strength", "what agrees"))
    return f"<h2>Possible matches</h2><table><tr>{head}</tr>{''.join(rows)}</table>"


def _head(flags: Sequence[Flag], run: Run) -> str:
    first = flags[0] if flags else None
    said = [
        ("Run", run.run_id),
        ("Screened on", run.day.isoformat() if run.day else ""),
        ("By", run.user),
        ("Snapshot", first.snapshot_id if first else ""),
        ("Match model", first.model_version if first else ""),
        ("Shown from a probability of", f"{run.threshold:.2f}" if run.threshold is not None else ""),
    ]
    return f"<p class=small>{' · '.join(f'{escape(k)} {escape(v)}' for k, v in said if v)}</p>"


def _hit(flag: Flag, run: Run, number: int) -> str:
    confirmed, said = run.is_confirmed(flag), run.said_of(flag)
    parts = [
        f"<h2>{escape(flag.application_id)}: {escape(banner(flag, confirmed=confirmed))}</h2>",
        _who(flag, run),
        f"<p class=said>{escape(flag.sentence)}</p>",
        _waterfall(flag),
        _titled("How the applicant leads to a known business", _list(flag.path), flag.path),
        _titled("Exhibits", _exhibits(flag, run), flag.exhibits),
        f"<p class=small>From {escape(age)}.</p>" if (age := run.age_of(flag)) else "",
        _titled("What speaks against it", _list(flag.contrary), flag.contrary),
        "" if flag.contrary else "<h3>What speaks against it</h3><p>Nothing was found in the files searched.</p>",
        _titled("Not known, so neither for nor against", _list([WORDS.get(m, m) for m in flag.missing]), flag.missing),
        _titled("Notes", _list(flag.notes), flag.notes),
        _titled("What was said of it", _list(said), said),
        "" if confirmed else _decision(),
    ]
    return f'<section id="match{number}">{"".join(parts)}</section>'


def _who(flag: Flag, run: Run) -> str:
    asked = run.applications.get(flag.application_id)
    said = [("strength of the lead", flag.band), ("surname", BANDS.get(flag.surname_band, ""))]
    if asked is not None:
        clock = run.waiting(flag.application_id).removeprefix("received ")
        said = [
            ("applicant", party_name(asked.applicant)), ("business", asked.business_name),
            ("kind", asked.application_type), ("received", clock), *said,
        ]  # fmt: skip
    return f"<p class=small>{' · '.join(f'{k}: {escape(v)}' for k, v in said if v)}</p>"


def _waterfall(flag: Flag) -> str:
    """Both sides and the weights, from where every applicant starts to the sum."""
    total = start = shipped_rules().screening.prior_bits
    rows = [f"<tr><td>start</td><td colspan=3 class=over>one applicant in {2**-start:,.0f} leads into a given network"
            f"</td><td class=n>{start:+.1f}</td><td class=bar>{_bar(0, start, start)}</td></tr>"]  # fmt: skip
    for c in flag.contributions:
        rows.append(_compared(c, total, start))
        total += c.weight
    rows.append(f"<tr><th>sum</th><td colspan=3 class=over>probability {shown_probability(flag.score)}</td>"
                f"<th class=n>{total:+.1f}</th><td></td></tr>")  # fmt: skip
    head = "<tr class=head><th></th><th>applicant</th><th>known</th><th></th><th class=n>weight</th><th></th></tr>"
    return f"<table class=cmp>{head}{''.join(rows)}</table><p class=small>Each point of weight doubles the odds.</p>"


def _compared(c: Contribution, before: float, start: float) -> str:
    mine, theirs = both_sides(c)
    weight = f"{c.weight:+.1f}" if c.weight else "0"
    return (
        f'<tr class="{"none" if c.weight == 0 else ""}"><td>{escape(WORDS.get(c.field, c.field))}</td>'
        f"<td class=mine>{escape(mine)}</td><td class=known>{escape(theirs)}</td>"
        f"<td class=level>{escape(LEVELS.get(c.level, c.level))}</td><td class=n>{weight}</td>"
        f"<td class=bar>{_bar(before, before + c.weight, start)}</td></tr>"
    )


def _bar(before: float, after: float, start: float) -> str:
    """The step from one sum to the next; the scale begins at the start and goes SCALE points on."""
    if before == after:
        return ""
    low, high = min(before, after) - start, max(before, after) - start
    sign = " class=minus" if after < before else ""
    left, right = (min(end, SCALE) / SCALE for end in (low, high))
    return f'<span class=wf><i{sign} style="left:{left:.1%};width:{right - left:.1%}"></i></span>'


def _exhibits(flag: Flag, run: Run) -> str:
    if not run.captures:
        return _list(flag.exhibits)
    cells = "".join(
        f"<tr><td>{escape(site)}</td><td class=day>{escape(day)}</td>"
        f"<td><code>{escape(capture)}<br>{escape(digest)}</code></td></tr>"
        for site, day, digest, capture in told_exhibits(flag, run)
    )
    return f"<table><tr><th>site</th><th>captured</th><th>id and SHA-256</th></tr>{cells}</table>"


def _decision() -> str:
    choices = "".join(f"<li><span class=box></span>{escape(c)}</li>" for c in DECISIONS)
    return (
        f'<div class=decide><h3>Decision</h3><ul style="list-style:none;padding:0">{choices}</ul>'
        "<p>Reason: ____________________________________________________________</p><p>Name and date: "
        "______________________________</p><p>A true match needs a second person, name and date: "
        "______________________________</p></div>"
    )


def _without_lead(flags: Sequence[Flag]) -> str:
    if not flags:
        return ""
    rows = [(f.application_id, banner(f), " ".join((f.sentence, *f.notes)), _gaps(f)) for f in flags[:LISTED]]
    more = f"<p>{len(flags) - LISTED:,} more stand in the table file.</p>" if len(flags) > LISTED else ""
    return f"<h2>Without a lead</h2>{_table(('application', 'result', '', 'not given'), rows)}{more}"


def _gaps(flag: Flag) -> str:
    return ", ".join(WORDS.get(m, m) for m in flag.missing)


def _unread(run: Run) -> str:
    parts = (
        ("Rows that could not be read", run.unread),
        ("Applications with values that could not be read and were not compared", run.partly),
        ("Applications whose number stands on another row", run.shared),
        ("Columns whose meaning is not known, not compared", run.unasked),
    )
    return "".join(f"<h2>{title}: {len(lines):,}</h2>{_list(lines[:200])}" for title, lines in parts if lines)


def _aged(flags: Sequence[Flag], run: Run) -> list[str]:
    """Each source with the age of its newest item on the day of the run."""
    said, day = [], run.day
    for line in next((f.coverage for f in (*flags, *run.screened)), ()):
        newest = re.search(r"(\d{4}-\d\d-\d\d)$", line)
        days = (day - date.fromisoformat(newest[1])).days if newest and day else None
        said.append(f"{line} ({days:,} days before this screening)" if days is not None and days > 0 else line)
    return said or ["Nothing is stated."]


def _fairness(found: Fairness) -> str:
    """Without known truth: candidates by surname band. All are candidates until a person has decided."""
    rows = [
        (BANDS[b.band], f"{b.n:,}", f"{b.flagged:,}", f"{b.rate:.2%} ({b.low:.2%} to {b.high:.2%})")
        for b in found.bands
    ]
    ratio = "not defined (a band without candidates)" if found.ratio is None else f"{found.ratio:.2f}"
    alert = (
        "<p class=alert>Applicants with common surnames are candidates clearly more often than those with rare ones. "
        "Have the hits reviewed by a supervisor before any is acted on.</p>"
        if found.alert
        else ""
    )
    return (
        f"<h2>Candidates by how common the surname is</h2>"
        f"{_table(('surname', 'applicants', 'candidates', 'rate, 95 % interval'), rows)}{alert}"
        f"<p class=small>Rate of the most common over that of the rarest surnames: {ratio} (alert above 1.25). "
        f"Candidates resting on a name alone: {found.name_only} ({found.name_only_share:.0%}). True leads are among "
        "the candidates, so the false-positive rate is lower.</p>"
    )


def _outcomes(run: Run) -> str:
    """What people decided on all matches ever shown, where anybody has said anything."""
    told = [o for o in run.outcomes if o.shown]
    if all(o.counts[OPEN] == o.shown for o in told):
        return ""
    head = (
        "matches",
        "shown",
        "confirmed by two",
        "another person",
        "more needed",
        "cannot be determined",
        "undecided",
    )
    rows = [
        (GROUPS.get(o.group, o.group), f"{o.shown:,}", o.confirmed, o.overturned, o.more_needed, o.undeterminable,
         f"{o.undecided:,}")
        for o in told
    ]  # fmt: skip
    return (
        f"<h2>What became of the possible matches shown so far</h2>{_table(head, rows)}<p class=small>Confirmed and "
        "another person: of those decided either way. More needed and cannot be determined: of those of which somebody "
        f"has said something. No rate is told of fewer than {ENOUGH}.</p>"
    )


def _titled(title: str, body: str, items: Sequence[str]) -> str:
    return f"<h3>{escape(title)}</h3>{body}" if items else ""


def _list(items: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(i)}</li>' for i in items)}</ul>"


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    cells = "".join(f"<tr>{''.join(f'<td>{escape(str(v))}</td>' for v in row)}</tr>" for row in rows)
    return f"<table><tr>{''.join(f'<th>{escape(h)}</th>' for h in head)}</tr>{cells}</table>"
