"""A Prefect server, the deployments of prefect.yaml and a worker, as child processes that die with this one."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import IO

from pipeline.errors import FixHome, ImbError

PROJECT = Path(__file__).resolve().parents[2]
POOL = "imb"
PR_SET_PDEATHSIG = 1


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Scheduler:
    """The server listens on the loopback address only: it has no roles."""

    def __init__(self, home: Path, port: int) -> None:
        self.home = home.resolve()
        self.address = f"http://127.0.0.1:{port}"
        self.api = f"{self.address}/api"
        self.port = port
        self.logs = self.home / "logs"
        self.children: list[subprocess.Popen[bytes]] = []
        self.environment = {
            **os.environ,
            "PREFECT_HOME": str(self.home / "prefect"),
            "PREFECT_API_URL": self.api,
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_WORKER_QUERY_SECONDS": "5",
            "PREFECT_CLI_PROMPT": "false",
            "IMB_HOME": str(self.home),
        }

    def __enter__(self) -> Scheduler:
        self.logs.mkdir(exist_ok=True)
        self._start("server", "server", "start", "--host", "127.0.0.1", "--port", str(self.port))
        self._await_server()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in reversed(self.children):
            child.terminate()
        for child in reversed(self.children):
            try:
                child.wait(15)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "prefect", *arguments]

    def _start(self, name: str, *arguments: str) -> None:
        log: IO[bytes] = (self.logs / f"prefect-{name}.log").open("ab")
        with log:
            self.children.append(
                subprocess.Popen(
                    self._command(*arguments),
                    env=self.environment,
                    cwd=PROJECT,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    preexec_fn=_die_with_parent,  # noqa: PLW1509 - Linux only has this way; no thread runs yet
                )
            )

    def _await_server(self, seconds: float = 90.0) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.children[0].poll() is not None:
                raise FixHome(
                    f"The scheduler stopped at once. Is port {self.port} taken? Choose another with --port, or see "
                    f"{self.logs}."
                )
            try:
                with urllib.request.urlopen(f"{self.api}/health", timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.3)
        raise FixHome(f"The scheduler did not answer on {self.address}. See {self.logs}, then try again: imb up")

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            self._command(*arguments), env=self.environment, cwd=PROJECT, capture_output=True, text=True, timeout=300
        )
        if done.returncode != 0:
            log = self.logs / "prefect-setup.log"
            log.write_text(done.stdout + done.stderr, encoding="utf-8")
            raise ImbError(f"The schedules could not be set up. See {log}, then try again: imb up")
        return done.stdout

    def deploy(self) -> list[str]:
        """Register every deployment of prefect.yaml; returns their names."""
        self._run("work-pool", "create", POOL, "--type", "process", "--overwrite")
        self._run("--no-prompt", "deploy", "--all", "--prefect-file", str(PROJECT / "prefect.yaml"))
        listed = self._run("deployment", "ls")
        return sorted({word for word in listed.replace("│", " ").split() if "/" in word})

    def start_worker(self) -> None:
        """One worker; the home's lock lets one writer work at a time."""
        self._start("worker", "worker", "start", "--pool", POOL, "--limit", "1")

    def wait(self) -> None:
        """Until a child ends or the operator stops it."""
        while all(child.poll() is None for child in self.children):
            time.sleep(0.5)
        raise ImbError(f"A part of the scheduler ended by itself. See {self.logs}, then start it again: imb up")
