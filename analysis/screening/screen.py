"""Applications against the known: a lead with reasons, or no relevant result. A name alone never flags."""

from __future__ import annotations

import gc
import pickle
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Literal

from analysis.screening import explain
from analysis.screening.account import Account, compare_all, probability
from analysis.screening.asked import Asked, ask, candidates, is_dated, missing, party_name
from analysis.screening.exhibits import choose_exhibits
from analysis.screening.index import KnownBusiness, ScreeningIndex
from analysis.screening.names import name_words
from analysis.screening.notes import notes
from analysis.screening.other_times import came_after, went_before
from analysis.screening.passing import packed, uncollected
from analysis.screening.side_by_side import side_by_side
from pipeline.model import Application, Flag, Link, Party

__all__ = ["ScreeningIndex", "screen", "screen_all"]

Result = Literal["no_relevant_result", "possible_match", "insufficient_information"]
WORTH_A_POOL, BATCH = 4_000, 1_000  # applications
NO_LEAD = "No identifier kinds that corroborate each other lead into a known network."
CLEARED = "A person cleared this pair; nothing has changed on either side since."


def screen_all(
    applications: Iterable[Application],
    index: ScreeningIndex,
    progress: Callable[[int], None] | None = None,
    workers: int = 1,
) -> list[Flag]:
    """One flag per application, in their order. `progress` is told how many are done.

    Many applications against a saved index are shared among `workers` processes, each with the file open.
    """
    with uncollected():
        return _screened(list(applications), index, progress, workers)


def _screened(
    asked: Sequence[Application], index: ScreeningIndex, progress: Callable[[int], None] | None, workers: int
) -> list[Flag]:
    if workers > 1 and index.saved_at and len(asked) >= WORTH_A_POOL:
        return _screen_apart(asked, index.saved_at, progress, workers)
    flags = []
    for done, application in enumerate(asked, 1):
        flags.append(screen(application, index))
        if progress is not None:
            progress(done)
    return flags


def _screen_apart(
    asked: Sequence[Application], saved: Path, progress: Callable[[int], None] | None, workers: int
) -> list[Flag]:
    """Processes start afresh ("spawn"): forking one that has threads may hang."""
    flags: list[Flag] = []
    with ProcessPoolExecutor(workers, get_context("spawn"), _open_here, (saved,)) as pool:
        for part in pool.map(_screen_here, [packed(asked[i : i + BATCH]) for i in range(0, len(asked), BATCH)]):
            flags += pickle.loads(part)
            if progress is not None:
                progress(len(flags))
    return flags


_here: dict[str, ScreeningIndex] = {}  # the index of this worker process


def _open_here(saved: Path) -> None:
    from analysis.screening.saved_index import open_index

    gc.disable()  # as `uncollected`, in the whole process
    index = open_index(saved)
    assert index is not None, saved
    _here["index"] = index


def _screen_here(applications: bytes) -> bytes:
    return packed([screen(application, _here["index"]) for application in pickle.loads(applications)])


def screen(application: Application, index: ScreeningIndex, cleared: Callable[[Flag], bool] | None = None) -> Flag:
    """The answer to one application: result, band, contributions, path, exhibits, contrary evidence, coverage.

    Of several leads the strongest is the answer, those into other networks are noted. `cleared` says whether a person
    found a lead to be another person's: it is left out."""
    asked = ask(application, index)
    aside = _without_role(asked, index)
    if not (asked.phones or asked.emails or asked.premises or any(is_dated(p) for p in asked.parties)):
        return _flag(asked, index, "insufficient_information", "Nothing but a name was given to compare.", notes=aside)
    accounts = [compare_all(asked, group, party, person, index) for group, party, person in candidates(asked, index)]
    leads = [a for a in accounts if _band(a, index)]
    if not leads:
        return _flag(asked, index, "no_relevant_result", NO_LEAD, notes=(*aside, *notes(accounts, index)))
    ranked = sorted(leads, key=_strength, reverse=True)
    if cleared is not None:
        ranked = [lead for lead in ranked if not cleared(_lead(asked, lead, accounts, index))]
    if not ranked:
        return _flag(asked, index, "no_relevant_result", CLEARED, notes=aside)
    lead = _lead(asked, ranked[0], accounts, index, ranked[1:])
    return replace(lead, notes=(*lead.notes, *aside)) if aside else lead


def _without_role(asked: Asked, index: ScreeningIndex) -> tuple[str, ...]:
    """Notes on people named without a role who would lead into a network: a bookkeeper stands there as well."""
    if not asked.without_role:
        return ()
    others = replace(asked, parties=asked.without_role)
    accounts = [compare_all(others, group, party, person, index) for group, party, person in candidates(others, index)]
    leads = [a for a in accounts if "name" in a.kinds and _band(a, index)]
    sentences = [explain.sentence(a, _business(a, index), index) for a in sorted(leads, key=_strength, reverse=True)]
    said = "No role is given, so this is a note, not a match: ask what the person's role is."
    return tuple(dict.fromkeys(f"{sentence} {said}" for sentence in sentences))


