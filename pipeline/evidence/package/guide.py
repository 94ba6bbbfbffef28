"""VERIFY.md: how a stranger checks a package. Tools of third parties only, our own last; every command works as it
stands when it is typed in the package's folder."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from pipeline.evidence import bag
from pipeline.evidence.package.exhibit import ExhibitPackage
from pipeline.evidence.package.records import LOOSE, WACZ
from pipeline.evidence.package.seals import CMS_VERIFY, FOLDER, commands

UNPACKED = "../exhibit-unpacked"


def render_verify(package: ExhibitPackage) -> str:
    """The instructions, as Markdown; commands are indented by seven spaces."""
    mark = f"**{package['watermark']}**\n\n" if package["watermark"] else ""
    return f"""{mark}# How to check this package

It is a BagIt bag (RFC 8493). Unpack it when it is a zip, open a terminal in the folder that holds this file, and type
what follows. Needed: a shell, `openssl`, Python 3, and some tools by others: `pip install bagit warcio fastwarc` (where
the system refuses that, first `python3 -m venv ../tools` and `. ../tools/bin/activate`).

1. **Every file is the one that was exported.** All lines must say `OK`; `bagit.py` must say that the bag is valid:

       sha256sum -c {bag.TAG_MANIFEST}
       sha256sum -c {bag.MANIFEST}
       bagit.py --validate .

   The SHA-256 of `{bag.TAG_MANIFEST}`, which stands for all of it, was told to you separately and stands in this
   office's journal:

       sha256sum {bag.TAG_MANIFEST}

