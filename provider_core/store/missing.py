"""What roots refer to and do not find: the half of a check that is the same for every store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ..digests import Digest
from ..errors import DocumentError, Error
from ..oci import Descriptor
from .graph import Load, walk
from .ports import Damage

__all__ = ["blob_damage", "check_roots"]


def check_roots(
    roots: Iterable[Descriptor],
    load: Load,
    present: Callable[[Digest], bool],
    sizes: dict[Digest, int],
) -> Iterator[Damage]:
    """Yield what *roots* need and what is not *present*, each once.

    The sizes that documents promise are put into *sizes*.  A document that cannot be read is
    followed no further: reading all blobs names it.
    """

    def load_if_sound(descriptor: Descriptor) -> bytes | None:
        try:
            return load(descriptor)
        except Error:
            return None

    reported: set[Digest] = set()
    for root in roots:
        try:
            for link in walk([root], load_if_sound):
                digest = link.descriptor.digest
                sizes.setdefault(digest, link.descriptor.size)
                if link.needed and digest not in reported and not present(digest):
                    reported.add(digest)
                    yield _missing(digest, root)
        except DocumentError as error:
            yield Damage(kind="foreign", digest=root.digest, detail=error.message)


def _missing(digest: Digest, root: Descriptor) -> Damage:
    whose = "an image is made of it" if digest == root.digest else f"{root.digest} needs it"
    detail = f"blobs/{digest.algorithm}/{digest.hex} is not there; {whose}"
    return Damage(kind="missing", digest=digest, detail=detail)


def blob_damage(size: int, promised: int, elsewhere: bool) -> str:
    """Return the kind of damage of a blob of *size* bytes whose digest is not its name.

    *promised* is the size it should have, as far as a document says; *elsewhere* tells whether
    its bytes are those of another blob that is here.
    """
    if size < promised or not size:
        return "truncated"
    return "misplaced" if elsewhere else "altered"
