"""The frozen parts of a synthetic state. Nothing here is read by the pipeline; it sees files and pages only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Premises:
    """What one tenant occupies: a suite of a shopping center, or a building of its own."""

    premises_id: str
    number: int
    street: str  # "N Larkmoor Ave"
    unit: str  # "" or "5", "B"
    city: str
    zip: str
    state: str = "MO"
    building_id: str = ""

    @property
    def line(self) -> str:
        """Street line without the unit: "1420 N Larkmoor Ave"."""
        return f"{self.number} {self.street}"


@dataclass(frozen=True, slots=True)
class Building:
    """A parcel: a shopping center with suites, or a house."""

    building_id: str
    number: int
    street: str
    city: str
    zip: str
    landlord: str
    landlord_address: str
    sold: date


@dataclass(frozen=True, slots=True)
class Person:
    """A person as files may name them. (surname, given, dob) is unique; names alone are not."""

    person_id: str
    surname: str
    given: tuple[str, ...]
    joined: bool  # how the given parts are usually written
    dob: date
    english: str  # a further given name in use, or ""
    phone: str  # E.164, private
    email: str
    home: Premises

    @property
    def first(self) -> str:
        """The given name in one piece: "Hongbo", "Thi Lan"."""
        if self.joined and len(self.given) > 1:
            return self.given[0] + "".join(part.lower() for part in self.given[1:])
        return " ".join(self.given)

    @property
    def full(self) -> str:
        return f"{self.first} {self.surname}"


@dataclass(frozen=True, slots=True)
class Line:
    """A phone number in the use of one storefront."""

    phone: str  # E.164
    since: date
    until: date | None
    shared: bool = False  # answered for several storefronts


@dataclass(frozen=True, slots=True)
class Storefront:
    """One business at one premises under one owner; renamed at most once."""

    storefront_id: str
    network: str  # label of the ring it belongs to, "" for an innocent business
    trap: str  # innocent ones: plain next_tenant reassigned_phone namesake
    names: tuple[tuple[date, str], ...]  # (since, trade name)
    premises: Premises
    opened: date
    closed: date | None
    lines: tuple[Line, ...]
    operators: tuple[str, ...]  # person ids
    email: str = ""
    handle: str = ""  # "wechat:lotus88"
    website: str = ""
    predecessor: str = ""  # storefront it reopened from
    carried: tuple[str, ...] = ()  # what a reopened one kept: premises phone operator email

    def name_on(self, day: date) -> str:
        return next((name for since, name in reversed(self.names) if since <= day), self.names[0][1])

    def phones_on(self, day: date) -> tuple[str, ...]:
        """Numbers in use on a day, own line first."""
        return tuple(x.phone for x in self.lines if x.since <= day and (x.until is None or day <= x.until))

    def open_on(self, day: date) -> bool:
        return self.opened <= day and (self.closed is None or day < self.closed)


@dataclass(frozen=True, slots=True)
class Version:
    """What a posting says from a day on."""

    since: date
    name: str  # "" when the ad does not say it
    phones: tuple[tuple[str, str], ...]  # (E.164, writing style)
    email: str
    handle: str
    address: str  # "full", "cross" or "none"
    title: str
    body: tuple[str, ...]  # sentences
    hours: str
    price: str
    stage_name: str = ""


@dataclass(frozen=True, slots=True)
class Posting:
    """One advertisement or directory entry on one site, with its versions."""

    site: str
    posting_id: str
    slug: str
    storefront_id: str
    metro: str
    city: str
    posted: datetime
    removed: date | None  # the day it stops being shown as live
    versions: tuple[Version, ...]
    thread: str = ""  # body-forum: the thread it stands in
    author: str = ""  # body-forum: name of the account

    def version_on(self, day: date) -> Version:
        return next((v for v in reversed(self.versions) if v.since <= day), self.versions[0])

    def live_on(self, day: date) -> bool:
        return self.posted.date() <= day and (self.removed is None or day < self.removed)


@dataclass(frozen=True, slots=True)
class Named:
    """A person on a paper, and what the paper says of them."""

    person_id: str
    role: str
    dob_shown: bool


@dataclass(frozen=True, slots=True)
class Paper:
    """One row of a register about a storefront (or, for fillers, about nobody in the ads)."""

    dataset: str  # missouri-roster city-licenses denied-register business-filings
    key: str
    storefront_id: str  # "" for a filler row
    entity: str
    dba: str
    premises: Premises | None
    people: tuple[Named, ...]
    phone: str
    email: str
    issued: date
    ends: date | None  # expiry, or closing when that is known
    status: str
    cause: str = ""
    previous_name: str = ""


@dataclass(frozen=True, slots=True)
class Applied:
    """One license application. `basis` says how it was made linked, "" for an innocent one."""

    application_id: str
    kind: str
    received: date
    business_name: str
    dba: str
    person_id: str
    dob_shown: bool
    premises: Premises
    phone: str
    email: str
    website: str
    prior: Premises | None
    related: Named | None
    basis: str  # dob phone premises, or ""
    trap: str  # plain next_tenant reassigned_phone namesake, "" for a linked one
    storefront_id: str  # innocent ones: the applicant's own business, when it has one


@dataclass(frozen=True, slots=True)
class World:
    """A synthetic state on one day. Everything else is written from it."""

    seed: int
    scale: float
    today: date
    start: date  # first day of the 18 months
    people: dict[str, Person]
    buildings: tuple[Building, ...]
    storefronts: dict[str, Storefront]
    postings: tuple[Posting, ...]
    papers: tuple[Paper, ...]
    applications: tuple[Applied, ...]
    hub_phones: tuple[str, ...]  # answering services: many strangers share them
    agent: str  # registered agent of many strangers
