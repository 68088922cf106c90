"""Records: what the catalog says of each installed image, to rebuild the catalog from.

A record is one JSON object, ``{"digest": …, "key": …, "record": …}``: the document, byte for byte
as it was given, and its digest, so that damage to a name or a version shows as damage to a blob
does.  Its file is named by the root and by a digest of the key, since several images of the
catalog may share a root; a key that was damaged does not fit that name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..digests import Digest
from ..disk.durable import open_regular, remove, sync_folder
from ..disk.failures import disk_errors
from ..errors import DigestMismatch, DocumentError, IntegrityError
from ..oci import parse_json
from .blob_file import size_of_blob
from .layout import ALGORITHMS, Layout, digest_named, entries
from .ports import Record
from .scratch import place_file

__all__ = [
    "check_record",
    "drop_record",
    "read_record",
    "read_records",
    "records_of",
    "root_of_record",
    "write_records",
]

_LIMIT = 1 << 20
_LONGEST_KEY = 4096
_ROOM = 12 * _LONGEST_KEY
"""Bytes of the longest frame: a character is at most two escapes of six."""
_NAME = re.compile(r"([0-9a-f]+)-([0-9a-f]{16})\.json")
_FRAME = (b'{"digest":"', b'","key":', b',"record":', b"}\n")
_REPAIR = "`ferry store repair` moves it out of the way; the catalog still has the image"


def check_record(record: Record) -> None:
    """Raise DocumentError if *record* is above 1 MiB, no JSON object, or its key too long."""
    parse_json(record.document, limit=_LIMIT, what="record")
    if len(record.key) > _LONGEST_KEY:
        raise DocumentError(f"its key has more than {_LONGEST_KEY} characters", what="record")


def write_records(layout: Layout, records: Sequence[Record]) -> None:
    """Keep *records*, durably.  Raises what `check_record` does, StoreError."""
    for record in records:
        check_record(record)
    for record in records:
        path = _path(layout, record.root, record.key)
        place_file(path, _framed(record), scratch=layout.ingest)
    if records:
        with disk_errors(layout.records):
            sync_folder(layout.records)


def drop_record(layout: Layout, root: Digest, key: str) -> None:
    """Remove the record of *root* and *key*, durably.  Raises StoreError."""
    path = _path(layout, root, key)
    with disk_errors(path):
        if remove(path):
            sync_folder(path.parent)


def read_records(layout: Layout) -> Iterator[Record]:
    """Yield the records whose root is here; IntegrityError at one that is damaged."""
    for entry in tuple(entries(layout.records)):
        root = root_of_record(entry.name)
        if root is None or size_of_blob(layout.blob(root)) is None:
            continue
        try:
            yield read_record(Path(entry.path), root)
        except FileNotFoundError:  # its image was uninstalled since it was listed
            continue


def read_record(path: Path, root: Digest) -> Record:
    """Return the record of *root* at *path*; IntegrityError if it is damaged, FileNotFoundError."""
    with open(open_regular(path), "rb") as file, disk_errors(path):
        data = file.read(_LIMIT + _ROOM)
    try:
        record = _unframed(root, data)
        if path.name != _name(root, record.key):
            raise DocumentError("its key is not that of its name", what="record")
    except IntegrityError as error:
        error.hint = _REPAIR
        raise
    return record


def records_of(layout: Layout, root: Digest) -> tuple[Path, ...]:
    """Return where the records of *root* are, sorted."""
    found = (entry for entry in entries(layout.records) if root_of_record(entry.name) == root)
    return tuple(sorted(Path(entry.path) for entry in found))


def root_of_record(name: str) -> Digest | None:
    """Return the root whose record has the file name *name*; None if it is no record's."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    named = (digest_named(algorithm, match[1]) for algorithm in ALGORITHMS)
    return next((digest for digest in named if digest is not None), None)


def _path(layout: Layout, root: Digest, key: str) -> Path:
    return layout.records / _name(root, key)


def _name(root: Digest, key: str) -> str:
    # A key may hold what is no Unicode text, such as a name made of a file's undecodable bytes.
    return f"{root.hex}-{Digest.of(json.dumps(key).encode()).hex[:16]}.json"


def _framed(record: Record) -> bytes:
    opening, middle, second, closing = _FRAME
    digest = str(Digest.of(record.document)).encode()
    key = json.dumps(record.key).encode()
    return opening + digest + middle + key + second + record.document + closing


def _unframed(root: Digest, data: bytes) -> Record:
    opening, middle, second, closing = _FRAME
    head, found, rest = data.partition(second)  # no quotation mark within a JSON string is bare
    digest, also, key = head.removeprefix(opening).partition(middle)
    if not (found and also and head.startswith(opening) and rest.endswith(closing)):
        raise DocumentError("it is cut or is no record", what="record")
    document = rest.removesuffix(closing)
    promised = Digest.parse(digest.decode("ascii", "replace"))
    actual = Digest.of(document)
    if actual != promised:
        raise DigestMismatch(promised, actual, what="record")
    return Record(root=root, key=_key(key), document=document)


def _key(data: bytes) -> str:
    try:
        key = json.loads(data)
    except (ValueError, RecursionError):
        key = None
    if not isinstance(key, str):
        raise DocumentError("its key is no text", what="record")
    return key
