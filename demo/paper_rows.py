"""Rows of the registers about businesses: the state's roster, city licenses, denials, filings."""

from __future__ import annotations

from random import Random

from demo import noise
from demo.places import BY_NAME
from demo.state import Named, Paper, World

ROSTER_COLUMNS = [
    "prc_first_name",
    "prc_middle_name",
    "prc_last_name",
    "prc_suffix",
    "ba_address",
    "ba_2address",
    "ba_city",
    "ba_state",
    "ba_zip",
    "ba_cnty",
    "ba_cntry",
    "lic_profession",
    "lic_number",
    "lst_description",
    "lic_orig_issue_date",
    "lic_exp_date",
    "discipline",
    "les_description",
    "prc_dba_name",
    "clas_description",
    "ctype_description",
    "cl_description",
    "prc_entity_name",
    "rel_type",
    "rel_first_name",
    "rel_middle_name",
    "rel_last_name",
    "rel_suffix",
    "rel_prc_name",
    "rel_lic_number",
    "rel_addr1",
    "rel_addr2",
    "rel_city",
    "rel_state",
    "rel_zip_code",
    "ld_description",
    "employer_name",
    "school_name",
    "certification_title",
]
CITY_COLUMNS = [
    "license_number",
    "legal_name",
    "dba_name",
    "license_description",
    "address",
    "unit",
    "city",
    "state",
    "zip_code",
    "business_phone",
    "owner_name",
    "owner_dob",
    "date_issued",
    "license_expiration_date",
    "license_status",
]
DENIED_COLUMNS = [
    "application_no",
    "business_name",
    "applicant_name",
    "dob",
    "address",
    "unit",
    "city",
    "state",
    "zip",
    "phone",
    "decision",
    "decision_date",
    "cause",
]
FILING_COLUMNS = [
    "charter_number",
    "entity_name",
    "entity_type",
    "status",
    "formation_date",
    "dissolution_date",
    "previous_names",
    "registered_agent",
    "principal_address",
    "principal_unit",
    "principal_city",
    "principal_state",
    "principal_zip",
    "phone",
    "email",
    "officer_1_name",
    "officer_1_title",
    "officer_1_dob",
    "officer_2_name",
    "officer_2_title",
    "officer_2_dob",
]
SCHOOLS = ("Larkmoor School of Massage", "Prairie Bodywork Institute", "Gateway Massage College")
PREMISES = 5  # columns: address, unit, city, state, zip


def premises_cells(rng: Random, paper: Paper) -> list[str]:
    """Address, unit, city, state, ZIP."""
    place = paper.premises
    if place is None:
        return [""] * PREMISES
    line, unit = noise.street_and_unit(rng, place)
    return [line, unit, noise.city_name(rng, place.city), place.state, noise.zip_code(rng, place.zip)]


def roster_row(rng: Random, world: World, paper: Paper) -> list[str]:
    """39 cells. A business has entity and related person; a therapist has a name, a school, perhaps an employer."""
    cells = dict.fromkeys(ROSTER_COLUMNS, "")
    assert paper.premises is not None
    _roster_address(rng, paper, cells)
    person = world.people[paper.people[0].person_id]
    cells |= {
        "lic_number": paper.key,
        "lst_description": "Active",
        "lic_orig_issue_date": paper.issued.strftime("%m/%d/%Y") if rng.random() > 0.02 else "01/01/1901",
        "lic_exp_date": paper.ends.strftime("%m/%d/%Y") if paper.ends and rng.random() > 0.01 else "04/20/2100",
        "les_description": "Missouri Board of Therapeutic Massage",
    }
    middle = " ".join(person.given[1:]) if not person.joined else ""
    first = person.first if person.joined else person.given[0]
    if paper.entity:
        cells |= {
            "lic_profession": "Massage Therapy Business",
            "prc_entity_name": noise.business_name(rng, paper.entity),
            "prc_dba_name": noise.business_name(rng, paper.dba) if rng.random() < 0.5 else "",
            "rel_type": "Owner",
            "rel_first_name": first.upper() if rng.random() < 0.3 else first,
            "rel_middle_name": middle,
            "rel_last_name": person.surname,
        }
    else:
        nickname = f' "{person.english}"' if person.english and rng.random() < 0.3 else ""
        cells |= {"lic_profession": "Massage Therapist", "prc_first_name": first + nickname, "prc_middle_name": middle}
        cells |= {"prc_last_name": person.surname, "school_name": rng.choice(SCHOOLS)}
    return list(cells.values())


def _roster_address(rng: Random, paper: Paper, cells: dict[str, str]) -> None:
    """Sometimes the name stands in the first address line and the street in the second."""
    place = paper.premises
    assert place is not None
    line, unit = noise.street_and_unit(rng, place, column=rng.random() < 0.3)
    second = f"Suite {unit}" if unit and unit[0] not in "#S" else unit
    if paper.dba and rng.random() < 0.06:
        line, second = paper.dba, " ".join(x for x in (line, second) if x)
    cells |= {"ba_address": line, "ba_2address": second, "ba_city": noise.city_name(rng, place.city)}
    cells |= {"ba_state": place.state, "ba_zip": noise.zip_code(rng, place.zip), "ba_cntry": "USA"}
    cells["ba_cnty"] = BY_NAME[place.city].county if place.city in BY_NAME else ""


def city_row(rng: Random, world: World, paper: Paper) -> list[str]:
    owner = paper.people[0]
    person = world.people[owner.person_id]
    return [
        paper.key,
        noise.business_name(rng, paper.entity),
        noise.business_name(rng, paper.dba) if rng.random() < 0.8 else "",
        "Massage Establishment",
        *premises_cells(rng, paper),
        noise.phone_number(rng, paper.phone),
        noise.person_name(rng, person),
        noise.birth(rng, person, owner.dob_shown),
        noise.day(rng, paper.issued, mixed=0.1),
        noise.day(rng, paper.ends, mixed=0.1),
        paper.status,
    ]


def denied_row(rng: Random, world: World, paper: Paper) -> list[str]:
    applicant = paper.people[0]
    person = world.people[applicant.person_id]
    return [
        paper.key,
        noise.business_name(rng, paper.entity),
        noise.person_name(rng, person),
        noise.birth(rng, person, applicant.dob_shown),
        *premises_cells(rng, paper),
        noise.phone_number(rng, paper.phone),
        "withdrawn" if paper.cause.startswith("withdrawn") else "denied",
        noise.day(rng, paper.issued, mixed=0.5),
        paper.cause,
    ]


def filing_row(rng: Random, world: World, paper: Paper) -> list[str]:
    agent = world.agent if rng.random() < 0.45 else world.people[paper.people[0].person_id].full
    officers = [_officer(rng, world, named) for named in paper.people[:2]]
    officers += [["", "", ""]] * (2 - len(officers))
    return [
        paper.key,
        noise.business_name(rng, paper.entity, 0.01),
        "Limited Liability Company" if paper.entity.endswith("LLC") else "General Business - For Profit",
        paper.status,
        noise.day(rng, paper.issued, mixed=0.05),
        noise.day(rng, paper.ends, mixed=0.05),
        paper.previous_name,
        agent,
        *premises_cells(rng, paper),
        noise.phone_number(rng, paper.phone),
        paper.email,
        *officers[0],
        *officers[1],
    ]


def _officer(rng: Random, world: World, named: Named) -> list[str]:
    person = world.people[named.person_id]
    return [noise.person_name(rng, person), named.role, noise.birth(rng, person, named.dob_shown)]
