"""The frozen types that travel between rooms. No behavior beyond what the values themselves mean.

Times are timezone-aware UTC; dates are calendar dates as the source claims them. Ids are strings.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha1
from typing import Literal

NAMESPACE = uuid.UUID("6f0d1a52-6f0c-5d7e-9a53-0b7d6b1c2e10")
_NAMESPACE = NAMESPACE.bytes

Lane = Literal["regulatory", "intelligence"]
SiteClass = Literal["illicit", "mixed", "directory"]
Role = Literal["business", "operator", "premises", "phone"]
RecordKind = Literal["license", "application", "denied", "filing", "parcel", "tip", "inspection"]
PageKind = Literal["ad", "listing", "forum", "tombstone", "consent", "bot_wall", "empty", "other"]


def stable_id(*parts: str) -> str:
    """uuid5 over the parts joined by the unit separator: the same parts give the same id everywhere."""
    made = bytearray(sha1(_NAMESPACE + "\x1f".join(parts).encode(), usedforsecurity=False).digest()[:16])
    made[6], made[8] = made[6] & 0x0F | 0x50, made[8] & 0x3F | 0x80  # version 5 of RFC 4122, as uuid.uuid5 has it
    text = made.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact came from: one archived capture or one row of an imported file."""

    source_id: str  # capture_id, or stable_id("row", file sha256, line)
    kind: Literal["capture", "row"]
    lane: Lane
    intake_seq: int  # order of arrival in the home; the journal's sequence number
    sha256: str  # payload digest of the capture, or of the whole imported file
    known_at: datetime  # when the home learned it


@dataclass(frozen=True, slots=True)
class Capture:
    """One archived response (its request lies beside it in the same WARC)."""

    capture_id: str  # UUID of the response record; uuid5(file sha256, offset) for archives by others
    site: str  # profile id, or host for archives without a profile
    url: str
    captured_at: datetime
    status: int
    content_type: str
    sha256: str  # of the payload as received
    warc_file: str  # relative to the home's archive folder
    offset: int  # of the record's gzip member (or plain record) in that file
    length: int  # of that member, bytes
    collector: str  # "imb <version>" or the name given for an imported archive


@dataclass(frozen=True, slots=True)
class Mention:
    """A value with the place it was read from. A protected span has kind "protected" and value ""."""

    # page_phone: a number that the page shows beside the ad, not its own. fax: takes no calls.
    # phone fax page_phone email address business_name handle website site_id hours price indicator location protected
    kind: str
    value: str  # normal form: E.164, lower-case e-mail, "wechat:abc" …
    field: str  # "text" | "attr:<name>" | "url" | "cell:<column>"
    node: str  # CSS path of the element that holds the field; "" for url and cell
    start: int  # offsets in the visible text / attribute / URL / cell, in code points
    end: int
    quote: str  # exactly field[start:end]
    style: str = "plain"
    confidence: float = 1.0
    extractor: str = ""


@dataclass(frozen=True, slots=True)
class ClaimedDate:
    """A date the source claims. Ambiguity is kept as an interval; a missing year is resolved against the capture."""

    text: str
    earliest: date
    latest: date
    precision: Literal["minute", "day", "month", "year"] = "day"


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address: `line` is the display form; keys are upper-case ASCII, "" when too little is known."""

    line: str
    street_key: str = ""  # "1200 N MAIN ST"
    unit: str = ""  # "5", "B": without the designator
    city: str = ""
    state: str = ""
    zip: str = ""  # five digits
    city_inferred: bool = False  # city filled from the listing's location, not written in the address

    @property
    def building_key(self) -> str:
        """Street and ZIP (city and state when the ZIP is unknown)."""
        if not self.street_key:
            return ""
        place = self.zip or (f"{self.city.upper()},{self.state}" if self.city else "")
        return f"{self.street_key}|{place}" if place else ""

    @property
    def premises_key(self) -> str:
        """Building and unit: what one tenant occupies. Without a unit the building's key + "|"; "" at a crossing."""
        building = "" if self.at_crossing else self.building_key
        return f"{building}|{self.unit}" if building else ""

    @property
    def at_crossing(self) -> bool:
        """A crossing ("5TH AVE & MAIN ST") or exit ("EXIT 124 & I 70"): nobody's premises, many tenants are near."""
        return " & " in self.street_key


