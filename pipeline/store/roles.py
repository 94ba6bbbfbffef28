"""Users, their roles and what each role may do.

The command line knows no passwords: a name that was never registered acts without a role. Registering a user holds
the name to its role from then on.
"""

from __future__ import annotations

import unicodedata

import sqlalchemy as sa

from pipeline.errors import NotAllowed
from pipeline.store.casework_tables import USERS

ROLES = ("analyst", "board", "prosecutor", "supervisor", "auditor", "admin")
MAY = {
    "set a standing": {"analyst", "supervisor"},
    "decide on a pair": {"analyst", "supervisor"},
    "revoke a decision": {"analyst", "supervisor"},
    "review a match": {"analyst", "board", "supervisor"},
    "clear a pair": {"analyst", "board", "supervisor"},
    "register a user": {"admin", "supervisor"},
    "confirm a training": {"admin", "supervisor"},
    "set a watch": {"analyst", "prosecutor", "supervisor"},
    "look up networks": {"analyst", "prosecutor", "supervisor"},
    "read evidence": {"analyst", "prosecutor", "supervisor"},
    "export networks": {"analyst", "prosecutor", "supervisor"},
    "export evidence": {"analyst", "prosecutor", "supervisor"},
    "replace the signing key": {"admin", "supervisor"},
    "hold evidence": {"analyst", "board", "prosecutor", "supervisor"},
    "release a hold": {"analyst", "prosecutor", "supervisor"},
    "set a legal hold": {"prosecutor", "supervisor"},
    "purge evidence": {"analyst", "supervisor"},
    "approve a purge": {"supervisor"},
}


def user_key(name: str) -> str:
    """One person, one key: "Amy", " amy " and full-width letters are the same user."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def role_of(connection: sa.Connection, name: str) -> str:
    """The role of a registered user, "" for anybody else."""
    rows = connection.execute(sa.select(USERS.c.name, USERS.c.role))
    return next((role for known, role in rows if user_key(known) == user_key(name)), "")


def require(connection: sa.Connection, name: str, act: str) -> str:
    """The user's role. Raises NotAllowed when a registered user's role does not include the act."""
    role = role_of(connection, name)
    if role and role not in MAY[act]:
        raise NotAllowed(
            f"{name} is registered as {role} and may not {act}. Ask one of: {', '.join(sorted(MAY[act]))}."
        )
    return role
