"""Flow: crawl the sites that are due."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prefect import flow, task

from flows.running import home_for, publish_counts
from flows.stages.captures.collecting import collect as collect_stage
from flows.stages.captures.collecting import scheduled_sites
from pipeline.home import open_home


@task(retries=1, retry_delay_seconds=30)
def collect_site(root: str, site: str) -> dict[str, Any]:
    """Crawl one site. A sick crawl is reported, not raised: its captures are evidence all the same."""
    (result,) = collect_stage(open_home(Path(root)), [site])
    return {"site": site, "pages": result.pages, "ads": result.ads, "healthy": result.healthy}


@flow(name="collect")
def collect(home: str = "") -> dict[str, int]:
    """Crawl every site that is due, one after another."""
    with home_for("collect", home) as current:
        results = [collect_site(str(current.root), site) for site in scheduled_sites(current)]
    counts = {
        "sites": len(results),
        "pages": sum(r["pages"] for r in results),
        "ads": sum(r["ads"] for r in results),
        "unhealthy sites": sum(not r["healthy"] for r in results),
    }
    publish_counts("collect", counts)
    return counts
