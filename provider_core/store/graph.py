"""What refers to what: from roots down, through manifests and indexes, breadth first."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ..digests import Digest
from ..errors import DocumentError
from ..oci import Descriptor, Manifest, parse_root
from ..oci.media_types import is_foreign_layer, is_index, is_manifest

__all__ = ["Link", "Load", "is_document", "links_in", "walk"]

_MOST_LEVELS = 8
_MOST_DOCUMENTS = 20_000

Load = Callable[[Descriptor], bytes | None]
"""Returns a document's checked bytes, None if it is not here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One thing that a root needs, or may have."""

    descriptor: Descriptor
    needed: bool
    """False for an entry of an index, which may be sparse, and for a foreign layer."""


def is_document(descriptor: Descriptor) -> bool:
    """Whether its type says that it refers to more."""
    return is_manifest(descriptor.media_type) or is_index(descriptor.media_type)


def links_in(data: bytes, *, media_type: str = "") -> Iterator[Link]:
    """Yield what the manifest or index *data* refers to; DocumentError if it is neither.

    Config, layers and entries are followed, the subject is not.
    """
    document = parse_root(data, media_type=media_type)
    if isinstance(document, Manifest):
        yield Link(descriptor=document.config, needed=True)
        for layer in document.layers:
            yield Link(descriptor=layer, needed=not is_foreign_layer(layer.media_type))
    else:
        for entry in document.manifests:
            yield Link(descriptor=entry, needed=False)


def walk(roots: Iterable[Descriptor], load: Load) -> Iterator[Link]:
    """Yield *roots* and everything below them, each digest once.

    Raises what *load* raises; DocumentError for what is no document in spite of its type, and
    for a root with more than 8 levels or 20,000 documents.
    """
    seen: set[Digest] = set()
    read: set[Digest] = set()
    for root in roots:
        yield from _below(root, load, seen, read)


def _below(root: Descriptor, load: Load, seen: set[Digest], read: set[Digest]) -> Iterator[Link]:
    waiting = deque([(Link(descriptor=root, needed=True), 0)])
    documents = 0
    while waiting:
        link, level = waiting.popleft()
        descriptor = link.descriptor
        if descriptor.digest not in seen:
            seen.add(descriptor.digest)
            yield link
        # Not the same set: what is one image's layer may be another one's manifest.
        if descriptor.digest in read or not is_document(descriptor):
            continue
        read.add(descriptor.digest)
        documents += 1
        if level >= _MOST_LEVELS or documents > _MOST_DOCUMENTS:
            raise DocumentError(
                f"it nests more than {_MOST_LEVELS} levels or {_MOST_DOCUMENTS} documents",
                what=str(root.digest),
            )
        waiting.extend((child, level + 1) for child in _links(descriptor, load(descriptor)))


def _links(descriptor: Descriptor, data: bytes | None) -> tuple[Link, ...]:
    if data is None:
        return ()
    try:
        return tuple(links_in(data, media_type=descriptor.media_type))
    except DocumentError as error:
        reason, path = str(error.fields["reason"]), str(error.fields["path"])
        raise DocumentError(reason, path=path, what=str(descriptor.digest)) from error
