"""Options of commands that take a signing key from the agency."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

KeyOption = Annotated[Path | None, typer.Option(help="The agency's signing key: PEM or PKCS#12 (.p12, .pfx).")]
CertificateOption = Annotated[Path | None, typer.Option(help="Its certificate and those above it, PEM.")]


def key_passphrase() -> str:
    """The key's passphrase: IMB_KEY_PASSPHRASE, else asked for without showing it."""
    given = os.environ.get("IMB_KEY_PASSPHRASE")
    return given if given is not None else str(typer.prompt("Passphrase of the key", hide_input=True, err=True))
