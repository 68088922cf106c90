"""Where things are in a feed, relative to its folder or URL, with forward slashes.

```
oci-layout  index.json              an OCI image layout to everybody else
blobs/sha256/<hex>                  images, and the documents that describe them
trust/N.root.json                   TUF metadata (consistent snapshot, specification 1.0)
trust/timestamp.json  N.snapshot.json  N.targets.json
trust/targets/shards/<hex>.NN.json  target files, by their digest
trust/root.json                     the first root again, to hand out
trust/publishers/<fingerprint>/     another feed's `trust/`, as evidence
pieces/sha256/<hex>                 parts of blobs, on a volume of a bundle; volume.json: its number
SHA256SUMS                          of all this, to check a medium without ferry
ingest/  lock                       the publisher's own; readers never look there
```

Nothing but a digest, a number and constants ever becomes part of a path.
"""

from __future__ import annotations

from typing import Final

from provider_core.digests import Digest

__all__ = [
    "CHECKSUMS",
    "INGEST",
    "LOCK",
    "PIECES",
    "PUBLISHERS",
    "ROOT_COPY",
    "SHARDS",
    "SHARD_COUNT",
    "TARGETS",
    "TRUST",
    "VOLUME_FILE",
    "evidence_base",
    "piece_path",
    "role_file",
    "shard_target",
    "target_file",
    "volume_folder",
]

TRUST: Final = "trust"
TARGETS: Final = "targets"
SHARDS: Final = "shards"
PUBLISHERS: Final = "trust/publishers"
ROOT_COPY: Final = "trust/root.json"
CHECKSUMS: Final = "SHA256SUMS"
PIECES: Final = "pieces"
VOLUME_FILE: Final = "volume.json"
INGEST: Final = "ingest"
LOCK: Final = "lock"
SHARD_COUNT: Final = 256


def role_file(role: str, version: int | None = None, *, base: str = TRUST) -> str:
    """Return where the metadata of *role* is; without *version* for the timestamp."""
    number = "" if version is None else f"{version}."
    return f"{base}/{number}{role}.json"


def shard_target(number: int) -> str:
    """Return the TUF target path of the shard *number*, 0 to 255: 'shards/0a.json'."""
    return f"{SHARDS}/{number:02x}.json"


def target_file(target: str, digest: Digest, *, base: str = TRUST) -> str:
    """Return where a target file is: its name with its digest in front (TUF 6.2, "targets")."""
    folder, slash, name = target.rpartition("/")
    return f"{base}/{TARGETS}/{folder}{slash}{digest.hex}.{name}"


def evidence_base(fingerprint: Digest) -> str:
    """Return the folder of the evidence of the publisher whose first root has *fingerprint*."""
    return f"{PUBLISHERS}/{fingerprint.hex}"


def piece_path(digest: Digest) -> str:
    """Return where a piece of a blob is on its volume; *digest* is the SHA-256 of the piece."""
    return f"{PIECES}/sha256/{digest.hex}"


def volume_folder(number: int, count: int) -> str:
    """Return what the folder of the volume *number* of *count* is called: 'volume-01'."""
    return f"volume-{number:0{max(2, len(str(count)))}}"
