"""Delivering the content of images: blobs, several at once, then manifests, referrers too."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import TypeVar

from provider_core.context import Context
from provider_core.digests import Digest
from provider_core.oci import Descriptor
from provider_core.oci.annotations import REF_NAME
from provider_core.oci.media_types import is_index, is_manifest
from provider_core.pouring import select_held, select_whole
from provider_core.store import Reader

from .client import PUSH, Repository
from .push_manifests import has_manifest, put_manifest, put_referrer
from .push_plan import Errand
from .registry import Registry
from .unfinished import Unfinished
from .uploads import Uploader

__all__ = ["Delivery"]

_T = TypeVar("_T")
_AT_ONCE = 4
"""Blobs of one image that are sent at the same time."""
_TOTAL = "push"


class Delivery:
    """Brings images to repositories of one registry, and counts."""

    def __init__(self, registry: Registry, reader: Reader, context: Context) -> None:
        self.written = 0
        """Bytes sent."""
        self.reused = 0
        """Bytes that were there already, or were mounted."""
        self._registry = registry
        self._reader = reader
        self._context = context
        self._unfinished = Unfinished(context)
        self._where: dict[Digest, list[str]] = {}
        self._lock = threading.Lock()

    def announce(self, errands: Iterable[Errand]) -> None:
        """Begin the total of the progress."""
        total = sum(blob.size for errand in errands for blob in self._all(errand))
        host = self._registry.endpoint.host
        self._context.progress.start(_TOTAL, f"push to {host}", total)

    def deliver(self, errand: Errand, *, elsewhere: Sequence[str] = ()) -> None:
        """Bring everything below the root of *errand*, the root, and what refers to it.

        *elsewhere* are repositories of the registry that may have its blobs.
        """
        repository = Repository(registry=self._registry, name=errand.repository, actions=PUSH)
        root = errand.root
        self._tree(repository, root, self._chosen(errand), elsewhere)
        for referrer in errand.held.content.referrers:
            blobs = select_whole(referrer, self._reader).descriptors
            tag = referrer.annotations.get(REF_NAME, "")
            self._tree(repository, referrer, blobs, elsewhere, tag=tag)

    def _chosen(self, errand: Errand) -> tuple[Descriptor, ...]:
        return select_held(errand.root, errand.held, self._reader).descriptors

    def _all(self, errand: Errand) -> list[Descriptor]:
        """Return the blobs of *errand* and of its referrers, each once."""
        found = {blob.digest: blob for blob in self._chosen(errand)}
        for referrer in errand.held.content.referrers:
            more = select_whole(referrer, self._reader).descriptors
            found |= {blob.digest: blob for blob in more}
        return list(found.values())

    def _tree(
        self,
        repository: Repository,
        root: Descriptor,
        chosen: Sequence[Descriptor],
        elsewhere: Sequence[str],
        tag: str = "",
    ) -> None:
        """Bring *chosen* of the tree below *root*: what is pointed to before what points to it."""
        documents = [one for one in chosen if _is_document(one)]
        missing = [one for one in documents if not has_manifest(repository, one)]
        # Whoever has a manifest has its blobs; an index may be there with a part of its platforms.
        wanted = {one.digest for one in missing}
        blobs = [one for one in chosen if not _is_document(one)]
        if any(is_manifest(one.media_type) for one in missing):
            self._blobs(repository, blobs, elsewhere)
        else:
            self._count(blobs, written=False)
        names = {one.digest for one in documents}
        for document in reversed(documents):
            if document.digest in wanted:
                put_manifest(repository, document, self._reader, known=names)
            self._count([document], written=document.digest in wanted)
        put_referrer(repository, root, self._reader, tag=tag)

    def _blobs(
        self, repository: Repository, blobs: Sequence[Descriptor], elsewhere: Sequence[str]
    ) -> None:
        uploader = Uploader(
            repository=repository,
            reader=self._reader,
            context=self._context,
            unfinished=self._unfinished,
        )

        def bring(blob: Descriptor) -> None:
            with self._lock:
                known = tuple(self._where.get(blob.digest, ()))
            sent = uploader.upload(blob, elsewhere=(*known, *elsewhere))
            with self._lock:
                self._where.setdefault(blob.digest, []).append(repository.name)
            self._count([blob], written=sent)

        _each(bring, blobs)

    def _count(self, blobs: Iterable[Descriptor], *, written: bool) -> None:
        size = sum(blob.size for blob in blobs)
        with self._lock:
            if written:
                self.written += size
            else:
                self.reused += size
        self._context.progress.advance(_TOTAL, size)


def _each(work: Callable[[_T], None], items: Sequence[_T]) -> None:
    """Do *work* for each of *items* on a few threads; the first failure is raised."""
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="push") as pool:
        running = [pool.submit(work, item) for item in items]
        try:
            done, _ = wait(running, return_when=FIRST_EXCEPTION)
            for future in done:
                future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _is_document(descriptor: Descriptor) -> bool:
    return is_manifest(descriptor.media_type) or is_index(descriptor.media_type)
