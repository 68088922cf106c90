"""Collection on the disk: what nothing needs any more goes.

The order is what makes it safe: take the store's lock, read the leases, ask for the roots, follow
both, and only then remove.  Whatever cannot be read on the way stops it before anything is gone,
since what a damaged manifest refers to is not known.  Nothing is written, so that it works on a
full disk.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from ..digests import Digest
from ..disk.durable import open_regular, remove
from ..disk.failures import disk_errors, is_read_only
from ..errors import DigestMismatch, Locked, StoreError
from ..oci import DOCUMENT_LIMIT, Descriptor
from .checking import hash_file
from .condemning import Rules, condemn, needed_digests
from .layout import Layout, entries
from .leases import Claims, read_claims
from .locks import held
from .ports import Collected
from .records import root_of_record
from .sweeping import sweep_ingest

__all__ = ["collect_garbage"]

_NO_CLAIMS = Claims(digests=frozenset(), everything=False)


def collect_garbage(
    layout: Layout,
    roots: Callable[[], Iterable[Descriptor]],
    rules: Rules,
    timeout: float,
) -> Collected:
    """Do what `Store.collect` promises, waiting at most *timeout* seconds for the lock.

    Raises Locked, IntegrityError, StoreError; nothing was removed by then.
    """
    layout.check_place()
    if not layout.ingest.is_dir():
        return Collected(digests=(), size=0)
    if not rules.dry_run:
        layout.prepare()
    with ExitStack() as stack:
        locked = _lock(layout, rules, timeout, stack)
        claims = read_claims(layout, sweep=not rules.dry_run) if locked else _NO_CLAIMS
        if claims.everything:
            raise Locked(f"the store {layout.root}", seconds=0)
        documents = [digest for digest in claims.digests if _looks_like_document(layout, digest)]
        needed = needed_digests(roots(), claims.digests, documents, partial(_load, layout))
        doomed = condemn(_aged(layout), needed, rules)
        if not rules.dry_run:
            _remove(layout, {digest for digest, _ in doomed.blobs}, rules)
        leftover = 0
        if locked and rules.only is None:
            leftover = sweep_ingest(layout, claims, rules)
    return doomed.collected(leftover)


def _lock(layout: Layout, rules: Rules, timeout: float, stack: ExitStack) -> bool:
    """Take the lock; return False where a dry run can do without, for nobody can change it."""
    if layout.read_only:
        return False
    try:
        with disk_errors(layout.lock):
            stack.enter_context(held(layout.lock, timeout))
            layout.check_place()
    except StoreError as error:
        if rules.dry_run and is_read_only(error):
            return False
        raise
    return True


def _aged(layout: Layout) -> Iterator[tuple[Digest, int, float]]:
    with disk_errors(layout.blobs):
        for digest, status in layout.blob_files():
            yield digest, status.st_size, status.st_mtime


def _looks_like_document(layout: Layout, digest: Digest) -> bool:
    """Whether a blob whose type is not known might be a manifest or index."""
    path = layout.blob(digest)
    with disk_errors(path):
        try:
            with open(open_regular(path), "rb", buffering=0) as file:
                return file.read(64).lstrip().startswith(b"{")
        except FileNotFoundError:
            return False


def _load(layout: Layout, digest: Digest) -> bytes | None:
    """Return the bytes of a document; None if it is not here, or is sound and too large."""
    path = layout.blob(digest)
    with disk_errors(path):
        try:
            actual, size = hash_file(path, digest.algorithm)
            if actual != digest:
                raise DigestMismatch(digest, actual, what=f"the blob {digest}")
            if size > DOCUMENT_LIMIT:
                return None
            with open(open_regular(path), "rb") as file:
                return file.read(DOCUMENT_LIMIT)
        except FileNotFoundError:
            return None


def _remove(layout: Layout, digests: Collection[Digest], rules: Rules) -> None:
    with disk_errors(layout.blobs):
        for digest in digests:
            remove(layout.blob(digest))
        for entry in tuple(entries(layout.records)):
            root = root_of_record(entry.name)
            if root is not None and (
                root in digests or (rules.only is None and not layout.blob(root).exists())
            ):
                remove(Path(entry.path))
