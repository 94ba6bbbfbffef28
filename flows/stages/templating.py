"""Templates: the wording of the latest version of every ad, clustered; rows of `core_templates` and their ads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pipeline.extract.template_text import mask
from pipeline.extract.templates import AdText, Template, find_templates
from pipeline.model import stable_id
from pipeline.store.intelligence import Store

VARYING = ("phone", "email", "address", "handle", "website")
WORDING = """
    WITH latest AS (
        SELECT ad_id, site, arg_max(title, captured_at) AS title, arg_max(body, captured_at) AS body,
               arg_max(capture_id, captured_at) AS capture_id, min(c.intake_seq) AS arrived,
               CAST(min(captured_at) AS DATE) AS first_seen, CAST(max(captured_at) AS DATE) AS last_seen
        FROM core_ad_captures JOIN raw_captures c USING (capture_id, site, captured_at)
        GROUP BY ad_id, site)
    SELECT l.*, coalesce(list(DISTINCT m.quote) FILTER (m.kind IN ?), []) AS quotes
    FROM latest l LEFT JOIN core_mentions m USING (capture_id, ad_id)
    GROUP BY ALL ORDER BY arrived, ad_id"""


def write_templates(store: Store) -> dict[str, str]:
    """Cluster the ads and write both tables. Returns ad id -> template id."""
    ads = store.rows(WORDING, [list(VARYING)])
    texts = [AdText(r["ad_id"], r["site"], mask(f"{r['title']}\n{r['body']}", r["quotes"])) for r in ads]
    found = {stable_id("template", t.ad_ids[0]): t for t in find_templates(texts)}
    by_id = {r["ad_id"]: r for r in ads}
    with store.transaction():
        store.replace("core_templates", (_row(i, t, by_id) for i, t in sorted(found.items())))
        store.replace(
            "core_template_ads",
            ({"template_id": i, "ad_id": a} for i, t in sorted(found.items()) for a in sorted(t.ad_ids)),
        )
    return {a: i for i, t in found.items() for a in t.ad_ids}


def _row(template_id: str, template: Template, ads: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    of = [ads[a] for a in template.ad_ids]
    return {
        "template_id": template_id,
        "text": template.text,
        "slots": json.dumps(template.slots, ensure_ascii=False),
        "ads": len(of),
        "sites": sorted({r["site"] for r in of}),
        "surprise": template.surprise,
        "first_seen": min(r["first_seen"] for r in of),
        "last_seen": max(r["last_seen"] for r in of),
    }