{_signature(package)}3. **The archived records are whole and their own digests hold.** A WACZ is a zip of WARC files:

       python3 -m zipfile -e {WACZ} {UNPACKED}
       warcio check -v {UNPACKED}/archive/*
       for f in {UNPACKED}/archive/*; do fastwarc check "$f" || echo "WRONG $f"; done

{_loose(package)}   To see them replayed, open `{WACZ}` with ReplayWeb.page, or the WARC files with pywb. Replay
   shows; it proves nothing.

4. **The journal's entries are what their hashes were made from** (all must say `True`):

       python3 -c "import json,hashlib
       for line in open('data/journal.jsonl'):
           e=json.loads(line); h=e.pop('hash')
           s=json.dumps(e,sort_keys=True,separators=(',',':'))
           print(e['seq'], e['kind'], hashlib.sha256(s.encode()).hexdigest()==h)"

5. **The records are those that were journalled at capture** (all must say `True`; records of a file received from
   others were journalled by the SHA-256 of their content and of the whole file, and are told as `received`):

       python3 -c "import json,hashlib,zipfile
       z=zipfile.ZipFile('{WACZ}'); seen={{}}
       def read(f):
           return z.read(f.split('!')[1]) if '!' in f else open(f,'rb').read()
       said={{e['seq']:e for e in map(json.loads,open('data/journal.jsonl'))}}
       for i in json.load(open('data/items.json'))['items']:
           told={{r['id']:r.get('sha256') for r in said[i['journal']['seq']]['body']['records']}}
           for r in i['records']:
               if r['file'] not in seen: seen={{r['file']:read(r['file'])}}
               h=hashlib.sha256(seen[r['file']][r['offset']:r['offset']+r['length']]).hexdigest()
               t=told[r['id']]; print(i['item'], r['type'], h==t if t else 'received', h==r['sha256'])"

{_seals(package)}
7. **With the program that made it**, which checks all of this and that `index.html`, the pages, tables and the WACZ
   say what the records and the journal say:

       imb evidence verify .

What this shows, and what not: the digests show that nothing changed since the export; the journal's hashes tie each
record to its place in this office's log. {_shown(package)}
"""


def _signature(package: ExhibitPackage) -> str:
    if not package["sealed"]:
        return "2. **Signature**: this package is not signed; the office that made it has no signing key.\n\n"
    when = int(datetime.fromisoformat(package["signed_at"]).timestamp())
    return f"""2. **The office signed it as a whole** (`CMS Verification successful`). `-attime` is the moment of
   signing, so that this works when the certificate has expired:

       {CMS_VERIFY} -in {bag.SIGNATURE} -content {bag.TAG_MANIFEST} -CAfile {FOLDER}/exporter.pem -attime {when}

   Compare the certificate with the one that the office gives you by another way:

       openssl x509 -noout -subject -fingerprint -sha256 -in {FOLDER}/exporter.pem

"""


def _loose(package: ExhibitPackage) -> str:
    loose = sorted({r["file"] for i in package["items"] for r in i["records"] if r["file"].startswith(LOOSE)})
    if not loose:
        return ""
    return f"""   In `{LOOSE}` lie records that a WACZ cannot hold: of files received from others, in the older ARC
   format or damaged; `data/items.json` names each damage. These tools may complain about them:

       warcio check -v {LOOSE}/* || true

"""


def _seals(package: ExhibitPackage) -> str:
    if not package["sealed"]:
        return (
            "6. **Seals**: the journal's entries in this package are not sealed: nobody signed or time-stamped them.\n"
        )
    first = next((s for s in package["seals"] if s["token"]), package["seals"][0])
    shown = "\n".join(f"       {line}" for line in commands(first))
    return f"""6. **The journal was sealed when it was written.** Each entry lies under a seal: a statement signed by
   this office (`seal.json`, `seal.p7s`) and, where there is a `token.tsr`, time-stamped by a time-stamp authority.

   a. Each entry of `data/journal.jsonl` is under the seal that `{FOLDER}/proof.json` names (all must say `True`):

       python3 -c "import json,hashlib
       h=lambda b: hashlib.sha256(b).digest()
       proof=json.load(open('{FOLDER}/proof.json'))
       for line in open('data/journal.jsonl'):
           e=json.loads(line); p=proof[str(e['seq'])]; n=h(bytes([0])+bytes.fromhex(e['hash']))
           for side,other in p['path']:
               o=bytes.fromhex(other); n=h(bytes([1])+(o+n if side=='left' else n+o))
           seal=json.load(open('{FOLDER}/'+p['seal']+'/seal.json'))
           print(e['seq'], 'in seal', p['seal'], n.hex()==seal['merkle_root'])"

   b. Signatures and time-stamps hold (`CMS Verification successful`, `Verification: OK`). Those of one seal:

{shown}

      All of them, stopping at the first that fails:

       sh -e {FOLDER}/commands.txt && echo "all hold"

      Compare the certificates with those that office and authority give you by another way:

       for f in {FOLDER}/*/signer.pem; do openssl x509 -noout -subject -fingerprint -sha256 -in $f; done

   c. A seal without a token of its own is named by the next one (`previous_sha256`), up to one that has a token:

       sha256sum {FOLDER}/*/seal.json; grep -o '"previous_sha256":"[0-9a-f]*"' {FOLDER}/*/seal.json
"""


def _shown(package: ExhibitPackage) -> str:
    return " ".join(_sentences(package))


def _sentences(package: ExhibitPackage) -> Iterator[str]:
    if not package["sealed"]:
        yield "The log has not been signed or time-stamped by a third party in this package."
        return
    stamped = sum(bool(item["seal"].get("token")) for item in package["items"])
    alone = "" if stamped == len(package["items"]) else " by anybody but a holder of the signing key"
    yield f"The seals show that the log was not changed{alone} after they were signed."
    if any(s["internal"] for s in package["seals"]):
        yield (
            "The signing certificate is INTERNAL (self-signed): it shows that one key sealed everything, not whose it "
            "is."
        )
    if stamped:
        yield (
            f"For {stamped} of {len(package['items'])} items a time-stamp authority attests that the record existed "
            "at the stamped time."
        )
    else:
        yield "No time-stamp authority attests the times: they rest on this office's clock."
