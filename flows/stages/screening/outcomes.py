"""What people decided on possible matches, as counts and rates a board can answer for."""

from __future__ import annotations

from dataclasses import replace

from analysis.outcomes import CONFIRMED, MORE, OVERTURNED, UNCLEAR, WAITING, Outcomes, outcomes
from pipeline.home import Home
from pipeline.model import Flag
from pipeline.store.casework import Casework
from pipeline.store.frozen import latest_matches
from pipeline.store.reviews import MORE_NEEDED, NOT_DETERMINABLE, TRUE_MATCH, log_outcome, logged_outcomes

WORDS = {TRUE_MATCH: WAITING, MORE_NEEDED: MORE, NOT_DETERMINABLE: UNCLEAR}


def keep_outcome(home: Home, flag: Flag, action: str, user: str, *, confirmed: bool = False) -> None:
    """Log what somebody said of a match that is shown, with how strong it was and how common the surname."""
    log_outcome(Casework(home.casework_url), flag, CONFIRMED if confirmed else WORDS[action], user)


def keep_overturned(home: Home, flag: Flag, user: str) -> None:
    """Log that the applicant is another person than the match says."""
    log_outcome(Casework(home.casework_url), flag, OVERTURNED, user)


def rates_of_decided(home: Home) -> tuple[Outcomes, ...]:
    """As `outcome_rates`; none while nobody has said anything."""
    return tuple(outcome_rates(home)) if logged_outcomes(Casework(home.casework_url)) else ()


def outcome_rates(home: Home) -> list[Outcomes]:
    """Of all possible matches that were ever shown: in all, by strength of the lead, by surname-frequency band.

    What was shown and said of an entity counts for the id it has now."""
    casework = Casework(home.casework_url)
    aliases = casework.aliases()

    def now(flag: Flag) -> Flag:
        return replace(flag, known_entity_id=aliases.get(flag.known_entity_id, flag.known_entity_id))

    said = [(now(flag), word) for flag, word in logged_outcomes(casework)]
    by_id = sorted(latest_matches(casework), key=lambda flag: flag.known_entity_id not in aliases)
    shown = [*map(now, by_id), *(flag for flag, _ in said)]
    return outcomes(shown, {(flag.application_id, flag.known_entity_id): word for flag, word in said})
