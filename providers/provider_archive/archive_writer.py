"""Writing the archive of a plan: the same plan gives the same bytes."""

from __future__ import annotations

import tarfile
from pathlib import Path

from provider_core.context import Context, Outlet
from provider_core.oci.layout import BLOBS_FOLDER, blob_path
from provider_core.replacing import replacing
from provider_core.store import Reader, copy
from provider_core.tar.headers import BLOCK, padded

from .archive_plan import ArchivePlan

__all__ = ["archive_size", "stream_archive", "write_archive"]

_END = bytes(2 * BLOCK)


def archive_size(plan: ArchivePlan) -> int:
    """Return the size of the archive that *plan* makes, bytes."""
    sizes = [len(data) for _, data in plan.documents] + [blob.size for blob in plan.blobs]
    names = [name for name, _ in plan.documents] + [blob_path(blob.digest) for blob in plan.blobs]
    headers = sum(len(_file_header(*pair)) for pair in zip(names, sizes, strict=True))
    return headers + len(_folder_headers(plan)) + sum(map(padded, sizes)) + len(_END)


def write_archive(
    plan: ArchivePlan, destination: Path, reader: Reader, context: Context, *, force: bool
) -> int:
    """Write the archive and return its size in bytes; nothing is left of it if that fails.

    Every blob is verified while it is copied.  Raises as `replacing` does, IntegrityError and
    BlobNotFound for what the store has lost.
    """
    size = archive_size(plan)
    key = str(destination)
    context.progress.start(key, f"writing {destination.name}", size)

    def beat() -> None:
        context.check()
        context.progress.advance(key, 0)

    with replacing(destination, size, force=force, beat=beat) as out:

        def sink(data: bytes | bytearray | memoryview) -> None:
            context.check()
            out.write(data)
            context.progress.advance(key, len(data))

        _write(plan, reader, sink)
    context.progress.done(key)
    return size


def stream_archive(plan: ArchivePlan, sink: Outlet, reader: Reader, context: Context) -> int:
    """Write the archive to *sink*, from start to end, and return its size in bytes.

    Every blob is verified while it is copied, and what reads the archive may have a part of it
    when that fails.  Raises IntegrityError and BlobNotFound for what the store has lost.
    """
    size = archive_size(plan)
    context.progress.start("-", "streaming the archive", size)

    def write(data: bytes | bytearray | memoryview) -> None:
        context.check()
        sink(data)
        context.progress.advance("-", len(data))

    _write(plan, reader, write)
    context.progress.done("-")
    return size


def _write(plan: ArchivePlan, reader: Reader, sink: Outlet) -> None:
    # The documents come first, so that a reader of a pipe or a tape knows what follows.
    for name, data in plan.documents:
        sink(_file_header(name, len(data)) + data + _filling(len(data)))
    sink(_folder_headers(plan))
    for blob in plan.blobs:
        sink(_file_header(blob_path(blob.digest), blob.size))
        copy(reader, blob, sink)
        sink(_filling(blob.size))
    sink(_END)


def _file_header(name: str, size: int) -> bytes:
    """Return a ustar header, behind a PAX one where the size (8 GiB) needs it."""
    info = tarfile.TarInfo(name)
    info.size = size
    return info.tobuf(tarfile.PAX_FORMAT, "utf-8")


def _folder_headers(plan: ArchivePlan) -> bytes:
    algorithms = sorted({blob.digest.algorithm for blob in plan.blobs})
    names = [BLOBS_FOLDER, *(f"{BLOBS_FOLDER}/{algorithm}" for algorithm in algorithms)]
    headers = []
    for name in names:
        info = tarfile.TarInfo(name)
        info.type, info.mode = tarfile.DIRTYPE, 0o755
        headers.append(info.tobuf(tarfile.PAX_FORMAT, "utf-8"))
    return b"".join(headers)


def _filling(size: int) -> bytes:
    return bytes(padded(size) - size)
