"""Shards: 256 small tables that map names to documents, so that a change moves little."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Self

from provider_core.digests import Digest
from provider_core.oci import Descriptor, Node, dump_json, read_document
from provider_core.references import name_key

from .format_version import FORMAT, FORMAT_KEY, check_format
from .paths import SHARD_COUNT

__all__ = ["DOCUMENT_TYPE", "EMPTY_SHARD", "SHARD_LIMIT", "DocumentRef", "Shard", "shard_number"]

DOCUMENT_TYPE: Final = "application/vnd.imageferry.document.v1+json"
"""Media type of a document's blob."""
SHARD_LIMIT: Final = 32 << 20
"""Bytes of the largest shard that is read."""

_MOST_NAMES = 200_000
_WHAT = "shard"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRef:
    """Where the document of one name is."""

    name: str
    """As its publisher spells it; compared without case."""
    digest: Digest
    """Of the document's bytes, a blob of the feed."""
    size: int
    """Bytes of the document."""

    @property
    def descriptor(self) -> Descriptor:
        """The document as a blob."""
        return Descriptor(media_type=DOCUMENT_TYPE, digest=self.digest, size=self.size)


@dataclass(frozen=True, slots=True, kw_only=True, eq=True)
class Shard:
    """The names whose hash begins with one byte, and their documents."""

    names: Mapping[str, DocumentRef]
    """By `name_key`; read-only."""

    @classmethod
    def of(cls, refs: Iterable[DocumentRef]) -> Self:
        """Return the shard that holds *refs*; of one name the last counts."""
        return cls(names=MappingProxyType({name_key(ref.name): ref for ref in refs}))

    @classmethod
    def parse(cls, data: bytes, number: int) -> Self:
        """Read the shard *number* of at most 32 MiB.

        Raises DocumentError, with the path, for what breaks the format, a name that belongs to
        another shard or that appears twice; NotSupported for another major version.
        """
        node = read_document(data, limit=SHARD_LIMIT, what=_WHAT)
        check_format(node)
        names: dict[str, DocumentRef] = {}
        for entry in node.array("names", limit=_MOST_NAMES):
            ref = _read_ref(entry)
            key = name_key(ref.name)
            if shard_number(ref.name) != number:
                raise entry.error(f"it belongs into shard {shard_number(ref.name):02x}", "name")
            if key in names:
                raise entry.error("the name appears twice", "name")
            names[key] = ref
        return cls(names=MappingProxyType(names))

    def as_bytes(self) -> bytes:
        """Return the document, the same for the same names, which `parse` reads."""
        entries = [
            {"name": ref.name, "digest": str(ref.digest), "size": ref.size}
            for _, ref in sorted(self.names.items())
        ]
        return dump_json({FORMAT_KEY: FORMAT, "names": entries})

    def changed(self, refs: Mapping[str, DocumentRef | None]) -> Shard:
        """Return the shard with *refs* (by `name_key`) in place; None takes a name away."""
        merged = {**self.names, **refs}
        return Shard.of(ref for ref in merged.values() if ref is not None)


EMPTY_SHARD: Final = Shard(names=MappingProxyType({}))


def shard_number(name: str) -> int:
    """Return the number of the shard of *name*: the first byte of SHA-256 of its `name_key`."""
    return hashlib.sha256(name_key(name).encode()).digest()[0] % SHARD_COUNT


def _read_ref(node: Node) -> DocumentRef:
    name, size = node.required("name", str), node.required("size", int)
    if not name:
        raise node.error("it is empty", "name")
    if size < 0:
        raise node.error(f"{size} is no size in bytes", "size")
    return DocumentRef(name=name, digest=node.digest("digest"), size=size)
