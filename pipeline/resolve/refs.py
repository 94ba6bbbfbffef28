"""From ads and records to refs: what is matched, one per ad or record and role, never per capture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from pipeline.model import Ad, Address, Capture, Lane, Party, Record, Ref, Role, Source, stable_id

# Named on a business's papers without being there: its premises and phones are not theirs.
CONTEXT_ROLES = frozenset(
    {
        *("registered_agent", "agent", "landlord", "lessor", "property_owner", "owner_of_record", "attorney"),
        *("incorporator", "preparer", "school", "employer", "employee", "therapist", "complainant", "inspector"),
        "contact",
    }
)


def ref_id_of(owner_id: str, role: str, discriminator: str = "") -> str:
    """Stable id of the ref of one owner (ad_id or record_id) in one role."""
    return stable_id("ref", owner_id, role, discriminator)


def refs_from_ad(versions: Sequence[tuple[Ad, Capture, int]], site_class: str, lane: Lane) -> list[Ref]:
    """Refs of one ad over all its versions: the business, each distinct phone and each distinct premises.

    `versions` holds (ad, capture, intake_seq) of one ad_id in any order. The period runs over the capture dates
    on which the ad was live; a version that says closed or deleted does not extend it.
    """
    if not versions:
        return []
    ordered = sorted(versions, key=lambda v: (v[1].captured_at, v[1].capture_id))
    names = _distinct(ad.business_name.strip() for ad, _, _ in reversed(ordered))
    ads = [ad for ad, _, _ in ordered]
    latest = ads[-1]
    business = Ref(
        ref_id=ref_id_of(latest.ad_id, "business"),
        role="business",
        owner_kind="ad",
        owner_id=latest.ad_id,
        dataset=latest.site,
        record_kind="ad",
        site_class=site_class,
        lane=lane,
        intake_seq=min(seq for _, _, seq in versions),
        name=names[0] if names else "",
        other_names=names[1:],
        phones=_values(ads, "phone"),
        emails=_values(ads, "email"),
        handles=(*_values(ads, "handle"), *(_prefixed(v) for v in _values(ads, "site_id"))),
        websites=_values(ads, "website"),
        accounts=_one_account(ads),
        addresses=_newest_addresses(ads),
        status=latest.status,
    )
    business = _seen(business, ordered)
    if not (business.name or business.phones or business.addresses or business.emails or business.handles):
        return []
    parts = [
        _seen(_phone_ref(business, phone), [v for v in ordered if phone in v[0].phones]) for phone in business.phones
    ]
    for address in business.addresses:
        if key := address.premises_key:
            shown = [v for v in ordered if key in {a.premises_key for a in v[0].addresses}]
            parts.append(_seen(_premises_ref(business, address), shown))
    return [business, *parts]


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(v for v in values if v))


def _prefixed(value: str) -> str:
    return value if value.startswith("site_id:") else f"site_id:{value}"


def _values(ads: Sequence[Ad], kind: str) -> tuple[str, ...]:
    return _distinct(value for ad in ads for value in ad.values(kind))


def _one_account(ads: Sequence[Ad]) -> tuple[str, ...]:
    """The ad and all ads that its pages ever listed as of the same account; none when they listed none."""
    others = sorted({url for ad in ads for url in ad.other_ads})
    return _distinct(map(_place_of, (*sorted({ad.url for ad in ads}), *others))) if others else ()


def _place_of(url: str) -> str:
    """An ad's address without what may differ between two links to it."""
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.netloc.lower().removeprefix('www.')}{parts.path.rstrip('/')}{query}"


def _newest_addresses(ads: Sequence[Ad]) -> tuple[Address, ...]:
    """Distinct addresses, those of the newest version first."""
    found: dict[str, Address] = {}
    for ad in reversed(ads):
        for address in ad.addresses:
            if address.line:
                found.setdefault(address.premises_key or address.line, address)
    return tuple(found.values())


def _seen(ref: Ref, versions: Sequence[tuple[Ad, Capture, int]]) -> Ref:
    """The ref with the period and captures of the versions that show it."""
    live = [capture.captured_at.date() for ad, capture, _ in versions if ad.status == "live"]
    return replace(
        ref,
        first_seen=min(live, default=None),
        last_seen=max(live, default=None),
        sources=tuple(sorted({capture.capture_id for _, capture, _ in versions})),
    )


