"""Who looked up what. A search for a person, a number or an address is logged like a view of a page: later somebody may
have to answer why it was made."""

from __future__ import annotations

from pipeline.home import Home


def note_lookup(home: Home, user: str, action: str, what: str) -> None:
    """One audit entry, by the named user or the home's operator, before anything is shown. Raises NotAllowed."""
    from pipeline.store.casework import Casework  # SQLAlchemy, which the help page does not need

    Casework(home.casework_url).audit(user or home.settings.operator, action, what, act="look up networks")
