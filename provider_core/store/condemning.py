"""What collection may take: pure decisions, the same for every store."""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass

from ..digests import Digest
from ..errors import DocumentError, IntegrityError, UsageError
from ..oci import Descriptor
from .graph import is_document, links_in
from .ports import Collected

__all__ = ["Condemned", "Rules", "condemn", "needed_digests"]

_REPAIR = "run `ferry store repair`, then install those images again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How a collection is to be done; UsageError for a grace time that is no finite number."""

    grace: float
    """Seconds for which what nothing needs stays."""
    now: float
    """The time, seconds since 1970."""
    only: frozenset[Digest] | None
    """What it is confined to; None for everything."""
    dry_run: bool
    """Whether to say what would go, and remove nothing."""

    def __post_init__(self) -> None:
        # Compared with "not a number", nothing would be young.
        if not math.isfinite(self.grace):
            raise UsageError(
                f"a grace time of {self.grace} seconds", hint="give a number of seconds, 0 for none"
            )

    def is_young(self, modified: float) -> bool:
        """Whether something *modified* then is in its grace time; the future counts as young."""
        return self.grace > 0 and modified > self.now - self.grace


@dataclass(frozen=True, slots=True, kw_only=True)
class Condemned:
    """What is to go."""

    blobs: tuple[tuple[Digest, int], ...]
    """Digest and bytes of each blob."""
    kept_for_grace: int
    """Blobs that nothing needs and that are young."""

    def collected(self, leftover: int = 0) -> Collected:
        """Return what to answer; *leftover* is the bytes of abandoned partial content."""
        return Collected(
            digests=tuple(digest for digest, _ in self.blobs),
            size=sum(size for _, size in self.blobs) + leftover,
            kept_for_grace=self.kept_for_grace,
        )


def needed_digests(
    roots: Iterable[Descriptor],
    claimed: Iterable[Digest],
    documents: Iterable[Digest],
    load: Callable[[Digest], bytes | None],
) -> set[Digest]:
    """Return *roots* and what is *claimed*, with everything that they refer to.

    *documents* are those that are claimed and look like a manifest or index.  *load* returns
    bytes that were checked by their digest alone, None for what is not here or too large to be a
    document.  What references say of size and type is not believed: a lie must neither hide what
    a document needs nor stop all collection.

    Garbage is not read, so that damage to it is in nobody's way.  Everything else is, whatever the
    collection is confined to: what a damaged document refers to cannot be told.

    Raises what *load* raises for damage.
    """
    needed, waiting, read = set(claimed), list(documents), set[Digest]()

    def note(descriptors: Iterable[Descriptor]) -> None:
        for descriptor in descriptors:
            needed.add(descriptor.digest)
            if is_document(descriptor):
                waiting.append(descriptor.digest)

    note(roots)
    while waiting:
        digest = waiting.pop()
        if digest not in read:
            read.add(digest)
            note(_referred(_loaded(digest, load)))
    return needed


def _loaded(digest: Digest, load: Callable[[Digest], bytes | None]) -> bytes | None:
    try:
        return load(digest)
    except IntegrityError as error:
        error.hint = _REPAIR
        raise


def _referred(data: bytes | None) -> Sequence[Descriptor]:
    if data is None:
        return ()
    try:
        return [link.descriptor for link in links_in(data)]
    except DocumentError:
        return ()


def condemn(
    blobs: Iterable[tuple[Digest, int, float]], needed: Container[Digest], rules: Rules
) -> Condemned:
    """Choose among *blobs* (digest, bytes, modification time)."""
    doomed: list[tuple[Digest, int]] = []
    kept = 0
    for digest, size, modified in blobs:
        if digest in needed or (rules.only is not None and digest not in rules.only):
            continue
        if rules.is_young(modified):
            kept += 1
        else:
            doomed.append((digest, size))
    return Condemned(blobs=tuple(doomed), kept_for_grace=kept)