@dataclass(frozen=True, slots=True)
class Ad:
    """One advertisement as one capture shows it. Workers' names, ages and looks are spans only."""

    site: str
    posting_id: str  # "" when the site shows none: then the canonical URL identifies the ad
    url: str
    title: str
    body: str
    business_name: str
    status: Literal["live", "closed", "deleted"] = "live"
    location: str = ""  # as the page says, "Springfield, MO"
    addresses: tuple[Address, ...] = ()
    mentions: tuple[Mention, ...] = ()
    posted: ClaimedDate | None = None
    updated: ClaimedDate | None = None
    hours: str = ""
    other_ads: tuple[str, ...] = ()  # URLs of further ads of the same account
    node: str = ""  # the element that is this ad on a page with many

    @property
    def ad_id(self) -> str:
        return stable_id("ad", self.site, self.posting_id or self.url)

    def values(self, kind: str) -> tuple[str, ...]:
        """Distinct values of one kind of mention, in order of appearance."""
        return tuple(dict.fromkeys(m.value for m in self.mentions if m.kind == kind and m.value))

    @property
    def phones(self) -> tuple[str, ...]:
        return self.values("phone")


@dataclass(frozen=True, slots=True)
class ListingItem:
    """One row of a listing: where the ad is, and what only the listing says."""

    url: str
    title: str = ""
    date: ClaimedDate | None = None
    location: str = ""
    posting_id: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """What one archived response holds."""

    kind: PageKind
    ads: tuple[Ad, ...] = ()
    items: tuple[ListingItem, ...] = ()
    next: str | None = None  # absolute URL of the next listing page
    consent: str | None = None  # absolute URL that passes an interstitial
    suspected_minor: bool = False  # stops the line: nothing else of the page is kept
    problem: str = ""  # why nothing could be read, in words


@dataclass(frozen=True, slots=True)
class Party:
    """A person or company named on a record, with its role there."""

    role: str  # applicant owner officer member manager designated_manager registered_agent licensee landlord …
    full_name: str  # as written, order kept
    first: str = ""
    middle: str = ""
    last: str = ""
    suffix: str = ""
    native_name: str = ""  # in Han, Hangul … characters when the file has it
    other_names: tuple[str, ...] = ()
    dob: date | None = None  # sealed
    birth_year: int | None = None  # sealed
    phones: tuple[str, ...] = ()  # E.164
    emails: tuple[str, ...] = ()
    is_person: bool = True


@dataclass(frozen=True, slots=True)
class Record:
    """One row of an imported file (or several rows of one license, folded), in canonical fields."""

    kind: RecordKind
    dataset: str  # column map id, e.g. "missouri-roster"
    natural_key: str  # license number, application number, charter number …
    line: int  # 1-based line (or sheet row) in the file
    entity_name: str = ""
    dba_name: str = ""
    license_number: str = ""
    application_type: str = ""
    license_type: str = ""
    status: str = ""
    issued: date | None = None
    expires: date | None = None
    received: date | None = None
    effective: date | None = None
    closed: date | None = None
    premises: Address | None = None
    mailing: Address | None = None
    prior_addresses: tuple[Address, ...] = ()
    parties: tuple[Party, ...] = ()
    phones: tuple[str, ...] = ()  # E.164, of the business
    emails: tuple[str, ...] = ()
    websites: tuple[str, ...] = ()
    landlord: str = ""
    previous_names: tuple[str, ...] = ()
    cause: str = ""  # of a denial, as written
    text: str = ""  # narrative of a tip or inspection
    extra: tuple[tuple[str, str], ...] = ()  # columns without a canonical place, kept as written
    rows: int = 1  # rows of the file folded into this record

    @property
    def record_id(self) -> str:
        return stable_id("record", self.dataset, self.natural_key)