def _phone_ref(business: Ref, phone: str) -> Ref:
    return _beside(business, "phone", phone, name=phone, phones=(phone,))


def _premises_ref(business: Ref, address: Address) -> Ref:
    return _beside(business, "premises", address.premises_key, name=address.line, addresses=(address,))


def _beside(business: Ref, role: Role, discriminator: str, *, name: str, **said: Any) -> Ref:
    """A ref of the same owner, period and sources in another role, which says nothing but `said`.

    Made in one go: `dataclasses.replace` takes ten times as long, and a record has several.
    """
    return Ref(
        ref_id=ref_id_of(business.owner_id, role, discriminator),
        role=role,
        owner_kind=business.owner_kind,
        owner_id=business.owner_id,
        dataset=business.dataset,
        record_kind=business.record_kind,
        site_class=business.site_class,
        lane=business.lane,
        intake_seq=business.intake_seq,
        name=name,
        status=business.status,
        cause=business.cause,
        first_seen=business.first_seen,
        last_seen=business.last_seen,
        sources=business.sources,
        **said,
    )


def refs_from_record(record: Record, source: Source) -> list[Ref]:
    """Refs of one record: the business (unless the row is a person's), each person on it, premises, phones.

    A person in a context role (agent, landlord …) keeps `party_role` and gets only what the row says of the
    person; everybody else also has the premises and phones of the record.
    """
    owner = _record_owner(record, source)
    refs = [owner] if owner.name else []
    people = [p for p in record.parties if p.is_person and p.full_name.strip()]
    # A license on which nothing but one person stands is that person's own; on any other several may stand.
    holders = [p for p in people if not is_context(p.role)]
    own = record.license_number if not owner.name and len(holders) == 1 else ""
    refs.extend(_operator_ref(owner, record, party, own) for party in people)
    if record.premises is not None and record.premises.premises_key:
        refs.append(_premises_ref(owner, record.premises))
    refs.extend(_phone_ref(owner, phone) for phone in owner.phones)
    return list({ref.ref_id: ref for ref in refs}.values())


def _record_owner(record: Record, source: Source) -> Ref:
    """The business ref; without a name when the row is about a person only."""
    names = _distinct(n.strip() for n in (record.entity_name, record.dba_name, *record.previous_names))
    return Ref(
        ref_id=ref_id_of(record.record_id, "business"),
        role="business",
        owner_kind="record",
        owner_id=record.record_id,
        dataset=record.dataset,
        record_kind=record.kind,
        site_class="",
        lane=source.lane,
        intake_seq=source.intake_seq,
        name=names[0] if names else "",
        other_names=names[1:],
        phones=_distinct(record.phones),
        emails=_distinct(e.lower() for e in record.emails),
        websites=_distinct(record.websites),
        addresses=(record.premises,) if record.premises is not None and record.premises.line else (),
        license_number=record.license_number,
        status=record.status,
        cause=record.cause,
        first_seen=record.effective or record.issued or record.received,
        last_seen=record.closed or record.expires or record.received or record.effective or record.issued,
        sources=(source.source_id,),
    )


def is_context(party_role: str) -> bool:
    """True for "Registered Agent", "landlord": roles that say nothing about who runs the business."""
    key = "_".join("".join(c if c.isalnum() else " " for c in party_role.lower()).split())
    return key in CONTEXT_ROLES


def _operator_ref(owner: Ref, record: Record, party: Party, own_number: str) -> Ref:
    context = is_context(party.role)
    places = (record.premises, *record.prior_addresses, record.mailing)
    addresses = () if context else tuple(a for a in places if a is not None and a.line)
    born = party.dob.isoformat() if party.dob else ""
    role = "\x1e".join((party.role, party.full_name.strip(), born))
    return _beside(
        owner,
        "operator",
        role,
        name=party.full_name.strip(),
        party_role=party.role,
        other_names=_distinct(n.strip() for n in party.other_names),
        native_name=party.native_name,
        dob=party.dob,
        phones=_distinct(party.phones if context else (*party.phones, *record.phones)),
        emails=_distinct(e.lower() for e in (party.emails if context else (*party.emails, *record.emails))),
        websites=() if context else owner.websites,
        addresses=tuple({a.premises_key or a.line: a for a in addresses}.values()),
        license_number="" if context else record.license_number,
        own_number="" if context else own_number,
    )
