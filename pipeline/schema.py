"""Every table and column once: meaning, unit, layer, lane, what is sealed. DDL and data dictionary come from here.

Layers: raw_ (what arrived), core_ (what was read and resolved), out_ (the public views of a snapshot).
`sealed` columns exist in the working database and in `sealed.duckdb` only. `volatile` columns hold capture
ids, clock times and arrival numbers, which differ between two runs over the same sources; `content_digest`
leaves them out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Layer = Literal["raw", "core", "out"]


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    type: str  # DuckDB type
    meaning: str
    sealed: bool = False
    volatile: bool = False
    matchable: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    regulatory: bool = False  # a board may hold it

    @property
    def layer(self) -> str:
        return self.name.split("_", 1)[0]

    def ddl(self, *, sealed: bool = True) -> str:
        """CREATE TABLE statement; without the sealed columns when `sealed` is False."""
        columns = ", ".join(f'"{c.name}" {c.type}' for c in self.columns if sealed or not c.sealed)
        return f"CREATE TABLE IF NOT EXISTS {self.name} ({columns})"

    def names(self, *, sealed: bool = True, volatile: bool = True) -> list[str]:
        return [c.name for c in self.columns if (sealed or not c.sealed) and (volatile or not c.volatile)]


def _c(
    name: str,
    type_: str,
    meaning: str,
    *,
    sealed: bool = False,
    volatile: bool = False,
    matchable: bool = False,
) -> Column:
    return Column(name, type_, meaning, sealed, volatile, matchable)


CAPTURE_ID = _c("capture_id", "VARCHAR", "UUID of the archived response record", volatile=True)
SEQ = _c("intake_seq", "BIGINT", "day of arrival in the home (days since 1970-01-01)", volatile=True)

TABLES: tuple[Table, ...] = (
    Table(
        "core_sources",
        "The only target of provenance: one archived capture or one row of an imported file",
        (
            _c("source_id", "VARCHAR", "capture id, or uuid5 of file digest and line", volatile=True),
            _c("kind", "VARCHAR", "capture or row"),
            _c("lane", "VARCHAR", "regulatory or intelligence"),
            SEQ,
            _c("sha256", "VARCHAR", "digest of the payload, or of the whole imported file"),
            _c("known_at", "TIMESTAMP WITH TIME ZONE", "when the home learned it", volatile=True),
        ),
        ("source_id",),
    ),
    Table(
        "raw_captures",
        "Archived responses, from the journal",
        (
            CAPTURE_ID,
            _c("site", "VARCHAR", "site profile id, or host for an archive without a profile"),
            _c("url", "VARCHAR", "address as asked"),
            _c("captured_at", "TIMESTAMP WITH TIME ZONE", "time of the response, UTC", volatile=True),
            _c("status", "INTEGER", "HTTP status"),
            _c("content_type", "VARCHAR", "as the server said"),
            _c("sha256", "VARCHAR", "digest of the payload as received"),
            _c("warc_file", "VARCHAR", "relative to the archive folder", volatile=True),
            _c("byte_offset", "BIGINT", "bytes, of the record in that file", volatile=True),
            _c("byte_length", "BIGINT", "bytes, of the record in that file", volatile=True),
            _c("collector", "VARCHAR", "program or person that captured it"),
            _c("damage", "VARCHAR", "faults of the record in an imported file; such a capture supports no match"),
            _c("journal_seq", "BIGINT", "number of the journal entry", volatile=True),
            SEQ,
        ),
        ("capture_id",),
    ),
    Table(
        "raw_files",
        "Imported record files and what became of their rows",
        (
            _c("sha256", "VARCHAR", "digest of the file, byte for byte"),
            _c("name", "VARCHAR", "file name as given"),
            _c("kind", "VARCHAR", "kind of record"),
            _c("dataset", "VARCHAR", "column map that read it"),
            _c("known_at", "TIMESTAMP WITH TIME ZONE", "when it was taken in", volatile=True),
            SEQ,
            _c("rows_in", "BIGINT", "data rows in the file"),
            _c("records", "BIGINT", "records made"),
            _c("folded", "BIGINT", "further rows of a record already counted"),
            _c("quarantined", "BIGINT", "rows kept back with a reason"),
        ),
        ("sha256", "kind"),
    ),
    Table(
        "raw_quarantine",
        "Rows that could not be read, by file and line",
        (
            _c("file_sha256", "VARCHAR", "digest of the file"),
            _c("file", "VARCHAR", "file name as given"),
            _c("line", "BIGINT", "1-based line or sheet row"),
            _c("reason", "VARCHAR", "what is wrong, in words"),
            _c("raw", "VARCHAR", "the row as it stands", sealed=True),
        ),
        ("file_sha256", "line"),
    ),
    Table(
        "core_extractions",
        "What was read from each capture by each version of the extractor",
        (
            CAPTURE_ID,
            _c("extractor_version", "VARCHAR", "version of the reading code"),
            _c("page_kind", "VARCHAR", "ad, listing, forum, tombstone, consent, bot_wall, empty, other"),
            _c("ads", "INTEGER", "advertisements on the page"),
            _c("items", "INTEGER", "listing rows on the page"),
            _c("held", "BOOLEAN", "held for two trained reviewers; nothing else of the page is kept"),
            _c("problem", "VARCHAR", "why nothing could be read, in words"),
        ),
        ("capture_id", "extractor_version"),
    ),
    Table(
        "core_ad_captures",
        "Every sighting of an advertisement: one row per capture and ad",
        (
            _c("ad_id", "VARCHAR", "uuid5 of site and posting id (or address)"),
            CAPTURE_ID,
            _c("extractor_version", "VARCHAR", "version of the reading code"),
            _c("site", "VARCHAR", "site id"),
            _c("site_class", "VARCHAR", "illicit, mixed or directory"),
            _c("posting_id", "VARCHAR", "the site's own number for the ad"),
            _c("url", "VARCHAR", "address of the ad"),
            _c("title", "VARCHAR", "as shown, protected spans blanked"),
            _c("body", "VARCHAR", "visible text of the ad, protected spans blanked"),
            _c("business_name", "VARCHAR", "as shown", matchable=True),
            _c("status", "VARCHAR", "live, closed or deleted"),
            _c("posted_earliest", "DATE", "the ad's own claimed date, earliest reading"),
            _c("posted_latest", "DATE", "the ad's own claimed date, latest reading"),
            _c("captured_at", "TIMESTAMP WITH TIME ZONE", "time of the capture, UTC", volatile=True),
            _c("version", "VARCHAR", "digest of what the ad says; changes when the ad is edited"),
            _c("payload", "VARCHAR", "the ad as a JSON object, without mentions", sealed=True),
        ),
        ("ad_id", "capture_id", "extractor_version"),
    ),
    Table(
        "core_mentions",
        "Every value read from an ad, with the place it was read from",
        (
            CAPTURE_ID,
            _c("ad_id", "VARCHAR", "the ad"),
            _c("extractor_version", "VARCHAR", "version of the reading code"),
            _c("n", "INTEGER", "order in the ad"),
            _c(
                "kind",
                "VARCHAR",
                "phone, fax, page_phone (shown beside the ad, not its own), email, address, handle, protected …",
            ),
            _c("value", "VARCHAR", "normal form; empty for protected spans", matchable=True),
            _c("field", "VARCHAR", "text, attr:<name>, url"),
            _c("node", "VARCHAR", "CSS path of the element"),
            _c("start", "INTEGER", "code points"),
            _c("end", "INTEGER", "code points"),
            _c("quote", "VARCHAR", "exactly what stands there; empty for protected spans"),
            _c("style", "VARCHAR", "how it is written"),
            _c("confidence", "DOUBLE", "0 to 1"),
        ),
        ("capture_id", "ad_id", "n"),
    ),
    Table(
        "core_listing_items",
        "Rows of listing pages: dates and places that the ads themselves may lack",
        (
            CAPTURE_ID,
            _c("site", "VARCHAR", "site id"),
            _c("url", "VARCHAR", "address of the ad"),
            _c("posting_id", "VARCHAR", "the site's own number for the ad"),
            _c("title", "VARCHAR", "as listed"),
            _c("location", "VARCHAR", "as listed"),
            _c("posted_earliest", "DATE", "claimed date, earliest reading"),
            _c("posted_latest", "DATE", "claimed date, latest reading"),
        ),
        ("capture_id", "url"),
    ),
    Table(
        "core_templates",
        "Wording that several ads were written from",
        (
            _c("template_id", "VARCHAR", "uuid5 of the first ad that used it"),
            _c("text", "VARCHAR", "the wording of one ad, with {1}, {2} … where the ads differ"),
            _c("slots", "VARCHAR", "JSON: for each number the values found there, most frequent first"),
            _c("ads", "INTEGER", "ads written from it"),
            _c("sites", "VARCHAR[]", "site ids"),
            _c("surprise", "DOUBLE", "bits by which agreement exceeds chance"),
            _c("first_seen", "DATE", "first capture of an ad of it"),
            _c("last_seen", "DATE", "last capture of an ad of it"),
        ),
        ("template_id",),
    ),
    Table(
        "core_template_ads",
        "Which ads follow a template",
        (
            _c("template_id", "VARCHAR", "template"),
            _c("ad_id", "VARCHAR", "ad"),
        ),
        ("template_id", "ad_id"),
    ),
    Table(
        "core_records",
        "Rows of imported files in canonical fields; one row per version",
        (
            _c("record_id", "VARCHAR", "uuid5 of data set and natural key"),
            _c("version", "VARCHAR", "digest of the record"),
            _c("dataset", "VARCHAR", "column map id"),
            _c("kind", "VARCHAR", "license, application, denied, filing, parcel, tip, inspection"),
            _c("natural_key", "VARCHAR", "license, application or charter number"),
            _c("source_id", "VARCHAR", "row it came from"),
            _c("file_sha256", "VARCHAR", "file it came from"),
            _c("line", "BIGINT", "1-based line in that file"),
            _c("lane", "VARCHAR", "regulatory or intelligence"),
            SEQ,
            _c("known_at", "TIMESTAMP WITH TIME ZONE", "when the home learned it", volatile=True),
            _c("entity_name", "VARCHAR", "business name as written", matchable=True),
            _c("status", "VARCHAR", "as written"),
            _c("cause", "VARCHAR", "of a denial, as written"),
            _c("received", "DATE", "date received (applications)"),
            _c("issued", "DATE", "date issued, formed or filed"),
            _c("effective", "DATE", "date from which it holds"),
            _c("expires", "DATE", "date on which it runs out"),
            _c("closed", "DATE", "date on which the register says that it ended"),
            _c("grade", "VARCHAR", "tips and inspections: source A to F and content 1 to 6; empty when ungraded"),
            _c("payload", "VARCHAR", "the record as a JSON object", sealed=True),
        ),
        ("record_id", "version"),
    ),
    Table(
        "core_refs",
        "What is matched: one per ad or record and role",
        (
            _c("ref_id", "VARCHAR", "uuid5 of owner and role"),
            _c("role", "VARCHAR", "business, operator, premises, phone"),
            _c("owner_kind", "VARCHAR", "ad or record"),
            _c("owner_id", "VARCHAR", "ad_id or record_id"),
            _c("dataset", "VARCHAR", "site id or column map id"),
            _c("record_kind", "VARCHAR", "ad, or the kind of record"),
            _c("site_class", "VARCHAR", "of the site"),
            _c("lane", "VARCHAR", "regulatory or intelligence"),
            SEQ,
            _c("name", "VARCHAR", "as written", matchable=True),
            _c("city", "VARCHAR", "of a premises: as written, else the listing's"),
            _c("state", "VARCHAR", "of a premises"),
            _c("zip", "VARCHAR", "of a premises: five digits"),
            _c("first_seen", "DATE", "first date the source shows it"),
            _c("last_seen", "DATE", "last date the source shows it"),
            _c("payload", "VARCHAR", "the ref as a JSON object", sealed=True, volatile=True),
        ),
        ("ref_id",),
    ),
    Table(
        "core_pairs",
        "Compared pairs of refs at or above the review band",
        (
            _c("ref_a", "VARCHAR", "ref"),
            _c("ref_b", "VARCHAR", "ref"),
            _c("role", "VARCHAR", "business or operator"),
            _c("weight", "DOUBLE", "match weight, bits"),
            _c("probability", "DOUBLE", "0 to 1"),
        ),
        ("ref_a", "ref_b"),
    ),
    Table(
        "core_entities",
        "Resolved businesses, operators, premises and phones",
        (
            _c("entity_id", "VARCHAR", "uuid5 of kind and anchor ref"),
            _c("kind", "VARCHAR", "business, operator, premises, phone"),
            _c("name", "VARCHAR", "most frequent name"),
            _c("members", "VARCHAR[]", "ref ids, sorted"),
        ),
        ("entity_id",),
    ),
    Table(
        "core_businesses",
        "What is known of each business, over all its ads and records",
        (
            _c("business_id", "VARCHAR", "entity"),
            _c("name", "VARCHAR", "most frequent name", matchable=True),
            _c("names", "VARCHAR[]", "every name seen", matchable=True),
            _c("address", "VARCHAR", "premises as written most lately", matchable=True),
            _c("city", "VARCHAR", "of the premises"),
            _c("state", "VARCHAR", "of the premises"),
            _c("zip", "VARCHAR", "five digits"),
            _c("phones", "VARCHAR[]", "E.164", matchable=True),
            _c("standing", "VARCHAR", "unknown, suspected, designated, cleared"),
            _c(
                "observed_first",
                "DATE",
                "first day it was sighted: in an ad, or when a paper was issued if it has no ad",
            ),
            _c("observed_last", "DATE", "last day it was sighted; a license's validity is no sight"),
            _c("network_id", "VARCHAR", "network, empty when alone and not advertised on an illicit site"),
            _c("lane", "VARCHAR", "intelligence when nothing but tips knows it, else regulatory"),
        ),
        ("business_id",),
    ),
    Table(
        "core_links",
        "Relations between entities",
        (
            _c("from_id", "VARCHAR", "entity"),
            _c("to_id", "VARCHAR", "entity"),
            _c("kind", "VARCHAR", "kind of link"),
            _c("probability", "DOUBLE", "0 to 1"),
            _c("first_seen", "DATE", "start of the period"),
            _c("last_seen", "DATE", "end of the period"),
            _c("sources", "VARCHAR[]", "source ids", volatile=True),
            _c("lane", "VARCHAR", "regulatory or intelligence"),
            _c("binding", "BOOLEAN", "makes networks; the others are context"),
            _c("sentence", "VARCHAR", "the link in words"),
        ),
        ("from_id", "to_id", "kind"),
    ),
    Table(
        "core_hubs",
        "Identifiers so widely used that they bind nobody: switchboards, agents' offices, mail drops, centers",
        (
            _c("hub_id", "VARCHAR", "uuid5 of kind and value"),
            _c(
                "kind",
                "VARCHAR",
                "phone, premises, operator, email, handle, site_id, website, account",
            ),
            _c("value", "VARCHAR", "number, entity or account; empty for an e-mail address, which is sealed"),
            _c("degree", "INTEGER", "unrelated groups of businesses that use it"),
            _c("reason", "VARCHAR", "why it binds nobody, in words"),
            _c("businesses", "VARCHAR[]", "entities that use it"),
        ),
        ("hub_id",),
    ),
    Table(
        "core_networks",
        "Networks of related businesses",
        (
            _c("network_id", "VARCHAR", "uuid5 of its ad or denial that arrived first; keeps while it grows"),
            _c("size", "INTEGER", "businesses"),
            _c("first_seen", "DATE", "first date of any member"),
            _c("last_seen", "DATE", "last date of any member"),
            _c("cohesion", "DOUBLE", "0 to 1: how well the network hangs together"),
            _c("summary", "VARCHAR", "one paragraph"),
        ),
        ("network_id",),
    ),
    Table(
        "core_network_members",
        "Who belongs to a network, and as what",
        (
            _c("network_id", "VARCHAR", "network"),
            _c("entity_id", "VARCHAR", "entity"),
            _c("kind", "VARCHAR", "business, operator, premises, phone"),
            _c("role", "VARCHAR", "role in the network"),
        ),
        ("network_id", "entity_id"),
    ),
    Table(
        "core_successions",
        "Businesses that gave way to another",
        (
            _c("from_business", "VARCHAR", "entity"),
            _c("to_business", "VARCHAR", "entity"),
            _c("kind", "VARCHAR", "same_premises, same_phone, same_operator"),
            _c("gap_days", "INTEGER", "days between last and first sight; negative: overlap"),
            _c("confidence", "DOUBLE", "0 to 1"),
            _c("reasons", "VARCHAR[]", "in words"),
        ),
        ("from_business", "to_business"),
    ),
    Table(
        "core_indicators",
        "What sources say of a business that calls for a look, by group; declared in analysis/indicators.toml",
        (
            _c("business_id", "VARCHAR", "entity"),
            _c("indicator", "VARCHAR", "id of the indicator"),
            _c("group", "VARCHAR", "ads, premises, license, network, tip"),
            _c("measure", "DOUBLE", "what was counted, in the unit of the sentence"),
            _c("sentence", "VARCHAR", "in words"),
            _c("spans", "VARCHAR[]", "of ads: capture, field, code points from-to, quote", volatile=True),
            _c("sources", "VARCHAR[]", "source ids", volatile=True),
            _c("lane", "VARCHAR", "regulatory or intelligence"),
        ),
        ("business_id", "indicator"),
    ),
    Table(
        "core_standings",
        "Standing of each business in this build",
        (
            _c("business_id", "VARCHAR", "entity"),
            _c("standing", "VARCHAR", "unknown, suspected, designated, cleared"),
            _c("reason", "VARCHAR", "in words"),
            _c("sources", "VARCHAR[]", "source ids", volatile=True),
        ),
        ("business_id",),
    ),
    Table(
        "core_flags",
        "Screening results of the open applications",
        (
            _c("application_id", "VARCHAR", "as in the file"),
            _c("result", "VARCHAR", "no_relevant_result, possible_match, insufficient_information"),
            _c("band", "VARCHAR", "in words"),
            _c("score", "DOUBLE", "match probability, 0 to 1"),
            _c("known_entity_id", "VARCHAR", "business or operator it leads to"),
            _c("network_id", "VARCHAR", "network it leads to"),
            _c("matched_kinds", "VARCHAR[]", "identifier kinds that agree"),
            _c("sentence", "VARCHAR", "in plain words"),
            _c("contributions", "VARCHAR", "JSON list: field, level, weight", volatile=True),
            _c("path", "VARCHAR[]", "steps through the network", volatile=True),
            _c("exhibits", "VARCHAR[]", "capture ids", volatile=True),
            _c("contrary", "VARCHAR[]", "evidence against"),
            _c("missing", "VARCHAR[]", "fields the application lacks"),
            _c("coverage", "VARCHAR[]", "what was searched", volatile=True),
            _c("surname_band", "VARCHAR", "frequency of the surname in the pool"),
            _c("snapshot_id", "VARCHAR", "snapshot it was screened against", volatile=True),
            _c("model_version", "VARCHAR", "match model"),
            _c("payload", "VARCHAR", "the flag as a JSON object with the values compared", sealed=True, volatile=True),
        ),
        ("application_id",),
    ),
)

BY_NAME = {table.name: table for table in TABLES}
SEALED_TABLES = tuple(t for t in TABLES if any(c.sealed for c in t.columns))
