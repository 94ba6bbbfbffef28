"""Who is trained to look at pages held for a suspected minor: said in the audit log, never updated.

Training is confirmed by a supervisor or admin for a registered user, and taken back the same way; the last word holds.
"""

from __future__ import annotations

from pipeline.errors import FixInput, NotAllowed, NotFound
from pipeline.store.casework import Casework
from pipeline.store.roles import user_key

TRAINED, UNTRAINED = "training confirmed", "training ended"
SUBJECT = "suspected minors"


def confirm_training(casework: Casework, name: str, actor: str, reason: str, *, ended: bool = False) -> None:
    """Log that a registered user is trained (or no longer is). Raises NotFound, NotAllowed, FixInput."""
    if not reason.strip():
        raise FixInput("A reason is needed: which training, when, by whom.")
    registered = {user_key(known): known for known in casework.users()}
    if user_key(name) not in registered:
        raise NotFound(f"No user {name!r} is registered. Register first: imb user add {name} ROLE --user YOU")
    if user_key(name) == user_key(actor):
        raise NotAllowed("Nobody confirms a training of their own. Ask another supervisor or admin.")
    action = UNTRAINED if ended else TRAINED
    casework.audit(actor, action, registered[user_key(name)], f"{SUBJECT}: {reason}", act="confirm a training")


def trained(casework: Casework) -> set[str]:
    """Keys (roles.user_key) of the registered users who are trained now."""
    registered = {user_key(name) for name in casework.users()}
    now: set[str] = set()
    for entry in casework.entries("audit"):
        if entry["action"] in (TRAINED, UNTRAINED):
            (now.add if entry["action"] == TRAINED else now.discard)(user_key(entry["object"]))
    return now & registered
