"""An honest authority is believed; one that lies, has expired, hangs or talks rubbish is not."""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509

from pipeline.errors import FixProfile
from pipeline.evidence.timestamp import NoStamp, ask, check_token, make_request, trusted_roots
from tests.pipeline.evidence.authority import Authority, serving

DATA = b"the head of a journal"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with serving(tmp_path_factory.mktemp("authority")) as running:
        yield running


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
