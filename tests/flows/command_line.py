"""Run `imb` in a process of its own, as an operator would."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def imb(home: Path, *arguments: str, check: int | None = 0) -> subprocess.CompletedProcess[str]:
    """Run the command line as an operator would; `check` is the exit code expected (None: any)."""
    environment = {**os.environ, "IMB_HOME": str(home)}
    command = [sys.executable, "-m", "flows.cli", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=280)
    if check is not None:
        assert done.returncode == check, f"{arguments}: {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}"
    return done
