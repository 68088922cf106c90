"""Pins: what a package is, byte for byte, before and after its bytes are here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..digests import Digest
from ..oci import Descriptor

__all__ = ["FileMark", "FileStamp", "Pin", "pin_key", "same_pin"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMark:
    """One local file as it was when it was looked at."""

    path: str
    """Absolute path, in the spelling of this host."""
    size: int
    """Bytes."""
    mtime_ns: int
    """Modification time, nanoseconds since 1970 (st_mtime_ns)."""

    @classmethod
    def of(cls, path: Path) -> FileMark:
        """Look at *path* now; OSError if it cannot be."""
        status = path.stat()
        return cls(path=str(path.absolute()), size=status.st_size, mtime_ns=status.st_mtime_ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStamp:
    """Local files that were recognised without reading them whole.

    Listing a 15 GB file must not read it; installing turns the stamp into a SHA-256.
    """

    files: tuple[FileMark, ...]
    """The file, or the parts of a split set, in order; never empty."""
    media_type: str = ""
    """What the whole of them is, as a media or artifact type; '' if unknown."""
    digest: Digest | None = None
    """Digest of the parts that were read to recognise it (a header), None if none were."""
    selector: str = ""
    """Which of several packages inside the files, in the provider's own words ('2', 'a:1')."""

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(mark.size for mark in self.files)


Pin = Descriptor | FileStamp


def pin_key(pin: Pin) -> Digest | FileStamp:
    """Return what makes *pin* this content and no other, whatever else is said about it.

    That is a descriptor's digest; its annotations, platform, types and URLs may differ from
    source to source and from day to day.
    """
    return pin.digest if isinstance(pin, Descriptor) else pin


def same_pin(one: Pin, other: Pin) -> bool:
    """Whether both are the same content: by digest, or the same files, unchanged."""
    return pin_key(one) == pin_key(other)
