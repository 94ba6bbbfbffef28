"""`imb init`, `backup`, `restore`, `move-casework`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.commands.key_options import CertificateOption, KeyOption, key_passphrase
from flows.console import HomeOption, JsonOption, emit, home_path, opened, out, progress_bars
from flows.stages.backup import make_backup, restore_backup
from pipeline.evidence.archive import Archive
from pipeline.evidence.sealing.key_files import read_key
from pipeline.evidence.sealing.keys import install_key, load_signer, make_key
from pipeline.home import create_home, locked
from pipeline.store.casework import Casework
from pipeline.store.casework_copy import copy_casework

SETTINGS_TEXT = """\
# Settings of this home. Every key can also be given as IMB_<KEY> in the environment.
# operator = "Task force service account"
# user_agent = "agency-collector/1.0 (https://agency.example/contact)"
# sites = "site-one, site-two"      # what scheduled runs collect
# proxy = ""                        # egress proxy
# known = "designated"              # standings a board sees
# casework_url = ""                 # SQLAlchemy URL; empty: SQLite in this home
# timestamp_authorities = "http://tsa.example/tsr"   # RFC 3161; several by commas; empty: seals without outside time
# timestamp_certificates = "tsa-root.pem"            # the authority's root; empty: the system's roots
# seal_copies = "/mnt/other-machine/seals, mailto:seals@agency.example"  # copies outside, so that a rollback shows
# mail_server = "smtp://mail.agency.example:25"      # sends the mails among them
# signing_key = ""                  # PEM of the agency's key, with signing_certificate; empty: this home's own
"""


def init(
    key: KeyOption = None, certificate: CertificateOption = None, home: HomeOption = None, json: JsonOption = False
) -> None:
    """Make a home: stores, folders, settings file, signing key. What an existing home has is left as it is."""
    made = create_home(home_path(home), settings_text=SETTINGS_TEXT)
    with locked(made, "imb init"):
        Casework(made.casework_url)
        if key:
            install_key(read_key(made, key, certificate, key_passphrase))
        made_key = make_key(made)
        archive = Archive(made)
        archive.recover()
        archive.close()
        digest = load_signer(made).fingerprint
    if json:
        emit({"home": made.root.resolve(), "made_key": made_key, "certificate_sha256": digest})
    else:
        out.print(
            f"Home ready: {made.root.resolve()}\nNext: name your sites in {made.root / 'imb.toml'}, then: imb run\n"
            f"Seals are signed with the certificate of SHA-256 {digest}: note it down outside of this machine.",
            soft_wrap=True,
        )


def backup(
    file: Annotated[Path, typer.Argument(help="The .tar file to write; must not exist.")],
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Write archive, intake, models, casework and settings into one file; derived stores are left out."""
    source = opened(home)
    with locked(source, "imb backup"), progress_bars(json) as progress:
        report = make_backup(source, file, progress)
    if json:
        emit(report)
        return
    out.print(f"{report['files']} files, SHA-256 {report['sha256']}: {file}")
    if report["holds_signing_key"]:
        out.print("It holds the signing key of this home: keep it as you keep the key. Only you can read it now.")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that imb backup wrote.")],
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Make a home from a backup and check it. Then rebuild with: imb build."""
    root = home_path(home)
    with progress_bars(json) as progress:
        report = restore_backup(file, root, progress)
    emit(report) if json else out.print(f"{report['files']} files restored and verified in {root}. Next: imb build")


def move_casework(
    url: Annotated[str, typer.Argument(help="An empty database, such as postgresql://user@host/name.")],
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Copy what people decided, and the logs, into an empty database that several machines can reach."""
    source = opened(home)
    with locked(source, "imb move-casework"):
        entries = copy_casework(source.casework_url, url)
    if json:
        emit({"log_entries": entries, "casework_url": url})
    else:
        out.print(
            f"{entries} entries of the log copied and checked. From now on it is used when {source.root / 'imb.toml'} "
            f'says: casework_url = "{url}"',
            soft_wrap=True,
        )


def register(app: typer.Typer) -> None:
    for command in (init, backup, restore, move_casework):
        app.command()(command)
