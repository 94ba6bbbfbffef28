import re
import tomllib
from pathlib import Path

import pytest

from pipeline.errors import FixProfile
from pipeline.extract import profile as profile_module
from pipeline.extract.profile import Selector, load_profile, load_profiles, parse_profile, parse_selector

MINIMAL = 'id = "x"\nclass = "illicit"\nallowed_domains = ["x.example"]\nlegal_basis = "order"\n'


def test_minimal_profile_has_usable_defaults():
    profile = parse_profile(MINIMAL, "x.toml")
    assert (profile.site_class, profile.timezone, profile.politeness.robots) == ("illicit", "UTC", True)
    assert profile.revisit.new_share == 0.7
    assert profile.listing.url[0].attr == "href"


def test_the_docstring_s_example_is_a_valid_profile():
    lines = (profile_module.__doc__ or "").splitlines()
    example = "\n".join(line[4:] for line in lines if line.startswith("    "))
    table = tomllib.loads(example)
    profile = parse_profile(example, "doc")
    assert profile.ad.posted_layouts == tuple(table["ad"]["posted_layouts"])
    assert set(table["ad"]) <= set(profile.ad.__slots__)
    assert profile.pages.ad[0].url is not None


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("h1", ("h1", "", None)),
        ("a::attr(href)", ("a", "href", None)),
        ("::attr(href)", ("", "href", None)),
        (":self", ("", "", None)),
        ("url::re(/(\\d+)$)", ("url", "", "/(\\d+)$")),
        ("a.x::attr(href)::re(id=(\\d+))", ("a.x", "href", "id=(\\d+)")),
        ("div.adInfo::re(Posted: (.*))", ("div.adInfo", "", "Posted: (.*)")),
        ("span:lexbor-contains('Updated' i) + span", ("span:lexbor-contains('Updated' i) + span", "", None)),
    ],
)
def test_selector_language(written, expected):
    found: Selector = parse_selector(written)
    assert (found.css, found.attr, found.pattern and found.pattern.pattern) == expected


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("[ad]\nphon = 'b'", ["x.toml", "'ad.phon'", "'ad.phone'"]),
        ("[politness]\nrobots = true", ["'politness'", "'politeness'"]),
        ("[ad]\nphone = 'div['", ["ad.phone", "div["]),
        ("[ad]\nphone = 'a::atr(href)'", ["ad.phone", "attr(name)"]),
        ("[ad]\nphone = ''", ["ad.phone", "empty"]),
        ("[ad]\nphone = 7", ["ad.phone", "text in quotes"]),
        ("[ad]\nposted = 'p::re((x)'", ["ad.posted"]),
        ("[pages]\nad = { cs = 'p' }", ["pages.ad", "rule"]),
        ("[pages]\nad = { url = '(' }", ["pages.ad"]),
        ("[politeness]\ndelay_seconds = -1", ["politeness.delay_seconds"]),
        ("[politeness]\nrobots = 'yes'", ["politeness.robots", "true or false"]),
        ("[health]\nmin_ads = 1.5", ["health.min_ads", "whole number"]),
        ("ad = 3", ["ad must be a table"]),
        ("timezone = 'America/Sprngfield'", ["timezone", "America/Chicago"]),
        ("start_urls = 'https://x.example'", ["start_urls", "list"]),
        ("= 3", ["x.toml", "line 5"]),
    ],
)
def test_mistakes_name_file_key_and_remedy(line, words):
    with pytest.raises(FixProfile) as caught:
        parse_profile(MINIMAL + line + "\n", "x.toml")
    assert all(word in str(caught.value) for word in ["x.toml", *words]), str(caught.value)


@pytest.mark.parametrize("key", ["id", "class", "allowed_domains", "legal_basis"])
def test_required_keys(key):
    text = "\n".join(line for line in MINIMAL.splitlines() if not line.startswith(f"{key} "))
    with pytest.raises(FixProfile, match=re.escape(f"'{key}' is missing")):
        parse_profile(text, "x.toml")


def test_class_and_file_name_are_checked(tmp_path: Path):
    with pytest.raises(FixProfile, match="illicit, mixed, directory"):
        parse_profile(MINIMAL.replace("illicit", "bad"), "x.toml")
    (tmp_path / "y.toml").write_text(MINIMAL)
    with pytest.raises(FixProfile, match=r"rename the file to x\.toml"):
        load_profile(tmp_path / "y.toml")


def test_later_folders_win_and_missing_folders_are_named(tmp_path: Path):
    for name, basis in (("a", "first"), ("b", "second")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.toml").write_text(MINIMAL.replace("order", basis))
    assert load_profiles(tmp_path / "a", tmp_path / "b")["x"].legal_basis == "second"
    with pytest.raises(FixProfile, match="sites_dir"):
        load_profiles(tmp_path / "c")


def test_every_shipped_profile_loads():
    shipped = load_profiles(Path(__file__).parents[3] / "spiders" / "sites")
    assert all(p.legal_basis and all(d.endswith(".example") for d in p.allowed_domains) for p in shipped.values())
