"""The signed list of a feed: its 256 shards, further files, its format and when it was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final, Self

from tuf.api.metadata import TargetFile, Targets

from provider_core.digests import Digest
from provider_core.errors import DigestMismatch, DocumentError
from provider_core.oci import Node

from .feed_folder import Fetch
from .format_version import FORMAT, FORMAT_KEY, check_format
from .paths import SHARD_COUNT, TRUST, shard_target, target_file
from .shards import EMPTY_SHARD, Shard

__all__ = ["EMPTY_REF", "TargetList", "TargetRef", "fetch_exact", "fetch_shard"]

_FIELD: Final = "imageferry"
_PUBLISHED: Final = "published"
_WHAT: Final = "targets.json"
_LARGEST: Final = 32 << 20
_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRef:
    """A target file, byte for byte."""

    digest: Digest
    """SHA-256 of the file."""
    size: int
    """Bytes of the file."""

    @classmethod
    def of(cls, data: bytes) -> Self:
        """Return the reference to the file *data*."""
        return cls(digest=Digest.of(data), size=len(data))


EMPTY_REF: Final = TargetRef.of(EMPTY_SHARD.as_bytes())
"""The shard without names, which nobody needs to fetch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetList:
    """What the targets role says."""

    files: Mapping[str, TargetRef]
    """By target path: every shard, and what else was published; read-only."""
    published: datetime
    """When it was signed, by its publisher's clock; UTC, whole seconds."""

    @classmethod
    def empty(cls, published: datetime) -> Self:
        """Return the list of a feed without images."""
        files = {shard_target(number): EMPTY_REF for number in range(SHARD_COUNT)}
        return cls(files=MappingProxyType(files), published=published)

    @classmethod
    def read(cls, signed: Targets) -> Self:
        """Read the list in *signed*.

        Raises DocumentError if a shard is missing, a file has no SHA-256 or more than 32 MiB;
        NotSupported for another major version of the format.
        """
        node = Node(signed.unrecognized_fields, what=_WHAT).required_child(_FIELD)
        check_format(node)
        files = {target: _ref(target, file) for target, file in signed.targets.items()}
        for number in range(SHARD_COUNT):
            if shard_target(number) not in files:
                raise DocumentError("it is missing", path=shard_target(number), what=_WHAT)
        return cls(files=MappingProxyType(files), published=_time(node))

    def signed(self, version: int, expires: datetime) -> Targets:
        """Return it as the content of targets metadata."""
        return Targets(
            version=version,
            expires=expires,
            targets={
                target: TargetFile(ref.size, {"sha256": ref.digest.hex}, target)
                for target, ref in self.files.items()
            },
            unrecognized_fields={
                _FIELD: {FORMAT_KEY: FORMAT, _PUBLISHED: self.published.strftime(_TIME)}
            },
        )

    def shard(self, number: int) -> TargetRef:
        """Return the reference to the shard *number*."""
        return self.files[shard_target(number)]


def fetch_shard(fetch: Fetch, targets: TargetList, number: int, *, base: str = TRUST) -> Shard:
    """Return the shard *number*, verified; the empty one is known without fetching.

    Raises NotFoundError, IntegrityError, TransportError.
    """
    ref = targets.shard(number)
    if ref == EMPTY_REF:
        return EMPTY_SHARD
    path = target_file(shard_target(number), ref.digest, base=base)
    return Shard.parse(fetch_exact(fetch, path, ref.digest, ref.size), number)


def fetch_exact(fetch: Fetch, path: str, digest: Digest, size: int) -> bytes:
    """Return the file at *path*, which has to be *size* bytes of *digest*.

    Raises DigestMismatch, SizeMismatch, NotFoundError, TransportError.
    """
    data = fetch(path, size)
    actual = Digest.of(data)
    if actual != digest:
        raise DigestMismatch(digest, actual, what=path)
    return data


def _ref(target: str, file: TargetFile) -> TargetRef:
    if not 0 <= file.length <= _LARGEST:
        raise DocumentError(f"{file.length} bytes are too many", path=target, what=_WHAT)
    hexadecimal = file.hashes.get("sha256")
    if hexadecimal is None:
        raise DocumentError("it has no SHA-256", path=target, what=_WHAT)
    return TargetRef(digest=Digest(algorithm="sha256", hex=hexadecimal), size=file.length)


def _time(node: Node) -> datetime:
    text = node.required(_PUBLISHED, str)
    try:
        return datetime.strptime(text, _TIME).replace(tzinfo=UTC)
    except ValueError:
        raise node.error(f"{text[:32]!a} is no time of the form {_TIME}", _PUBLISHED) from None
