"""An application record as what a board asks about."""

from __future__ import annotations

from pipeline.errors import FixInput
from pipeline.model import Application, Record

UNREAD = " (unread)"  # behind the name of a column in `Record.extra`
APPLICANTS = ("applicant", "owner", "licensee")


def unread_of(record: Record) -> tuple[str, ...]:
    """What a screening goes by and stands in the file without being readable: "dob", "phone", "received",
    "premises"."""
    named = dict.fromkeys(name.removesuffix(UNREAD) for name, _ in record.extra if name.endswith(UNREAD))
    nowhere = bool(record.premises and record.premises.line and not record.premises.building_key)
    return (*(name for name in ("dob", "phone", "received") if name in named), *(("premises",) if nowhere else ()))


def application_of(record: Record) -> Application:
    """The Application of an application record. Raises FixInput for a record of another kind."""
    if record.kind != "application":
        raise FixInput(
            f"{record.natural_key} is a {record.kind} record, not an application. Import it as applications."
        )
    applicant = next((p for role in APPLICANTS for p in record.parties if p.role == role), None)
    return Application(
        application_id=record.natural_key,
        business_name=record.entity_name or record.dba_name,
        applicant=applicant,
        related=tuple(p for p in record.parties if p is not applicant),
        premises=record.premises,
        prior_addresses=record.prior_addresses,
        phones=tuple(dict.fromkeys((*record.phones, *(applicant.phones if applicant else ())))),
        emails=tuple(dict.fromkeys((*record.emails, *(applicant.emails if applicant else ())))),
        websites=record.websites,
        license_number=record.license_number,
        received=record.received,
        application_type=record.application_type,
    )
