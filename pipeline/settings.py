"""One frozen Settings: defaults, then the home's imb.toml, then IMB_* environment variables."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from pipeline.declared import kind_in_words
from pipeline.errors import FixProfile


@dataclass(frozen=True, slots=True)
class Settings:
    operator: str = "service account"  # named in the provenance of every crawl
    user_agent: str = "imb-collector/0.1 (state task force; contact in imb.toml)"
    proxy: str = ""  # egress proxy of the crawler, "http://[user:password@]host:port"; "" goes out directly
    lawful_basis: str = "public advertisements; see docs/legal.md"
    sites: str = ""  # ids of the sites that scheduled runs collect, comma-separated
    sites_dir: str = ""  # further site profiles, besides those shipped
    fictional_numbers: bool = False  # accept 555-01XX as phones: demo and tests
    generated_numbers: bool = False  # accept any NPA-555-XXXX as a phone: demo and tests
    known: str = "designated"  # standings that count as known: "designated" or "suspected"
    casework_url: str = ""  # SQLAlchemy URL; "" is SQLite in the home
    lock_wait_seconds: float = 30.0
    fsync: str = "record"  # "record": pages and their journal entries are on the disk before they are used; "batch":
    # within a second
    simulated_today: str = ""  # ISO date; demo homes only, journalled, marks every package
    signing_key: str = ""  # PEM file of the agency's key that signs seals; "" is the home's own (keys/)
    signing_certificate: str = ""  # PEM file: its certificate, then those above it
    timestamp_authorities: str = ""  # RFC 3161 addresses, comma-separated, asked in order; "" seals without tokens
    timestamp_certificates: str = ""  # PEM file of the authorities' root certificates; "" trusts the system's
    timestamp_crls: str = ""  # PEM or DER file of the authorities' revocation lists; "" checks no revocation
    timestamp_timeout_seconds: float = 15.0  # how long one authority may take to answer
    seal_seconds: float = 60.0  # the longest that what a crawl has archived stays unsealed
    seal_copies: str = ""  # where copies of seals go, comma-separated: folders outside, mailto:ADDRESS, https://ADDRESS
    mail_server: str = ""  # "smtp://[user:password@]host:port" or "smtps://…": sends the mails of the other settings
    mail_sender: str = ""  # address they come from; "" is the one they go to
    watch_notices: str = ""  # who is told that watches have new hits, comma-separated: mailto:ADDRESS, https://ADDRESS
    database_gigabytes: float = 4.0  # memory of a build's databases together; the rest is written beside them
    flag_threshold: float = 0.90  # match probability from which a corroborated hit is a possible match


def load_settings(toml: Path | None = None, environ: Mapping[str, str] = os.environ, **overrides: Any) -> Settings:
    """Settings from a file and the environment. Raises FixProfile with file and key for anything unknown."""
    values: dict[str, Any] = {}
    if toml is not None and toml.exists():
        try:
            values.update(tomllib.loads(toml.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            raise FixProfile(f"{toml}: {error}. Correct the line or delete the file to get defaults.") from error
    types = {f.name: f.type for f in fields(Settings)}
    for name in types:
        if (raw := environ.get(f"IMB_{name.upper()}")) is not None:
            values[name] = raw
    values.update(overrides)
    for name, value in values.items():
        if name not in types:
            raise FixProfile(f"{toml or 'environment'}: unknown setting {name!r}. Known: {', '.join(sorted(types))}.")
        values[name] = _coerce(name, str(types[name]), value, toml)
    return replace(Settings(), **values)


def _coerce(name: str, kind: str, value: Any, toml: Path | None) -> Any:
    if kind == "bool":
        if isinstance(value, bool):
            return value
        if str(value).lower() in {"1", "true", "yes", "0", "false", "no"}:
            return str(value).lower() in {"1", "true", "yes"}
    elif kind == "float":
        try:
            return float(value)
        except (TypeError, ValueError):
            pass
    elif isinstance(value, str):
        return value
    raise FixProfile(f"{toml or 'environment'}: setting {name!r} must be {kind_in_words(kind)}, not {value!r}.")
