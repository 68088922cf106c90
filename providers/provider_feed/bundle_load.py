"""What goes into a bundle: the images that were asked for, less what their receivers have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from provider_core.context import Context
from provider_core.digests import Digest
from provider_core.model import Held, Saved
from provider_core.oci import Descriptor
from provider_core.store import Reader

from .deltas import without
from .known_content import known_everywhere
from .option_names import MISSING_FROM
from .publishable import Publishable, Remarks, of_held

__all__ = ["Load", "load_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Images on their way into a bundle."""

    images: Sequence[Held]
    """As the host holds them."""
    publishables: tuple[Publishable, ...]
    """As the bundle offers them."""
    known: frozenset[Digest]
    """What all receivers have."""
    carried: tuple[Publishable, ...]
    """The same without the blobs that are left out for it."""
    reader: Reader
    """The store."""

    @property
    def blobs(self) -> dict[Digest, Descriptor]:
        """Every blob that travels, in order, each once."""
        return _blobs_of(self.carried)

    @property
    def size(self) -> int:
        """Bytes of all that travels."""
        return _size(self.blobs)

    def saved(self, location: str, *, written: int, new: int) -> Saved:
        """Return what was saved to *location*: *written* bytes, *new* of them of these blobs."""
        return Saved(
            location=location,
            names=tuple(f"{one.package.name}:{one.package.version}" for one in self.publishables),
            roots=tuple(one.blobs[0].digest for one in self.publishables),
            written=written,
            reused=max(0, self.size - new),
            left_out=_size(_blobs_of(self.publishables)) - self.size,
        )


def load_of(images: Sequence[Held], reader: Reader, context: Context) -> Load:
    """Return what of *images* travels, by the option ``missing-from``.

    Raises UsageError, NoSuchFile, IntegrityError, StoreError.
    """
    now = context.clock()
    publishables = tuple(of_held(one, reader, Remarks(), now) for one in images)
    known = known_everywhere(context.options.get(MISSING_FROM, ()), reader, context)
    return Load(
        images=images,
        publishables=publishables,
        known=known,
        carried=tuple(without(publishables, known)),
        reader=reader,
    )


def _blobs_of(publishables: Iterable[Publishable]) -> dict[Digest, Descriptor]:
    found: dict[Digest, Descriptor] = {}
    for one in publishables:
        for blob in one.blobs:
            found.setdefault(blob.digest, blob)
    return found


def _size(blobs: Mapping[Digest, Descriptor]) -> int:
    return sum(blob.size for blob in blobs.values())
