"""A whole night under the scheduler's own server and worker: collected, built, screened, told to whom it concerns."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from flows.stages.scheduler import Scheduler
from tests.flows.command_line import imb
from tests.flows.test_scheduler import ask, free_port, wait
from tests.flows.watches.test_watches import SECRETS, licenses
from tests.pipeline.evidence.receivers import MailServer, WebAddress, mail_server, web_address

ENDS = ("COMPLETED", "FAILED", "CRASHED")


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_a_night_to_its_end_tells_a_watch_hit_once_and_nothing_of_it_to_the_server(built: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(built, tmp_path / "home"))
    with mail_server(MailServer()) as mail, web_address(WebAddress()) as web:
        watch_id = wait_for_a_license(root, mail.port, web.url)
        with Scheduler(root, free_port()) as scheduler:
            scheduler.deploy()
            (nightly,) = [d for d in ask(scheduler.api, "deployments/filter", {}) if d["name"] == "nightly"]
            scheduler.start_worker()
            for _ in range(2):
                run = ask(scheduler.api, f"deployments/{nightly['id']}/create_flow_run", {})
                mine = {"flow_runs": {"id": {"any_": [run["id"]]}}}
                done = wait(scheduler.api, lambda runs: runs and runs[0]["state_type"] in ENDS, 800, **mine)
                log = (root / "logs" / "prefect-worker.log").read_text()
                assert done[0]["state_type"] == "COMPLETED", log[-3000:]
            artifacts = sorted(ask(scheduler.api, "artifacts/filter", {}), key=lambda a: a["created"])
            told = [json.loads(a["data"]) for a in artifacts if a["key"] == "imb-watch"]
            kept = json.dumps(
                [artifacts, *(ask(scheduler.api, f"{what}/filter", {}) for what in ("logs", "flow_runs"))]
            )
    hits = [row["count"] for table in told for row in table if row["what"] == "new watch hits"]
    assert hits == [1, 0]
    assert {"what": "watch notices pending", "count": 0} in told[-1]
    assert [json.loads(b)["by_watch"] for b in web.bodies] == [{watch_id: 1}]
    assert [watch_id.encode() in m for m in mail.messages] == [True]
    assert not [s for s in SECRETS if s in kept or any(s.encode() in m for m in (*mail.messages, *web.bodies))]


def wait_for_a_license(root: Path, mail_port: int, web_url: str) -> str:
    """Set a watch on a number, and put a license that names it into the inbox; returns the watch."""
    with (root / "imb.toml").open("a") as settings:
        settings.write(
            f'mail_server = "smtp://127.0.0.1:{mail_port}"\nmail_sender = "imb@example.org"\n'
            f'watch_notices = "mailto:desk@example.org, {web_url}"\n'
        )
    said = imb(root, "watch", "add", "phone", "417-555-0101", "--why", "tip 7", "--user", "amy", "--json").stdout
    inbox = root / "inbox" / "license"
    inbox.mkdir(parents=True, exist_ok=True)
    licenses(inbox, 1)
    return str(json.loads(said)["watch_id"])
