"""Series: bundles that follow each other, and the signed file that says which one this is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self

from provider_core.errors import IntegrityError, Rollback, UsageError
from provider_core.oci import dump_json, read_document

from .format_version import FORMAT, FORMAT_KEY, check_format

__all__ = ["SERIES_TARGET", "Series", "check_series", "next_version"]

SERIES_TARGET: Final = "series.json"
"""TUF target path of the file."""

_LIMIT = 64 << 10
_IDENTIFIER = re.compile(r"[^\s\x00-\x1f\x7f]{1,128}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Which bundle of which series a feed is."""

    id: str
    """What the bundles of one series share: 1 to 128 characters without white space."""
    version: int
    """Rises from bundle to bundle, with gaps; at least 1."""
    valid_for: timedelta | None = None
    """How long its signatures were made to hold, whole seconds; None if it was not said."""

    def __post_init__(self) -> None:
        if not _IDENTIFIER.fullmatch(self.id):
            raise UsageError(
                f"{self.id[:64]!r} cannot name a series",
                hint="use 1 to 128 characters without white space",
                series=self.id,
            )
        if self.version < 1:
            raise UsageError(
                f"a bundle cannot have version {self.version}",
                hint="versions begin at 1",
                version=self.version,
            )

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a series file of at most 64 KiB.

        Raises DocumentError for what breaks the format, NotSupported for another major version.
        """
        node = read_document(data, limit=_LIMIT, what=SERIES_TARGET)
        check_format(node)
        seconds = node.optional("validForSeconds", int, 0)
        if not 0 <= seconds <= 100 * 366 * 86_400:
            raise node.error(f"{seconds} seconds are no such time", "validForSeconds")
        try:
            return cls(
                id=node.required("series", str),
                version=node.required("version", int),
                valid_for=timedelta(seconds=seconds) if seconds else None,
            )
        except UsageError as error:
            raise node.error(error.message) from None

    def as_bytes(self) -> bytes:
        """Return the file, which `parse` reads."""
        document: dict[str, object] = {
            FORMAT_KEY: FORMAT,
            "series": self.id,
            "version": self.version,
        }
        if self.valid_for is not None:
            document["validForSeconds"] = int(self.valid_for.total_seconds())
        return dump_json(document)


def next_version(known: int, now: datetime) -> int:
    """Return the version of the next bundle after *known* (0 for none), made at *now*.

    It is the time in seconds since 1970 unless *known* is ahead of it: a near side that was
    rebuilt and remembers nothing still goes on above everything the far side has seen.
    """
    return max(known + 1, int(now.timestamp()))


def check_series(found: Series, *, expected: str, seen: int) -> None:
    """Raise unless *found* is of the series *expected* and no older than the version *seen*.

    Raises IntegrityError for another series, Rollback for an older bundle; *seen* is 0 if
    there was none.
    """
    if found.id != expected:
        raise IntegrityError(
            f"the bundle is of the series {found.id!r}, not of {expected!r}",
            hint="it was made for another destination; ask for one of your series, or follow"
            " this one beside it: `ferry source add` under a name of its own",
            expected=expected,
            found=found.id,
        )
    if found.version < seen:
        raise Rollback(
            f"the bundle is version {found.version} of {expected!r}, {seen} was here before",
            hint="take the newest bundle; an older one is imported only if you say so",
            series=expected,
            found=found.version,
            seen=seen,
        )
