"""The root that a source is known by, as its options keep it.

The catalog keeps which root that is, by version and digest: enough to know it again wherever it
comes from, and small enough to be shown.  The file itself comes from the user, or from the feed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from feed_format import (
    Fetch,
    fingerprint_of,
    parse_fingerprint,
    root_version,
    show_fingerprint,
)
from feed_format.paths import TRUST, role_file
from feed_format.root_chain import ROOT_LIMIT, check_first
from provider_core.digests import Digest
from provider_core.disk.failures import disk_errors
from provider_core.errors import NoSuchFile, NotFoundError, SizeMismatch, UsageError

__all__ = ["KnownRoot"]

_FIRST: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRoot:
    """One root of a feed's chain, where trust begins."""

    digest: Digest
    """SHA-256 of its file; the feed's fingerprint if it is the first one."""
    version: int = _FIRST

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> Self | None:
        """Return the root that ``root`` (a file), or ``fingerprint`` and ``root-version``, name.

        None if neither is given.  Raises NoSuchFile, UsageError, DocumentError, SignatureError,
        StoreError.
        """
        if options.get("root"):
            return cls.from_file(Path(options["root"]))
        text = options.get("fingerprint")
        if not text:
            return None
        version = int(options.get("root-version", _FIRST))
        if version < _FIRST:
            raise UsageError("there is no root 0", hint="leave --root-version out", version=version)
        return cls(digest=parse_fingerprint(text), version=version)

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read a root file; it must be signed as it asks itself."""
        with disk_errors(path):
            try:
                with path.open("rb") as file:
                    data = file.read(ROOT_LIMIT + 1)
            except FileNotFoundError:
                raise NoSuchFile(path) from None
        if len(data) > ROOT_LIMIT:
            raise SizeMismatch(ROOT_LIMIT, len(data), what=str(path))
        check_first(data)
        return cls(digest=fingerprint_of(data), version=root_version(data))

    def as_options(self) -> dict[str, str]:
        """Return what `from_options` reads, without a file."""
        found = {"fingerprint": show_fingerprint(self.digest)}
        if self.version != _FIRST:
            found["root-version"] = str(self.version)
        return found

    def find(self, fetch: Fetch, base: str = TRUST) -> bytes | None:
        """Return this root from the feed's metadata below *base*; None if it is not there.

        Raises TransportError, StoreError.
        """
        try:
            data = fetch(role_file("root", self.version, base=base), ROOT_LIMIT)
        except (NotFoundError, SizeMismatch):
            return None
        return data if Digest.of(data) == self.digest else None
