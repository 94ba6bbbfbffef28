"""Ask the time-stamp authorities for the token of a seal, and read stored tokens.

A token covers all seals before it too, so that after a failure only the newest seal is stamped.
"""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from pipeline.errors import ImbError
from pipeline.evidence.outside import shown
from pipeline.evidence.sealing.clocks import difference, refuse_absurd, system_now
from pipeline.evidence.sealing.files import (
    CHAIN,
    CRLS,
    QUERY,
    SIGNATURE,
    TOKEN,
    Seal,
    load_seal,
    seal_folder,
    write_bytes,
)
from pipeline.evidence.sealing.keys import PEM
from pipeline.evidence.sealing.notes import Notes
from pipeline.evidence.sealing.revocation import Crl, Revocation, read_lists, refuse_revoked, write_lists
from pipeline.evidence.sealing.timestamp import NoStamp, Token, ask, check_token, trusted_roots
from pipeline.home import Home


def authorities(home: Home) -> list[str]:
    """Addresses of the time-stamp authorities, in the order in which they are asked."""
    return [url.strip() for url in home.settings.timestamp_authorities.split(",") if url.strip()]


def ask_for_token(home: Home, notes: Notes, until: float) -> bool:
    """Get the newest waiting seal its token, before `until` (monotonic seconds); what fails is noted.

    Returns whether there is a new token to be journalled. Raises OSError.
    """
    waiting = notes.unstamped()
    if not waiting:
        return False
    newest = waiting[-1]
    seal = load_seal(seal_folder(home), newest.number)
    reasons = [] if authorities(home) else ["no authority is named in timestamp_authorities any more"]
    for url in authorities(home):
        try:
            ahead = _take_token(home, seal, url, until)
        except (NoStamp, ImbError) as error:
            reasons.append(str(error))
            continue
        with notes.lock:  # meanwhile a newer seal may have taken the note over
            done = next((s for s in notes.all() if s.number == newest.number), replace(newest, journalled=True))
            notes.mark(replace(done, stamp="got", authority=shown(url), clock_difference=ahead, reason=""))
        return True
    with notes.lock:
        state = notes.unstamped()[-1]
        notes.mark(replace(state, attempts=state.attempts + 1, reason="; ".join(reasons)))
    return False


def _take_token(home: Home, seal: Seal, url: str, until: float) -> float:
    """Ask one authority; what holds is stored. Raises NoStamp, FixProfile.

    Returns by how many seconds the authority's clock is ahead of ours.
    """
    if not (seal.folder / QUERY).is_file():
        raise NoStamp("the seal was made while no authority was named")
    patience = min(home.settings.timestamp_timeout_seconds, until - time.monotonic())
    if patience <= 0:
        raise NoStamp(f"{shown(url)} was not asked: no time was left")
    query, signature = (seal.folder / QUERY).read_bytes(), (seal.folder / SIGNATURE).read_bytes()
    trusted = trusted_roots(home.settings.timestamp_certificates, home.root)
    asked = system_now()
    answer = ask(url, query, patience)
    answered = system_now()
    token = check_token(answer, signature, query, trusted)
    refuse_absurd(token.time, answered)
    revocation = refuse_revoked(token, _saved_lists(home))
    if revocation.lists:
        write_bytes(seal.folder / CRLS, write_lists(revocation.lists))
    write_bytes(seal.folder / CHAIN, b"".join(c.public_bytes(PEM) for c in token.chain))
    write_bytes(seal.folder / TOKEN, answer)
    return difference(token.time, asked, answered)


def _saved_lists(home: Home) -> tuple[Crl, ...]:
    """The revocation lists that the settings name. Raises FixProfile."""
    setting = home.settings.timestamp_crls
    return read_lists(home.root / Path(setting).expanduser()) if setting else ()


def read_revocation(home: Home, seal: Seal, token: Token) -> Revocation:
    """Look the token's certificates up in the lists stored with it and in those of the settings.

    Raises NoStamp, FixProfile.
    """
    stored = read_lists(seal.folder / CRLS) if (seal.folder / CRLS).is_file() else ()
    return refuse_revoked(token, (*stored, *_saved_lists(home)))


def read_token(home: Home, seal: Seal) -> Token:
    """The stored token, checked against the roots that the settings trust. Raises NoStamp, FixProfile."""
    trusted = trusted_roots(home.settings.timestamp_certificates, home.root)
    try:
        answer, signature = (seal.folder / TOKEN).read_bytes(), (seal.folder / SIGNATURE).read_bytes()
        query = (seal.folder / QUERY).read_bytes()
    except OSError as error:
        raise NoStamp(f"a file of it is missing ({error})") from error
    return check_token(answer, signature, query, trusted)
