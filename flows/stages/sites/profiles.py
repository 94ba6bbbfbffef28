"""The site profiles of a home: those shipped, then those in the home's `sites/` and the settings' folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import spiders
from pipeline.errors import NotFound
from pipeline.extract.profile import SiteProfile, load_profiles
from pipeline.home import Home

SHIPPED = Path(spiders.__file__).parent / "sites"


def profile_folders(home: Home) -> list[Path]:
    """Folders that hold profiles; a later folder's profile replaces an earlier one of the same id."""
    further = [home.root / "sites"]
    if home.settings.sites_dir:
        further.append(Path(home.settings.sites_dir))
    return [SHIPPED, *(f for f in further if f.is_dir())]


def site_profiles(home: Home) -> dict[str, SiteProfile]:
    """Every profile by id. Raises FixProfile with file and key."""
    return load_profiles(*profile_folders(home))


def profile_path(home: Home, site: str) -> Path:
    """The file of one profile. Raises NotFound with the known ids."""
    for folder in reversed(profile_folders(home)):
        if (path := folder / f"{site}.toml").exists():
            return path
    known = ", ".join(sorted(site_profiles(home)))
    raise NotFound(f"There is no site {site!r}. Known: {known}. Scaffold one with: imb sites new FILE")


def site_namer(profiles: Mapping[str, SiteProfile]) -> Callable[[str], str]:
    """A function from URL to site id: the profile whose allowed domain the host belongs to, else the host."""
    by_domain = {d.lower(): p.id for p in profiles.values() for d in p.allowed_domains}

    def site_of(url: str) -> str:
        host = (urlsplit(url).hostname or "").lower()
        labels = host.split(".")
        for i in range(len(labels)):
            if (domain := ".".join(labels[i:])) in by_domain:
                return by_domain[domain]
        return host or "unknown"

    return site_of
