"""The link, succession and screening rules as frozen values, read from rules.toml."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pipeline.declared import kind_in_words, read_declared
from pipeline.errors import FixProfile

SHIPPED = Path(__file__).with_name("rules.toml")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class BindingRules:
    threshold: float
    oversized: int
    held_by: float
    seed: int
    advertised_only: bool


@dataclass(frozen=True, slots=True)
class PhoneRules:
    reason: str
    near_days: int
    near_days_advertised: int
    overlap: float
    near: float
    near_advertised: float
    paper: float
    hub_degree: int
    hub_degree_unadvertised: int
    stamped_degree: int
    stamped_elsewhere: int
    one_source_factor: float
    one_source_days: int
    toll_free: tuple[str, ...]
    second_factor: float
    second_goes_on_days: int


@dataclass(frozen=True, slots=True)
class PremisesRules:
    reason: str
    near_days_advertised: int
    overlap_advertised: float
    near_advertised: float
    overlap_license: float
    overlap_other: float
    gap: float
    min_overlap_days: int
    unitless_factor: float
    other_trades: tuple[str, ...]
    own_trade: tuple[str, ...]
    hub_degree: int
    hub_members: int


@dataclass(frozen=True, slots=True)
class ContactRules:
    reason: str
    email: float
    handle: float
    site_id: float
    website: float
    hub_degree: int
    hub_degree_site_id: int
    hub_degree_unadvertised: int


@dataclass(frozen=True, slots=True)
class AccountRules:
    reason: str
    shared: float
    near_days: int
    one_source_factor: float
    one_source_days: int
    hub_degree: int
    hub_degree_unadvertised: int


@dataclass(frozen=True, slots=True)
class OperatorRules:
    reason: str
    shared: float
    no_birth_date: float
    formed: float
    forming_roles: tuple[str, ...]
    hub_degree: int
    binding_roles: tuple[str, ...]
    context_roles: tuple[str, ...]
    binding_kinds: tuple[str, ...]
    context_kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DenialRules:
    reason: str
    refused: tuple[str, ...]
    undone: tuple[str, ...]
    formal: tuple[str, ...]
    grave: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AdRules:
    directory_binds: bool


@dataclass(frozen=True, slots=True)
class SuccessionRules:
    max_gap_premises: int
    max_gap_phone: int
    max_gap_operator: int
    overlap_tolerance: int
    closed_after_days: int
    premises_advertised: float
    premises_only: float
    phone_advertised: float
    phone_only: float
    operator_advertised: float
    operator_only: float
    no_birth_date_factor: float
    license_reapplied: float
    parallel_factor: float
    rival_factor: float
    license_lead: int
    shown_from: float
    gap_halves_after_days: int


@dataclass(frozen=True, slots=True)
class ScreeningRules:
    prior_bits: float
    name_floor: float
    name_exact: float
    similar_loss_bits: float
    name_max_bits: float
    surname_floor: float
    given_floor: float
    given_lift: float
    dob_bits: float
    dob_slip_bits: float
    slip_name_bits: float
    phone_bits: float
    phone_slip_bits: float
    premises_bits: float
    premises_past_bits: float
    email_bits: float
    business_name_bits: float
    alias_loss_bits: float
    came_after_days: int
    concurrent_days: int
    strong_from: float
    moderate_from: float
    went_before_days: int
    responsible: tuple[str, ...]
    not_responsible: tuple[str, ...]
    threshold: float
    exhibits: int


@dataclass(frozen=True, slots=True)
class TemplateRules:
    reason: str
    shared: float
    hub_degree: int


@dataclass(frozen=True, slots=True)
class Rules:
    version: str
    binding: BindingRules
    phone: PhoneRules
    premises: PremisesRules
    contact: ContactRules
    account: AccountRules
    operator: OperatorRules
    denial: DenialRules
    ad: AdRules
    template: TemplateRules
    succession: SuccessionRules
    screening: ScreeningRules


SECTIONS: dict[str, type[Any]] = {
    "binding": BindingRules,
    "phone": PhoneRules,
    "premises": PremisesRules,
    "contact": ContactRules,
    "account": AccountRules,
    "operator": OperatorRules,
    "denial": DenialRules,
    "ad": AdRules,
    "template": TemplateRules,
    "succession": SuccessionRules,
    "screening": ScreeningRules,
}


def load_rules(path: Path = SHIPPED) -> Rules:
    """Rules from a TOML file. Raises FixProfile with file and key when one is missing, unknown or mistyped."""
    tables = read_declared(path)
    if unknown := sorted(set(tables) - {"version", *SECTIONS}):
        raise FixProfile(f"{path}: unknown section {unknown[0]!r}. Known: {', '.join(SECTIONS)}.")
    values = {name: _section(path, name, cls, tables.get(name)) for name, cls in SECTIONS.items()}
    return Rules(version=str(tables.get("version", "")), **values)


def _section(path: Path, name: str, cls: type[T], table: Any) -> T:
    types = {f.name: str(f.type) for f in fields(cls)}  # type: ignore[arg-type]
    if not isinstance(table, dict):
        raise FixProfile(f"{path}: section [{name}] is missing. Copy it from {SHIPPED.name}.")
    if differing := sorted(set(table) ^ set(types)):
        what = "unknown" if differing[0] in table else "missing"
        raise FixProfile(f"{path}: key {name}.{differing[0]} is {what}. Compare with {SHIPPED.name}.")
    return cls(**{key: _value(path, f"{name}.{key}", types[key], table[key]) for key in types})


def _value(path: Path, key: str, kind: str, value: Any) -> Any:
    if kind == "float" and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if kind == "int" and isinstance(value, int) and not isinstance(value, bool):
        return value
    if kind == "bool" and isinstance(value, bool):
        return value
    if kind == "str" and isinstance(value, str):
        return value
    if kind.startswith("tuple") and isinstance(value, list) and all(isinstance(v, str) for v in value):
        return tuple(value)
    raise FixProfile(f"{path}: {key} must be {kind_in_words(kind)}, not {value!r}.")


@cache
def shipped_rules() -> Rules:
    """The rules in rules.toml."""
    return load_rules()
