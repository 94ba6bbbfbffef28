"""A certificate on a saved revocation list is not believed; without a list nothing is claimed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pipeline.errors import FixProfile
from pipeline.evidence.archive import Archive
from pipeline.evidence.package.building import build_package
from pipeline.evidence.sealing.files import numbers, seal_folder
from pipeline.evidence.sealing.revocation import Crl, published_at, read_lists, refuse_revoked, write_lists
from pipeline.evidence.sealing.timestamp import NoStamp, Token, check_token, make_request, trusted_roots
from pipeline.evidence.verify import verify_home, verify_package
from pipeline.home import Home, open_home
from tests.pipeline.evidence.authority import Authority, load_key, reply
from tests.pipeline.evidence.stamping import Make, crawl, finish, stamping_home

NOW = datetime.now(UTC).replace(microsecond=0)
DATA = b"the head of a journal"
REASON = x509.ReasonFlags


def certificate(authority: Authority, name: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate((authority.folder / "honest" / f"{name}.pem").read_bytes())


def listed(
    authority: Authority,
    *revoked: tuple[str, datetime, x509.ReasonFlags | None],
    by: str = "between",
    key: str = "honest/between",
) -> Crl:
    """A list of the honest intermediate (or `by`), signed with `key`."""
    issuer = certificate(authority, {"between": "chain", "root": "root"}[by])
    builder = x509.CertificateRevocationListBuilder(issuer.subject, NOW, NOW + timedelta(days=7))
    for name, when, reason in revoked:
        entry = x509.RevokedCertificateBuilder(certificate(authority, name).serial_number, when)
        if reason:
            entry = entry.add_extension(x509.CRLReason(reason), False)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(load_key(authority.folder / f"{key}.key"), hashes.SHA256())


@pytest.fixture
def token(authority: Authority) -> Token:
    request = make_request(DATA)
    answer = reply(authority.folder / "honest", request)
    return check_token(answer, DATA, request, trusted_roots(str(authority.root), Path()))


BEFORE, AFTER = NOW - timedelta(days=2), NOW + timedelta(days=2)


@pytest.mark.parametrize(
    ("when", "reason", "believed"),
    [
        (BEFORE, REASON.superseded, False),
        (AFTER, REASON.superseded, True),
        (AFTER, REASON.cessation_of_operation, True),
        (AFTER, REASON.affiliation_changed, True),
        (AFTER, REASON.key_compromise, False),
        (AFTER, REASON.ca_compromise, False),
        (AFTER, None, False),
        (BEFORE, None, False),
    ],
)
def test_a_revoked_signer(
    authority: Authority, token: Token, when: datetime, reason: x509.ReasonFlags | None, believed: bool
) -> None:
    crl = listed(authority, ("signer", when, reason))
    if believed:
        assert refuse_revoked(token, [crl]).lists == (crl,)
    else:
        with pytest.raises(NoStamp, match="Signer of honest was revoked"):
            refuse_revoked(token, [crl])


def test_a_revoked_intermediate(authority: Authority, token: Token) -> None:
    crl = listed(authority, ("chain", BEFORE, None), by="root", key="honest/root")
    with pytest.raises(NoStamp, match="Between of honest was revoked"):
        refuse_revoked(token, [crl])


def test_a_list_that_somebody_else_signed_says_nothing(authority: Authority, token: Token) -> None:
    forged = listed(authority, ("signer", BEFORE, None), key="rogue/between")
    found = refuse_revoked(token, [forged])
    assert found.lists == ()
    assert found.sentence().startswith("not checked")


def test_what_is_not_covered_is_said(authority: Authority, token: Token) -> None:
    found = refuse_revoked(token, [listed(authority)])
    assert found.unchecked == ("CN=Between of honest",)
    assert "not revoked by the lists of CN=Between of honest" in found.sentence()
    assert "not covered: CN=Between of honest" in found.sentence()


def test_lists_are_read_as_pem_and_as_der(authority: Authority, tmp_path: Path) -> None:
    two = (listed(authority), listed(authority, by="root", key="honest/root"))
    (tmp_path / "two.pem").write_bytes(write_lists(two))
    (tmp_path / "one.crl").write_bytes(two[0].public_bytes(serialization.Encoding.DER))
    (tmp_path / "none").write_bytes(b"<html>")
    assert read_lists(tmp_path / "two.pem") == two
    assert read_lists(tmp_path / "one.crl") == two[:1]
    for name in ("none", "nowhere"):
        with pytest.raises(FixProfile, match="timestamp_crls"):
            read_lists(tmp_path / name)


def test_where_revocation_can_be_asked_is_noted() -> None:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    point = x509.DistributionPoint([x509.UniformResourceIdentifier("http://ca.example/a.crl")], None, None, None)
    ocsp = x509.AccessDescription(
        x509.oid.AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier("http://ocsp.example/")
    )
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, NOW, AFTER)
        .add_extension(x509.CRLDistributionPoints([point]), False)
        .add_extension(x509.AuthorityInformationAccess([ocsp]), False)
        .sign(key, hashes.SHA256())
    )
    assert published_at([made, made]) == ["http://ca.example/a.crl", "http://ocsp.example/"]


def home_with(folder: Path, authority: Authority, behavior: str = "honest", crls: str = "") -> Home:
    return stamping_home(folder, authority, behavior, more=f'timestamp_crls = "{crls}"\n')


def sealed(home: Home, exchange: Make, pages: range) -> None:
    archive = Archive(home)
    archive.recover()
    crawl(archive, exchange, pages)
    finish(archive)


def test_the_list_is_kept_with_the_token_and_journalled(tmp_path: Path, authority: Authority, exchange: Make) -> None:
    (tmp_path / "saved.pem").write_bytes(write_lists([listed(authority)]))
    home = home_with(tmp_path, authority, crls=f"{tmp_path}/saved.pem")
    sealed(home, exchange, range(2))
    report = verify_home(home)
    assert report.problems == []
    assert "not revoked by the lists of CN=Between of honest" in report.seals["revocation"]
    kept = seal_folder(home) / f"{numbers(seal_folder(home))[-1]:06d}" / "crls.pem"
    assert read_lists(kept) == read_lists(tmp_path / "saved.pem")
    kept.write_bytes(write_lists([listed(authority, ("chain", AFTER, None))]))
    assert {(p.file.rpartition("/")[2], p.prop) for p in verify_home(home).problems} == {("crls.pem", "journal")}
    kept.unlink()
    assert {p.prop for p in verify_home(home).problems} == {"journal"}


def test_the_list_goes_into_the_package_and_is_read_there(tmp_path: Path, authority: Authority, exchange: Make) -> None:
    (tmp_path / "saved.pem").write_bytes(write_lists([listed(authority)]))
    home = home_with(tmp_path, authority, crls=f"{tmp_path}/saved.pem")
    sealed(home, exchange, range(2))
    archive = Archive(home)
    captures = [known.capture for known in archive.captures()]
    facts = dict.fromkeys(("exhibit", "case", "requester", "authority", "exporter"), "x")
    out = build_package(home, archive, captures, tmp_path / "exhibit", facts).path
    report = verify_package(out)
    assert report.problems == []
    assert any(
        "Revocation" in note and "not revoked by the lists of CN=Between of honest" in note for note in report.notes
    )
    for path in out.rglob("crls.pem"):
        path.write_bytes(write_lists([listed(authority, ("signer", AFTER, None))]))
    assert any("was revoked on" in p.detail for p in verify_package(out).problems)
    for path in out.rglob("crls.pem"):
        path.write_bytes(b"nothing")
    assert any("cannot be read" in p.detail for p in verify_package(out).problems)


def test_a_revocation_learned_later_is_found_by_verify(tmp_path: Path, authority: Authority, exchange: Make) -> None:
    home = home_with(tmp_path, authority)
    sealed(home, exchange, range(2))
    report = verify_home(home)
    assert "Revocation: not checked" in " ".join(report.notes)
    (tmp_path / "later.pem").write_bytes(write_lists([listed(authority, ("signer", AFTER, REASON.key_compromise))]))
    text = (home.root / "imb.toml").read_text().replace('crls = ""', f'crls = "{tmp_path}/later.pem"')
    (home.root / "imb.toml").write_text(text)
    problems = verify_home(open_home(home.root)).problems
    assert {p.prop for p in problems} == {"time-stamp"}
    assert "keyCompromise" in problems[0].detail


def test_a_revoked_authority_is_not_taken(tmp_path: Path, authority: Authority, exchange: Make) -> None:
    (tmp_path / "saved.pem").write_bytes(write_lists([listed(authority, ("signer", BEFORE, None))]))
    home = home_with(tmp_path, authority, crls=f"{tmp_path}/saved.pem")
    sealed(home, exchange, range(1))
    report = verify_home(home)
    assert report.seals["stamped_seq"] == 0
    assert "was revoked on" in report.seals["pending"][0]


@pytest.mark.parametrize(("behavior", "says"), [("ahead", " s ahead of this"), ("behind", " s behind this")])
def test_clocks_that_differ_are_reported(
    tmp_path: Path, authority: Authority, exchange: Make, behavior: str, says: str
) -> None:
    home = home_with(tmp_path, authority, behavior)
    sealed(home, exchange, range(1))
    report = verify_home(home)
    assert report.problems == []
    assert report.seals["stamped_seq"] > 0
    [note] = [n for n in report.notes if "Clocks differ" in n]
    assert says in note
    honest = home_with(tmp_path / "b", authority)
    sealed(honest, exchange, range(1))
    assert not any("Clocks differ" in n for n in verify_home(honest).notes)


def test_a_clock_a_day_away_gives_no_stamp(tmp_path: Path, authority: Authority, exchange: Make) -> None:
    home = home_with(tmp_path, authority, "backdated")
    sealed(home, exchange, range(1))
    report = verify_home(home)
    assert report.seals["stamped_seq"] == 0
    assert "one of the two is wrong" in report.seals["pending"][0]


def test_a_clock_set_back_shows(
    tmp_path: Path, authority: Authority, exchange: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = home_with(tmp_path, authority)
    sealed(home, exchange, range(1))
    monkeypatch.setattr("pipeline.evidence.sealing.making.system_now", lambda: datetime.now(UTC) - timedelta(minutes=1))
    archive = Archive(home)
    archive.journal.append("note")
    archive.sealer.seal()
    newest = numbers(seal_folder(home))[-1]
    notes = verify_home(home).notes
    assert any(f"clock was set back: earlier than the seal before them are signed seals {newest}." in n for n in notes)