def _flag(asked: Asked, index: ScreeningIndex, result: Result, sentence: str, **more: Any) -> Flag:
    band = _surname_band(asked.application.applicant, asked, index)
    return Flag(
        application_id=asked.application.application_id,
        result=result,
        sentence=sentence,
        coverage=index.coverage,
        snapshot_id=index.snapshot_id,
        model_version=index.model_version,
        **{"band": "", "score": 0.0, "missing": missing(asked), "surname_band": band, **more},
    )


def _band(account: Account, index: ScreeningIndex) -> str:
    """ "" for no lead; else review, moderate or strong."""
    rules = index.rules.screening
    score = probability(rules.prior_bits + account.bits)
    if score < index.threshold:
        return ""
    if came_after(account, index) or went_before(account, index):
        return ""
    if not account.corroborated:
        return "review" if account.same_shop else ""
    own = explain.own_business(account, _business(account, index), index)
    firm = set(account.kinds) - account.slips - {"name"}
    if not firm and len(account.kinds) == 2 and explain.name_bits(account) < rules.slip_name_bits:
        return ""  # of so many namesakes some are born on a day that reads alike
    if not firm or "dob" in account.slips or explain.ownership(account, own):
        return "review"
    if account.generation and "dob" not in account.kinds:
        return "review"
    sure = "dob" in account.kinds or len(account.kinds) > 2
    if score >= rules.strong_from and sure:
        return "strong"
    return "moderate" if score >= rules.moderate_from else "review"


def _strength(account: Account) -> tuple[bool, float, str, str]:
    return account.corroborated, account.bits, account.group, account.person.entity_id if account.person else ""


def _business(account: Account, index: ScreeningIndex) -> KnownBusiness | None:
    """The business the account leads to: one of known standing first, then by place of agreement, then by person."""
    touched = [p.business_id for p in account.places]
    touched += account.person.businesses if account.person and "name" in account.kinds else ()
    touched = [b for b in touched if b in index.businesses] or list(index.group(account.group).businesses[:1])
    if not touched:
        return None
    known = set(index.group(account.group).known)
    counts: dict[str, int] = defaultdict(int)
    for business in touched:
        counts[business] += 1
    return index.businesses[max(sorted(counts), key=lambda b: (b in known, counts[b]))]


def _target(business: KnownBusiness | None, account: Account, index: ScreeningIndex) -> tuple[str, Link | None]:
    """The business of known standing the path ends at, and the link to it when it is another one."""
    known = index.group(account.group).known
    if business is None or business.business_id in known:
        return (business.business_id if business else ""), None
    link = index.nearest.get(business.business_id)
    if link is None:
        return (known[0] if known else ""), None
    return (link.to_id if link.from_id == business.business_id else link.from_id), link


def _lead(
    asked: Asked, best: Account, accounts: Sequence[Account], index: ScreeningIndex, others: Sequence[Account] = ()
) -> Flag:
    rules = index.rules.screening
    business = _business(best, index)
    target, link = _target(business, best, index)
    touched = dict.fromkeys((business.business_id if business else "", target))
    own = index.own_licenses.get(asked.application.license_number, "")
    return _flag(
        asked,
        index,
        "possible_match",
        explain.sentence(best, business, index),
        band=_band(best, index),
        score=round(probability(rules.prior_bits + best.bits), 6),
        known_entity_id=target or (best.person.entity_id if best.person else ""),
        network_id=index.group(best.group).network_id,
        matched_kinds=best.kinds,
        contributions=side_by_side(asked, best, business, index),
        path=explain.path(best, business, target, link, index),
        exhibits=choose_exhibits(
            best.places, [index.businesses[b] for b in touched if b in index.businesses], rules.exhibits
        ),
        contrary=explain.contrary(best, business, index, own, asked.application.received),
        surname_band=_surname_band(best.party if best.whose else asked.application.applicant, asked, index),
        missing=explain.missing_fields(best.contributions),
        notes=(*_further(best, others, index), *notes(accounts, index, {best.group, *(a.group for a in others)})),
    )


def _further(best: Account, others: Sequence[Account], index: ScreeningIndex) -> Iterator[str]:
    """The strongest lead into each other network, strongest first."""
    told = {best.group}
    for other in others:
        if other.group not in told:
            told.add(other.group)
            sentence = explain.sentence(other, _business(other, index), index)
            yield f"Another possible match ({_band(other, index)}), into another network: {sentence}"


def _surname_band(party: Party | None, asked: Asked, index: ScreeningIndex) -> str:
    """The band of the party's surname; without one, of the first person named on the application."""
    party = party or next((p for p in asked.application.related if p.is_person), None)
    if party is None or not name_words(party_name(party)):
        return ""
    return index.shares.surname_band(party.last, party_name(party))
