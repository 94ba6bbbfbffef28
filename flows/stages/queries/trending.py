"""Trends of the current snapshot: load, count, write."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from html import escape
from pathlib import Path
from typing import Any

from analysis.export.files import replacing
from analysis.rules import shipped_rules
from analysis.tabular_text import safe_cell
from analysis.trends import COLUMNS, Seen, Span, Trend, cell, chart, published, trends
from pipeline.errors import FixInput
from pipeline.home import Home
from pipeline.store.intelligence import open_snapshot

BY = ("week", "city", "site")


def find_trends(home: Home, by: str) -> list[Trend]:
    """Ads, new businesses and closures by week, city or site. Raises FixInput for anything else."""
    if by not in BY:
        raise FixInput(f"{by!r} is no way to count. Choose one of: {', '.join(BY)}.")
    with open_snapshot(home.current_snapshot()) as store:
        ads = store.rows(
            """SELECT DISTINCT a.ad_id, a.site, coalesce(b.city, '') AS city,
                      CAST(date_trunc('week', a.captured_at) AS DATE) AS week
               FROM core_ad_captures a LEFT JOIN out_ads o USING (ad_id)
               LEFT JOIN out_businesses b ON b.business_id = o.business_id
               WHERE a.status = 'live' AND a.site_class <> 'directory'
                 AND a.extractor_version = (SELECT max(extractor_version) FROM core_extractions)"""
        )
        shops = store.rows(
            """SELECT b.business_id, any_value(b.city) AS city, list(DISTINCT o.site ORDER BY o.site) AS sites,
                      min(CAST(o.observed_first AS DATE)) AS first, max(CAST(o.observed_last AS DATE)) AS last
               FROM out_businesses b JOIN out_ads o USING (business_id)
               WHERE o.ad_id IN (SELECT ad_id FROM core_ad_captures WHERE site_class <> 'directory')
               GROUP BY b.business_id"""
        )
        end = store.value("SELECT CAST(max(captured_at) AS DATE) FROM core_ad_captures")
    spans = [Span(r["business_id"], r["city"], tuple(r["sites"]), r["first"], r["last"]) for r in shops]
    return trends((Seen(**r) for r in ads), spans, by, end or date.min + timedelta(weeks=20), closed_after())


def closed_after() -> int:
    return int(shipped_rules().succession.closed_after_days)


def rows_of(found: list[Trend], by: str, public: bool) -> list[dict[str, Any]]:
    """Rows for a table: the counts as a reader may see them; hot spots are for the house."""
    return [
        {by: t.key, **{c: cell(t.counts[c]) if public else t.counts[c] for c in COLUMNS}}
        | ({"recent": t.recent, "before": t.before, "hot": t.hot} if by != "week" and not public else {})
        for t in (published(found) if public else found)
    ]


def write_trends(found: list[Trend], by: str, path: Path, public: bool) -> Path:
    """FILE.csv, FILE.svg or FILE.html. Raises FixInput for another suffix."""
    rows, title = rows_of(found, by, public), f"Advertisements and businesses by {by}"
    shown = published(found) if public else found
    kind = path.suffix.lower()
    if kind not in {".csv", ".svg", ".html"}:
        raise FixInput(f"{path.name} cannot be written. Name it FILE.csv, FILE.svg or FILE.html.")
    with replacing(path) as part, part.open("w", encoding="utf-8", newline="") as file:
        if kind == ".csv":
            out = csv.writer(file)
            out.writerow(rows[0] if rows else [by, *COLUMNS])
            out.writerows([safe_cell(v) for v in row.values()] for row in rows)
        elif kind == ".svg":
            file.write(chart(shown, by, title))
        else:
            file.write(_page(title, chart(shown, by, title), rows))
    return path


def _page(title: str, picture: str, rows: list[dict[str, Any]]) -> str:
    head = "".join(f"<th>{escape(c.replace('_', ' '))}</th>" for c in (rows[0] if rows else ()))
    body = "".join("<tr>" + "".join(f"<td>{escape(str(v))}</td>" for v in r.values()) + "</tr>\n" for r in rows)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        "<style>body{font:14px sans-serif;margin:24px}td,th{padding:3px 12px 3px 0;text-align:left}"
        "svg{max-width:100%;height:auto}</style></head>\n"
        f"<body>{picture}\n<table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table></body></html>\n"
    )
