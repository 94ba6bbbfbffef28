"""An honest authority is believed; one that lies, has expired, hangs or talks rubbish is not."""

from __future__ import annotations

import random
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from pipeline.errors import FixProfile
from pipeline.evidence.sealing.clocks import difference, refuse_absurd, system_now
from pipeline.evidence.sealing.timestamp import NoStamp, ask, check_token, make_request, trusted_roots
from tests.pipeline.evidence.authority import Authority, make_signer, reply

DATA = b"the head of a journal"


@pytest.fixture
def roots(authority: Authority) -> tuple[x509.Certificate, ...]:
    return trusted_roots(str(authority.root), Path())


def test_an_honest_token_holds_and_openssl_agrees(
    authority: Authority, roots: tuple[x509.Certificate, ...], tmp_path: Path
) -> None:
    request = make_request(DATA)
    answer = ask(authority.url("honest"), request, 20)
    token = check_token(answer, DATA, request, roots)
    assert abs(token.time.timestamp() - time.time()) < 60
    assert [c.subject.rfc4514_string() for c in token.chain] == [
        "CN=Signer of honest",
        "CN=Between of honest",
        "CN=Root of honest",
    ]
    (tmp_path / "q.tsq").write_bytes(request)
    (tmp_path / "r.tsr").write_bytes(answer)
    command = ["openssl", "ts", "-verify", "-queryfile", "q.tsq", "-in", "r.tsr", "-CAfile", authority.root]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode == 0


@pytest.mark.parametrize(
    ("behavior", "says"),
    [
        ("other-imprint", "does not hold"),
        ("wrong-nonce", "Nonce"),
        ("expired", "expired"),
        ("rogue", "root is not trusted|does not lead to a trusted"),
        ("rubbish", "no time-stamp response"),
        ("empty", "no time-stamp response"),
        ("rejecting", "refused"),
        ("refuse", "503"),
        ("moved", "302"),
        ("error", "500"),
        ("page", "no time-stamp response"),
        ("cut", "no time-stamp response|cannot be read"),
        ("endless", "too much"),
        ("no-nonce", "Nonce|nonce"),
        ("web", "unsuitable certificate purpose"),
        ("purposeless", "unsuitable certificate purpose"),
        ("below", "invalid CA certificate"),
        ("hang", "did not answer within"),
        ("drip", "did not answer within|too slowly"),
    ],
)
def test_whoever_does_not_tell_the_truth_is_not_believed(
    authority: Authority, roots: tuple[x509.Certificate, ...], behavior: str, says: str
) -> None:
    request = make_request(DATA)
    patience = 0.5 if behavior in {"hang", "drip"} else 20
    with pytest.raises(NoStamp, match=says):
        check_token(ask(authority.url(behavior), request, patience), DATA, request, roots)


@pytest.mark.parametrize("behavior", ["ahead", "behind"])
def test_a_wrong_clock_is_told_by_its_token(
    authority: Authority, roots: tuple[x509.Certificate, ...], behavior: str
) -> None:
    request, asked = make_request(DATA), system_now()
    token = check_token(ask(authority.url(behavior), request, 20), DATA, request, roots)
    found = difference(token.time, asked, system_now())
    assert 7100 < found <= 7200 if behavior == "ahead" else -330 < found <= -295


@pytest.mark.parametrize(
    ("token", "ahead"),
    [(0.0, 0.0), (-0.9, 0.0), (0.4, 0.0), (-1.5, -0.5), (1.0, 0.5), (3600.0, 3599.5), (-61.0, -60.0)],
)
def test_clocks_agree_within_what_a_token_can_say(token: float, ahead: float) -> None:
    asked = datetime(2026, 3, 1, tzinfo=UTC)
    answered = asked + timedelta(seconds=0.5)
    assert difference(asked + timedelta(seconds=token), asked, answered) == ahead


def test_a_token_from_the_days_of_an_expired_certificate_is_read_and_not_taken(
    authority: Authority, roots: tuple[x509.Certificate, ...]
) -> None:
    """An authority whose certificate has run out signs with a clock put back: the token alone looks good."""
    request = make_request(DATA)
    token = check_token(ask(authority.url("backdated"), request, 20), DATA, request, roots)
    with pytest.raises(NoStamp, match="its clock says"):
        refuse_absurd(token.time, system_now())


def test_an_authority_with_an_ec_key(authority: Authority, tmp_path: Path) -> None:
    root = authority.folder / "ec" / "root.pem"
    request = make_request(DATA)
    answer = ask(authority.url("ec"), request, 20)
    token = check_token(answer, DATA, request, trusted_roots(str(root), Path()))
    assert token.root.subject.rfc4514_string() == "CN=Root of ec"
    assert abs(token.time.timestamp() - time.time()) < 60


def test_a_token_outlives_its_certificate(tmp_path: Path) -> None:
    """Good for ever for us and, told the moment, for openssl; without it openssl sees an expired certificate."""
    end = datetime.now(UTC) + timedelta(seconds=3)
    make_signer(tmp_path / "short", valid=(-1, 3 / 86400))
    request, root = make_request(DATA), tmp_path / "short" / "root.pem"
    answer = reply(tmp_path / "short", request)
    time.sleep(max((end - datetime.now(UTC)).total_seconds(), 0) + 1.5)
    token = check_token(answer, DATA, request, trusted_roots(str(root), Path()))
    (tmp_path / "data").write_bytes(DATA)
    (tmp_path / "r.tsr").write_bytes(answer)
    command = ["openssl", "ts", "-verify", "-data", "data", "-in", "r.tsr", "-CAfile", str(root)]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode != 0
    then = [*command, "-attime", str(int(token.time.timestamp()))]
    assert subprocess.run(then, cwd=tmp_path, capture_output=True).returncode == 0


def test_nobody_there(roots: tuple[x509.Certificate, ...]) -> None:
    with pytest.raises(NoStamp, match="cannot be reached"):
        ask("http://127.0.0.1:9/", make_request(DATA), 5)
    with pytest.raises(NoStamp, match="no http or https"):
        ask("file:///etc/passwd", make_request(DATA), 5)


def test_no_flipped_bit_makes_a_token_say_something_else(
    authority: Authority, roots: tuple[x509.Certificate, ...]
) -> None:
    request = make_request(DATA)
    answer = ask(authority.url("honest"), request, 20)
    good, rng = check_token(answer, DATA, request, roots), random.Random(4)
    refused = 0
    for place in rng.sample(range(len(answer)), 150):
        changed = answer[:place] + bytes([answer[place] ^ (1 << rng.randrange(8))]) + answer[place + 1 :]
        try:
            token = check_token(changed, DATA, request, roots)
        except NoStamp:
            refused += 1
        else:
            assert (token.time, token.serial) == (good.time, good.serial), place
    assert refused > 120


def test_the_system_s_roots_are_trusted_without_a_setting(tmp_path: Path) -> None:
    assert all(isinstance(c, x509.Certificate) for c in trusted_roots("", tmp_path))
    (tmp_path / "none.pem").write_text("nothing")
    with pytest.raises(FixProfile, match="timestamp_certificates"):
        trusted_roots("none.pem", tmp_path)
