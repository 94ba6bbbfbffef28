"""`python -m benchmarks [NAME…] [--small] [--full]`: run the measurements, print the tables, keep them as JSON."""

from __future__ import annotations

import argparse
import importlib

from rich.console import Console

from benchmarks import NAMES
from benchmarks.table import Table


def main() -> None:
    reader = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    reader.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(NAMES)}; all by default")
    reader.add_argument("--small", action="store_true", help="tiny sizes: does it run?")
    reader.add_argument("--full", action="store_true", help="the largest sizes; needs minutes and gigabytes")
    given = reader.parse_args()
    if unknown := set(given.names) - set(NAMES):
        reader.error(f"no benchmark is called {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    console = Console()
    for name in given.names or NAMES:
        table = measure(name, small=given.small, full=given.full)
        table.show(console)
        table.save(name)


def measure(name: str, *, small: bool = False, full: bool = False) -> Table:
    """Run one benchmark. `full` reaches only those that have a larger size."""
    module = importlib.import_module(f"benchmarks.{name}")
    if full and getattr(module, "FULL", False):
        return module.run(small=small, full=True)  # type: ignore[no-any-return]
    return module.run(small=small)  # type: ignore[no-any-return]


if __name__ == "__main__":
    main()
