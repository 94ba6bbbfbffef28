"""How far an authority's clock and ours are apart, as far as one answer can tell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pipeline.evidence.sealing.timestamp import NoStamp

RESOLUTION = timedelta(seconds=1)  # tokens often say whole seconds only
WORTH_SAYING = 2.0  # seconds
MOST = timedelta(days=1)  # farther apart, one of the two clocks is wrong: nothing is taken


def system_now() -> datetime:
    """The system's clock, never a simulated one."""
    return datetime.now(UTC)


def difference(token: datetime, asked: datetime, answered: datetime) -> float:
    """Seconds by which the authority's clock is ahead of ours, at least; negative when behind, 0.0 when they agree."""
    if token + RESOLUTION < asked:
        return round((token + RESOLUTION - asked).total_seconds(), 1)
    if token > answered:
        return round((token - answered).total_seconds(), 1)
    return 0.0


def refuse_absurd(token: datetime, now: datetime) -> None:
    """Raises NoStamp for a token that is dated more than a day away from our clock."""
    if abs(token - now) > MOST:
        raise NoStamp(
            f"its clock says {token:%Y-%m-%d %H:%M} UTC and ours {now:%Y-%m-%d %H:%M}: one of the two is wrong. Check "
            "the system's clock, or name another authority"
        )
