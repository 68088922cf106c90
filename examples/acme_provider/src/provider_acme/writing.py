"""Making a tape."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from provider_core import Digest, Platform
from provider_core.oci import Descriptor

__all__ = ["Recording", "write_tape"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """An image to put on a tape."""

    name: str
    version: str
    platform: Platform
    blobs: Sequence[Descriptor]
    """Everything below its root, the root last."""
    data: Mapping[Digest, bytes] = field(repr=False, hash=False)
    """The bytes of those blobs."""
    summary: str = ""


def write_tape(path: Path, tape: str, recordings: Sequence[Recording]) -> None:
    """Write a new tape called *tape*; FileExistsError if there is one."""
    with path.open("xb") as file:
        file.write(_line({"tape": tape, "images": [_entry(one) for one in recordings]}))
        for recording in recordings:
            file.writelines(_record(recording))


def _entry(recording: Recording) -> dict[str, object]:
    return {
        "name": recording.name,
        "version": recording.version,
        "platform": str(recording.platform),
        "size": sum(blob.size for blob in recording.blobs),
        "summary": recording.summary,
        "root": recording.blobs[-1].as_json(),
    }


def _record(recording: Recording) -> Iterator[bytes]:
    yield _line({"blobs": [blob.as_json() for blob in recording.blobs]})
    for blob in recording.blobs:
        yield recording.data[blob.digest]


def _line(document: object) -> bytes:
    return json.dumps(document).encode() + b"\n"
