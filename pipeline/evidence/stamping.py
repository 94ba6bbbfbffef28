"""Ask the time-stamp authorities for the token of a seal, and read stored tokens.

A token covers all seals before it too, so that after a failure only the newest seal is stamped.
"""

from __future__ import annotations

import time
from dataclasses import replace

from pipeline.errors import ImbError
from pipeline.evidence.keys import PEM
from pipeline.evidence.seal_files import CHAIN, QUERY, SIGNATURE, TOKEN, Seal, load_seal, seal_folder, write_bytes
from pipeline.evidence.seal_notes import Notes
from pipeline.evidence.timestamp import NoStamp, Token, ask, check_token, trusted_roots
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
            _take_token(home, seal, url, until)
        except (NoStamp, ImbError) as error:
            reasons.append(str(error))
            continue
        with notes.lock:  # meanwhile a newer seal may have taken the note over
            done = next((s for s in notes.all() if s.number == newest.number), replace(newest, journalled=True))
            notes.mark(replace(done, stamp="got", authority=url, reason=""))
        return True
    with notes.lock:
        state = notes.unstamped()[-1]
        notes.mark(replace(state, attempts=state.attempts + 1, reason="; ".join(reasons)))
    return False


def _take_token(home: Home, seal: Seal, url: str, until: float) -> None:
    """Ask one authority; what holds is stored. Raises NoStamp, FixProfile."""
    if not (seal.folder / QUERY).is_file():
        raise NoStamp("the seal was made while no authority was named")
    patience = min(home.settings.timestamp_timeout_seconds, until - time.monotonic())
    if patience <= 0:
        raise NoStamp(f"{url} was not asked: no time was left")
    query, signature = (seal.folder / QUERY).read_bytes(), (seal.folder / SIGNATURE).read_bytes()
    trusted = trusted_roots(home.settings.timestamp_certificates, home.root)
    answer = ask(url, query, patience)
    token = check_token(answer, signature, query, trusted)
    write_bytes(seal.folder / CHAIN, b"".join(c.public_bytes(PEM) for c in token.chain))
    write_bytes(seal.folder / TOKEN, answer)


def read_token(home: Home, seal: Seal) -> Token:
    """The stored token, checked against the roots that the settings trust. Raises NoStamp, FixProfile."""
    trusted = trusted_roots(home.settings.timestamp_certificates, home.root)
    try:
        answer, signature = (seal.folder / TOKEN).read_bytes(), (seal.folder / SIGNATURE).read_bytes()
        query = (seal.folder / QUERY).read_bytes()
    except OSError as error:
        raise NoStamp(f"a file of it is missing ({error})") from error
    return check_token(answer, signature, query, trusted)
