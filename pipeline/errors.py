"""Errors named for the operator's next act.

Every message says what happened, where (file and line when there is one) and what to type next.
`exit_code` is what the `imb` command returns; 2 is left to the command-line parser.
"""


class ImbError(Exception):
    """Base of every error the operator can act on."""

    exit_code = 1


class FixInput(ImbError):
    """A file handed in cannot be read as what it was said to be. Nothing was taken over from it."""

    exit_code = 3


class FixProfile(ImbError):
    """A site profile, column map or settings file is wrong."""

    exit_code = 4


class FixHome(ImbError):
    """The home is missing, of another version, or damaged."""

    exit_code = 5


class HomeBusy(ImbError):
    """Another process holds the home's lock; the message names it."""

    exit_code = 6


class DiskFull(ImbError):
    """There is no room to write. What was complete before is kept."""

    exit_code = 7


class EvidenceBroken(ImbError):
    """A check of archive, journal or package failed; the message names record and property."""

    exit_code = 8


class CrawlUnhealthy(ImbError):
    """A crawl found too little, too much, or a bot wall; the captures are kept, the run is marked failed."""

    exit_code = 9


class NotAllowed(ImbError):
    """The act needs another person, another role, or a release of a hold."""

    exit_code = 10


class NotFound(ImbError):
    """Nothing in the home answers to the given id or text."""

    exit_code = 11
