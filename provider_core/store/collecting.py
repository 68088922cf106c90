"""Collection on the disk: what nothing needs any more goes.

The order is what makes it safe: take the store's lock, read the leases, ask for the roots, follow
both, and only then remove.  Whatever cannot be read on the way stops it before anything is gone,
since what a damaged manifest refers to is not known.  Nothing is written, so that it works on a
full disk.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

from ..digests import Digest
from ..errors import Locked, StoreError
from ..oci import DOCUMENT_LIMIT, Descriptor
from .condemning import Rules, condemn, needed_digests
from .disk_errors import disk_errors, is_read_only
from .durable import open_regular, remove
from .graph import Load, document_in
from .layout import Layout, entries
from .leases import Claims, read_claims
from .locks import claim, held
from .partial_file import RECORD_SUFFIX, record_of
from .ports import Collected
from .records import root_of_record

__all__ = ["collect_garbage"]

_NO_CLAIMS = Claims(digests=frozenset(), everything=False)


def collect_garbage(
    layout: Layout,
    load: Load,
    roots: Callable[[], Iterable[Descriptor]],
    rules: Rules,
    timeout: float,
) -> Collected:
    """Do what `Store.collect` promises, waiting at most *timeout* seconds for the lock.

    Raises Locked, IntegrityError, StoreError; nothing was removed by then.
    """
    if not layout.ingest.is_dir():
        return Collected(digests=(), size=0)
    if not rules.dry_run:
        layout.prepare()
    with ExitStack() as stack:
        locked = _lock(layout, rules, timeout, stack)
        claims = read_claims(layout, sweep=not rules.dry_run) if locked else _NO_CLAIMS
        if claims.everything:
            raise Locked(f"the store {layout.root}", seconds=0)
        claimed = (_claimed_document(layout, load, digest) for digest in claims.digests)
        documents = [document for document in claimed if document is not None]
        needed = needed_digests((*roots(), *documents), claims.digests, load)
        doomed = condemn(_aged(layout), needed, rules)
        if not rules.dry_run:
            _remove(layout, [digest for digest, _ in doomed.blobs], rules)
        leftover = 0
        if locked and rules.only is None:
            leftover = _sweep_ingest(layout, claims, rules)
    return doomed.collected(leftover)


def _lock(layout: Layout, rules: Rules, timeout: float, stack: ExitStack) -> bool:
    """Take the lock; return False where a dry run can do without, for nobody can change it."""
    if layout.read_only:
        return False
    try:
        with disk_errors(layout.lock):
            stack.enter_context(held(layout.lock, timeout))
    except StoreError as error:
        if rules.dry_run and is_read_only(error):
            return False
        raise
    return True


def _aged(layout: Layout) -> Iterator[tuple[Digest, int, float]]:
    for digest, status in layout.blob_files():
        yield digest, status.st_size, status.st_mtime


def _claimed_document(layout: Layout, load: Load, digest: Digest) -> Descriptor | None:
    """Return the manifest or index that is claimed as *digest*, if it is one."""
    path = layout.blob(digest)
    try:
        fd = open_regular(path)
    except FileNotFoundError:
        return None
    with os.fdopen(fd, "rb") as file:
        size = os.fstat(fd).st_size
        if size > DOCUMENT_LIMIT or not file.read(64).lstrip().startswith(b"{"):
            return None
    data = load(Descriptor(media_type="application/octet-stream", digest=digest, size=size))
    return None if data is None else document_in(data)


def _remove(layout: Layout, digests: Iterable[Digest], rules: Rules) -> None:
    with disk_errors(layout.blobs):
        for digest in digests:
            remove(layout.blob(digest))
            remove(layout.record(digest))
        if rules.only is None:
            for entry in entries(layout.records):
                root = root_of_record(entry.name)
                if root is not None and not layout.blob(root).exists():
                    remove(Path(entry.path))


def _sweep_ingest(layout: Layout, claims: Claims, rules: Rules) -> int:
    """Remove what nobody works on or claims any more; return its bytes."""
    size = 0
    claimed = {layout.partial(digest).name for digest in claims.digests}
    with disk_errors(layout.ingest):
        for entry in tuple(entries(layout.ingest)):
            stem = entry.name.partition(".")[0]
            if stem in claimed or not entry.is_file(follow_symlinks=False):
                continue
            try:
                size += _sweep(Path(entry.path), rules)
            except FileNotFoundError:  # it became a blob, or its owner has removed it
                continue
    return size


def _sweep(path: Path, rules: Rules) -> int:
    if path.name.partition(RECORD_SUFFIX)[0] != path.name:
        return _sweep_record(path, rules)
    fd = claim(path)
    if fd is None:
        return 0
    try:
        status = os.fstat(fd)
        if rules.is_young(status.st_mtime):
            return 0
        if not rules.dry_run:
            remove(record_of(path))
            remove(path)
        # Gaps occupy nothing: a partial file is as long as its last byte, and mostly hole.
        return min(status.st_size, getattr(status, "st_blocks", status.st_size) * 512)
    finally:
        os.close(fd)


def _sweep_record(path: Path, rules: Rules) -> int:
    """Remove a record of ranges whose content is gone; others go with it."""
    status = path.stat()
    if path.with_name(path.name.partition(RECORD_SUFFIX)[0]).exists():
        return 0
    if rules.is_young(status.st_mtime):
        return 0
    if not rules.dry_run:
        remove(path)
    return status.st_size
