"""What refers to what: from roots down, through manifests and indexes, breadth first."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ..digests import Digest
from ..errors import DocumentError
from ..oci import Descriptor, Manifest, parse_root
from ..oci.media_types import is_foreign_layer, is_index, is_manifest

__all__ = ["Link", "document_in", "walk"]

_MOST_LEVELS = 8
_MOST_DOCUMENTS = 20_000

Load = Callable[[Descriptor], bytes | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One thing that a root needs, or may have."""

    descriptor: Descriptor
    needed: bool
    """False for an entry of an index, which may be sparse, and for a foreign layer."""


def walk(roots: Iterable[Descriptor], load: Load) -> Iterator[Link]:
    """Yield *roots* and everything below them, each digest once.

    Config, layers and entries are followed, the subject is not.  *load* returns a document's
    checked bytes, None for one that is not here.

    Raises what *load* raises; DocumentError for what is no document in spite of its type, and
    for a root with more than 8 levels or 20,000 documents.
    """
    roots = tuple(roots)
    tops = {root.digest for root in roots}
    seen: set[Digest] = set()
    for root in roots:
        yield from _below(root, load, tops, seen)


def document_in(data: bytes) -> Descriptor | None:
    """Return the descriptor of the manifest or index that *data* is; None if it is neither."""
    try:
        document = parse_root(data)
    except DocumentError:
        return None
    return document.descriptor()


def _below(root: Descriptor, load: Load, tops: set[Digest], seen: set[Digest]) -> Iterator[Link]:
    waiting = deque([(Link(descriptor=root, needed=True), 0)])
    documents = 0
    while waiting:
        link, level = waiting.popleft()
        descriptor = link.descriptor
        if descriptor.digest in seen:
            continue
        seen.add(descriptor.digest)
        yield Link(descriptor=descriptor, needed=link.needed or descriptor.digest in tops)
        if not (is_manifest(descriptor.media_type) or is_index(descriptor.media_type)):
            continue
        documents += 1
        if level >= _MOST_LEVELS or documents > _MOST_DOCUMENTS:
            raise DocumentError(
                f"it nests more than {_MOST_LEVELS} levels or {_MOST_DOCUMENTS} documents",
                what=str(root.digest),
            )
        data = load(descriptor)
        if data is not None:
            waiting.extend((child, level + 1) for child in _links(data, descriptor))


def _links(data: bytes, descriptor: Descriptor) -> Iterator[Link]:
    try:
        document = parse_root(data, media_type=descriptor.media_type)
    except DocumentError as error:
        reason, path = str(error.fields["reason"]), str(error.fields["path"])
        raise DocumentError(reason, path=path, what=str(descriptor.digest)) from error
    if isinstance(document, Manifest):
        yield Link(descriptor=document.config, needed=True)
        for layer in document.layers:
            yield Link(descriptor=layer, needed=not is_foreign_layer(layer.media_type))
    else:
        for entry in document.manifests:
            yield Link(descriptor=entry, needed=False)
