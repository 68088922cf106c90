"""Records: what the catalog says of each installed root, to rebuild the catalog from.

A record is one JSON object, ``{"digest": …, "record": …}``: the document, byte for byte as it was
given, and its digest, so that damage to a name or a version shows as damage to a blob does.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ..digests import Digest
from ..disk.durable import open_regular
from ..disk.failures import disk_errors
from ..errors import DigestMismatch, DocumentError, IntegrityError
from ..oci import parse_json
from .blob_file import size_of_blob
from .layout import ALGORITHMS, Layout, digest_named, entries
from .ports import Record
from .scratch import write_file

__all__ = ["read_record", "read_records", "root_of_record", "write_record"]

_LIMIT = 1 << 20
_SUFFIX = ".json"
_FRAME = (b'{"digest":"', b'","record":', b"}\n")
_REPAIR = "`ferry store repair` moves it out of the way; the catalog still has the image"


def write_record(layout: Layout, record: Record) -> None:
    """Keep *record*, durably.  Raises DocumentError above 1 MiB or if it is no JSON object."""
    parse_json(record.document, limit=_LIMIT, what="record")
    opening, middle, closing = _FRAME
    digest = str(Digest.of(record.document)).encode()
    data = opening + digest + middle + record.document + closing
    write_file(layout.record(record.root), data, scratch=layout.ingest)


def read_records(layout: Layout) -> Iterator[Record]:
    """Yield the records whose root is here; IntegrityError at one that is damaged."""
    for entry in tuple(entries(layout.records)):
        root = root_of_record(entry.name)
        if root is None or size_of_blob(layout.blob(root)) is None:
            continue
        try:
            yield read_record(Path(entry.path), root)
        except FileNotFoundError:  # collected since it was listed
            continue


def read_record(path: Path, root: Digest) -> Record:
    """Return the record of *root* at *path*; IntegrityError if it is damaged, FileNotFoundError."""
    with open(open_regular(path), "rb") as file, disk_errors(path):
        data = file.read(_LIMIT + 1024)
    try:
        return Record(root=root, document=_unframed(data))
    except IntegrityError as error:
        error.hint = _REPAIR
        raise


def root_of_record(name: str) -> Digest | None:
    """Return the root whose record has the file name *name*; None if it is no record's."""
    stem = name.removesuffix(_SUFFIX)
    if stem == name:
        return None
    named = (digest_named(algorithm, stem) for algorithm in ALGORITHMS)
    return next((digest for digest in named if digest is not None), None)


def _unframed(data: bytes) -> bytes:
    opening, middle, closing = _FRAME
    head, found, rest = data.partition(middle)
    if not (found and head.startswith(opening) and rest.endswith(closing)):
        raise DocumentError("it is cut or is no record", what="record")
    document = rest.removesuffix(closing)
    promised = Digest.parse(head.removeprefix(opening).decode("ascii", "replace"))
    actual = Digest.of(document)
    if actual != promised:
        raise DigestMismatch(promised, actual, what="record")
    return document
