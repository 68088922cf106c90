"""What collection may take: pure decisions, the same for every store."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass

from ..digests import Digest
from ..oci import Descriptor
from .graph import Load, walk
from .ports import Collected

__all__ = ["Condemned", "Rules", "condemn", "needed_digests"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How a collection is to be done."""

    grace: float
    """Seconds for which what nothing needs stays."""
    now: float
    """The time, seconds since 1970."""
    only: frozenset[Digest] | None
    """What it is confined to; None for everything."""
    dry_run: bool
    """Whether to say what would go, and remove nothing."""

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
    roots: Iterable[Descriptor], claimed: Iterable[Digest], load: Load
) -> set[Digest]:
    """Return what *roots* reach and what is *claimed*; raises as `graph.walk` does."""
    return {*claimed, *(link.descriptor.digest for link in walk(roots, load))}


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
