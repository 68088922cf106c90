"""Whether content is whole: everything below its root is in a store, with the right bytes."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import Error
from ..model import Content, Pin
from ..oci import Descriptor
from ..oci.media_types import is_index, is_manifest
from ..platforms import PlatformSet
from ..pouring import select_image
from ..store import Reader

__all__ = ["faults_of"]

_PIECE = 1 << 20


def faults_of(content: Content, reader: Reader) -> tuple[str, ...]:
    """Return a sentence for each thing that *content* promises and *reader* does not have.

    Of an index, the platforms that the content names must be there; of local files, that they
    can be read and stay as they are meanwhile.
    """
    return tuple(_faults(content, reader))


def _faults(content: Content, reader: Reader) -> Iterator[str]:
    pins: list[Pin] = [content.root, *content.blobs]
    if isinstance(content.root, Descriptor):
        try:
            pins += _below(content.root, content, reader)
        except Error as error:
            yield f"the root cannot be followed: {error}"
    for pin in dict.fromkeys(pins):
        try:
            with reader.open(pin) as stream:
                while stream.read(_PIECE):
                    pass
        except Error as error:
            yield str(error)


def _below(root: Descriptor, content: Content, reader: Reader) -> tuple[Descriptor, ...]:
    if not (is_index(root.media_type) or is_manifest(root.media_type)):
        return (root,)
    wanted = PlatformSet.of(*content.platforms) if content.platforms else PlatformSet.all()
    return select_image(root, reader.read, wanted).descriptors
