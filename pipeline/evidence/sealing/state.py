"""How far a home's journal is sealed, for people and machines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.evidence.sealing.clocks import WORTH_SAYING


@dataclass(slots=True)
class SealState:
    """What a check of the seals arrived at. Times are ISO 8601 UTC."""

    seals: int = 0
    sealed_seq: int = 0  # every entry up to here is under a signature that holds
    sealed_at: str = ""  # when that seal was signed, by the system's clock
    signer: str = ""
    signer_sha256: str = ""
    stamped_seq: int = 0  # every entry up to here is under a token that holds
    stamped_at: str = ""  # by the authority's clock
    authority: str = ""
    authority_sha256: str = ""
    revocation: str = ""  # what is known of the newest token's certificates
    clock_difference: float = 0.0  # seconds by which an authority's clock was ahead of ours: the largest found
    clock_difference_seal: int = 0  # at which seal
    clock_went_back: list[int] = field(default_factory=list)  # seals signed earlier than the one before them
    unsealed_entries: int = 0  # behind the last seal, without entries on seals themselves
    unsealed_since: str = ""  # journal time of the first of them
    pending: list[str] = field(default_factory=list)  # what is left to do, with the reason

    def sentences(self) -> Iterator[str]:
        """The same in words."""
        if not self.seals:
            yield "Nothing is sealed."
        else:
            by = f"{self.signer} ({self.signer_sha256})"
            yield f"Sealed up to entry {self.sealed_seq}, signed {self.sealed_at} by {by}."
            if self.stamped_seq:
                yield (
                    f"Time-stamped up to entry {self.stamped_seq}, {self.stamped_at}, trusted root {self.authority} "
                    f"({self.authority_sha256}). Revocation: {self.revocation}."
                )
            else:
                yield "No time-stamp: the times rest on this system's clock alone."
        yield from self._clocks()
        if self.unsealed_entries:
            yield f"Not sealed: the last {self.unsealed_entries} entries, since {self.unsealed_since} (journal time)."
        yield from (f"Pending: {text}" for text in self.pending)

    def _clocks(self) -> Iterator[str]:
        if abs(self.clock_difference) >= WORTH_SAYING:
            how = "ahead of" if self.clock_difference > 0 else "behind"
            by = f"{abs(self.clock_difference):,.0f} s {how}"
            yield f"Clocks differ: at seal {self.clock_difference_seal} the authority's was {by} this system's."
        if self.clock_went_back:
            which = ", ".join(map(str, self.clock_went_back[:20]))
            yield f"This system's clock was set back: earlier than the seal before them are signed seals {which}."
