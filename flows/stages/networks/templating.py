"""Templates: the wording of the latest version of every ad, clustered; rows of `core_templates` and their ads.

Earlier wording of an ad stays among what is compared, so that what was once compared stays as it is and a later build
compares new wording only: with the same result as one that begins anew.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flows.stages.networks.kept_templates import keep_templates, known_templates
from pipeline.extract.templates import AdText, Template, find_more_templates
from pipeline.extract.templates.text import mask, unmask
from pipeline.model import stable_id
from pipeline.store.intelligence import Store

VARYING = ("phone", "email", "address", "handle", "website")
# Every wording that an ad has had, in order of arrival.
WORDING = """
    WITH said AS (
        SELECT ad_id, site, title, body, min(c.intake_seq) AS arrived, max(captured_at) AS last_at,
               min_by(capture_id, (c.intake_seq, captured_at, capture_id)) AS capture_id
        FROM core_ad_captures JOIN raw_captures c USING (capture_id, site, captured_at)
        GROUP BY ad_id, site, title, body),
    aged AS (
        SELECT *, row_number() OVER (PARTITION BY ad_id, site ORDER BY last_at DESC, title, body) = 1 AS current
        FROM said)
    SELECT a.*, coalesce(list(DISTINCT m.quote) FILTER (m.kind IN ?), []) AS quotes
    FROM aged a LEFT JOIN core_mentions m USING (capture_id, ad_id)
    GROUP BY ALL ORDER BY arrived, ad_id, title, body"""
SIGHTED = """
    SELECT ad_id, any_value(site) AS site, min(c.intake_seq) AS arrived, CAST(min(captured_at) AS DATE) AS first_seen,
           CAST(max(captured_at) AS DATE) AS last_seen
    FROM core_ad_captures JOIN raw_captures c USING (capture_id, site, captured_at)
    GROUP BY ad_id"""


def write_templates(store: Store) -> dict[str, str]:
    """Cluster the ads and write both tables. Returns ad id -> template id."""
    texts = [
        AdText(r["ad_id"], r["site"], mask(f"{r['title']}\n{r['body']}", r["quotes"]), r["current"])
        for r in store.rows(WORDING, [list(VARYING)])
    ]
    sighted = {r["ad_id"]: r for r in store.rows(SIGHTED)}
    before = known_templates(store)
    templates, known = find_more_templates(texts, before)
    found = dict(_named(template, sighted) for template in templates)
    with store.transaction():
        keep_templates(store, before, known)
        store.replace("core_templates", (_row(i, t, sighted) for i, t in sorted(found.items())))
        store.replace(
            "core_template_ads",
            ({"template_id": i, "ad_id": a} for i, t in sorted(found.items()) for a in sorted(t.ad_ids)),
        )
    return {a: i for i, t in found.items() for a in t.ad_ids}


def _named(template: Template, sighted: Mapping[str, Mapping[str, Any]]) -> tuple[str, Template]:
    """With the id that it has from the ad that arrived first."""
    return stable_id("template", min(template.ad_ids, key=lambda ad_id: (sighted[ad_id]["arrived"], ad_id))), template


def _row(template_id: str, template: Template, sighted: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    of = [sighted[a] for a in template.ad_ids]
    return {
        "template_id": template_id,
        "text": unmask(template.text),
        "slots": unmask(json.dumps(template.slots, ensure_ascii=False)),
        "ads": len(of),
        "sites": sorted({r["site"] for r in of}),
        "surprise": template.surprise,
        "first_seen": min(r["first_seen"] for r in of),
        "last_seen": max(r["last_seen"] for r in of),
    }
