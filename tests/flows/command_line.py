"""Run `imb` as an operator would: in a process of its own, or (the same entry point, much faster) in this one."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any
from unittest.mock import patch

from flows.cli import main

Done = subprocess.CompletedProcess[str]


def imb_process(home: Path, *arguments: str, check: int | None = 0) -> Done:
    """`imb` in a process of its own; `check` is the exit code expected (None: any)."""
    environment = {**os.environ, "IMB_HOME": str(home)}
    command = [sys.executable, "-m", "flows.cli", *arguments]
    return _checked(subprocess.run(command, env=environment, capture_output=True, text=True, timeout=280), check)


def imb(home: Path, *arguments: str, check: int | None = 0) -> Done:
    """`imb` through its entry point in this process."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    with (
        redirect_stdout(out),
        redirect_stderr(err),
        patch.dict(os.environ, {"IMB_HOME": str(home)}),
        patch.object(sys, "argv", ["imb", *arguments]),
    ):
        try:
            main()
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    return _checked(Done(["imb", *arguments], code, out.getvalue(), err.getvalue()), check)


def _checked(done: Done, check: int | None) -> Done:
    shown = f"{done.args}: {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}"
    assert check is None or done.returncode == check, shown
    return done


def answer(home: Path, *arguments: str) -> Any:
    """What `imb … --json` says."""
    return json.loads(imb(home, *arguments, "--json").stdout)