@dataclass(frozen=True, slots=True)
class Ref:
    """What is matched: one per ad or record and role, never per capture."""

    ref_id: str
    role: Role
    owner_kind: Literal["ad", "record"]
    owner_id: str  # ad_id or record_id
    dataset: str  # site id or column map id
    record_kind: str  # "ad" or the RecordKind
    site_class: str  # of the site, "" for records
    lane: Lane
    intake_seq: int
    name: str  # as written
    party_role: str = ""  # operator refs: the Party's role
    other_names: tuple[str, ...] = ()
    native_name: str = ""
    dob: date | None = None
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()  # "wechat:abc", "site_id:…"
    websites: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()  # this ad and those that its pages list beside it as of one account, by address
    addresses: tuple[Address, ...] = ()  # premises first
    license_number: str = ""
    own_number: str = ""  # of a person's own license or identity paper: nobody else bears it
    status: str = ""
    cause: str = ""  # of a denial, as written
    first_seen: date | None = None  # period in which the source shows it
    last_seen: date | None = None
    sources: tuple[str, ...] = ()  # source_ids


@dataclass(frozen=True, slots=True)
class Entity:
    """A resolved business, operator, premises or phone."""

    entity_id: str
    kind: Role
    name: str
    members: tuple[str, ...]  # ref_ids, sorted


@dataclass(frozen=True, slots=True)
class Link:
    """A relation between two entities. `binding` links make networks; the others are shown as context."""

    from_id: str
    to_id: str
    kind: str
    probability: float
    first_seen: date | None
    last_seen: date | None
    sources: tuple[str, ...]
    lane: Lane
    binding: bool
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Network:
    network_id: str
    members: tuple[tuple[str, str, str], ...]  # (entity_id, kind, role in the network)
    first_seen: date | None
    last_seen: date | None
    cohesion: float
    summary: str


@dataclass(frozen=True, slots=True)
class Succession:
    """One business that gave way to another. Never a merge."""

    from_business: str
    to_business: str
    kind: str  # same_premises same_phone same_operator, joined by "+"
    gap_days: int
    confidence: float
    reasons: tuple[str, ...]
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Application:
    """What a board asks about."""

    application_id: str
    business_name: str = ""
    applicant: Party | None = None
    related: tuple[Party, ...] = ()
    premises: Address | None = None
    prior_addresses: tuple[Address, ...] = ()
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    websites: tuple[str, ...] = ()
    license_number: str = ""
    received: date | None = None
    application_type: str = ""


@dataclass(frozen=True, slots=True)
class Contribution:
    """One line of a flag's account: what was compared and what it added."""

    field: str
    applicant_value: str
    known_value: str
    level: str  # exact normalized similar differs missing weak noted
    weight: float  # match weight, bits
    source_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Flag:
    """The answer to one application. A lead with reasons; a person decides."""

    application_id: str
    result: Literal["no_relevant_result", "possible_match", "insufficient_information"]
    band: str
    score: float  # match probability 0…1
    known_entity_id: str = ""
    network_id: str = ""
    matched_kinds: tuple[str, ...] = ()
    sentence: str = ""
    contributions: tuple[Contribution, ...] = ()
    path: tuple[str, ...] = ()
    exhibits: tuple[str, ...] = ()  # capture ids
    contrary: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    coverage: tuple[str, ...] = ()
    surname_band: str = ""
    snapshot_id: str = ""
    model_version: str = ""
    notes: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's word on a pair of refs. Append-only: a later one revokes an earlier one."""

    decision_id: str
    same: bool
    ref_a: str
    ref_b: str
    members_shown: tuple[str, ...]
    user: str
    reason: str
    decided_at: datetime
    revoked_at: datetime | None = None
    scope: Literal["entity", "network"] = "entity"  # network: not the same, and not of one network either
