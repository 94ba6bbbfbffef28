"""How a stage tells its caller how far it is."""

from collections.abc import Callable

Progress = Callable[[str, int, int], None]  # stage, done, total (0: unknown)


def silent(_stage: str, _done: int, _total: int) -> None:
    """For callers that do not watch."""
