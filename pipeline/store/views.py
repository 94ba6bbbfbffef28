"""The public views of a snapshot. Their names and columns are fixed; other programs read them."""

OUT_VIEWS: dict[str, str] = {
    "out_businesses": """
        SELECT business_id, name, names, address, city, state, zip, phones, standing,
               observed_first, observed_last, network_id
        FROM core_businesses""",
    "out_networks": """
        SELECT n.network_id, n.size,
               coalesce((SELECT list(DISTINCT b.city ORDER BY b.city) FROM core_network_members m
                         JOIN core_businesses b ON b.business_id = m.entity_id
                         WHERE m.network_id = n.network_id AND b.city <> ''), []) AS cities,
               n.first_seen, n.last_seen, n.cohesion, n.summary
        FROM core_networks n""",
    "out_network_members": "SELECT network_id, entity_id, kind, role FROM core_network_members",
    "out_links": """
        SELECT from_id, to_id, kind, probability, first_seen, last_seen, sources FROM core_links""",
    "out_successions": """
        SELECT from_business, to_business, kind, gap_days, confidence, reasons FROM core_successions""",
    "out_indicators": """
        SELECT business_id, indicator, "group", measure, sentence, spans, sources, lane FROM core_indicators""",
    "out_flags": """
        SELECT application_id, result, band, score, known_entity_id, network_id, matched_kinds, sentence,
               contributions, path, exhibits, contrary, missing, coverage, surname_band, snapshot_id, model_version
        FROM core_flags""",
    "out_ads": """
        WITH latest AS (
            SELECT ad_id, arg_max(extractor_version, captured_at) AS extractor_version,
                   arg_max(capture_id, captured_at) AS capture_id,
                   any_value(site) AS site, any_value(posting_id) AS posting_id,
                   arg_max(url, captured_at) AS url, arg_max(title, captured_at) AS title,
                   arg_max(business_name, captured_at) AS business_name,
                   arg_max(posted_earliest, captured_at) AS claimed,
                   min(captured_at) AS observed_first, max(captured_at) AS observed_last,
                   count(DISTINCT version) AS versions
            FROM core_ad_captures GROUP BY ad_id),
        said AS (
            SELECT ad_id, coalesce(list(DISTINCT value ORDER BY value) FILTER (kind = 'phone'), []) AS phones,
                   coalesce(min(value) FILTER (kind = 'address'), '') AS address
            FROM core_mentions GROUP BY ad_id),
        listed AS (
            SELECT site, posting_id, max(posted_earliest) AS listed FROM core_listing_items
            WHERE posting_id <> '' GROUP BY site, posting_id),
        owner AS (
            SELECT r.owner_id AS ad_id, min(e.entity_id) AS business_id
            FROM core_entities e, unnest(e.members) AS m(ref_id) JOIN core_refs r ON r.ref_id = m.ref_id
            WHERE e.kind = 'business' AND r.owner_kind = 'ad' GROUP BY r.owner_id)
        SELECT l.ad_id, l.site, l.posting_id, l.url, l.title, l.business_name, coalesce(s.phones, []) AS phones,
               coalesce(s.address, '') AS address, coalesce(l.claimed, i.listed) AS claimed,
               l.observed_first, l.observed_last, l.versions, o.business_id
        FROM latest l LEFT JOIN said s USING (ad_id) LEFT JOIN owner o USING (ad_id)
        LEFT JOIN listed i ON i.site = l.site AND i.posting_id = l.posting_id AND l.posting_id <> ''""",
}

# What a board may hold: known businesses, their public ads, and the results of its own applications.
# Networks beyond one step, intelligence-lane records and unknown businesses stay out.
REGULATORY: dict[str, str] = {
    "out_businesses": "SELECT b.* FROM intelligence.out_businesses b WHERE {known} AND EXISTS "
    "(SELECT 1 FROM intelligence.core_businesses c WHERE c.business_id = b.business_id AND c.lane = 'regulatory')",
    "out_ads": "SELECT a.* FROM intelligence.out_ads a JOIN intelligence.out_businesses b USING (business_id) "
    "WHERE {known}",
    "out_successions": "SELECT s.* FROM intelligence.out_successions s "
    "JOIN intelligence.out_businesses b ON b.business_id = s.from_business WHERE {known}",
    "out_flags": "SELECT * FROM intelligence.out_flags",
    "core_sources": "SELECT * FROM intelligence.core_sources WHERE lane = 'regulatory'",
}
