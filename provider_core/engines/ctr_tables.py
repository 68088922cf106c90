"""The tables that `ctr` prints, as values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..digests import Digest
from ..errors import DocumentError

__all__ = ["CtrContainer", "CtrImage", "read_containers", "read_images", "read_version"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CtrImage:
    """A line of `ctr images list`."""

    name: str
    media_type: str
    digest: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class CtrContainer:
    """A line of `ctr containers list`."""

    id: str
    image: str
    """Name of its image; '' if it has none."""


def read_images(table: bytes) -> Iterator[CtrImage]:
    """Yield the lines below ``REF TYPE DIGEST …``; names have no spaces."""
    for words in _rows(table):
        if len(words) >= 3:
            yield CtrImage(name=words[0], media_type=words[1], digest=Digest.parse(words[2]))


def read_containers(table: bytes) -> Iterator[CtrContainer]:
    """Yield the lines below ``CONTAINER IMAGE RUNTIME``; an image may be missing (``-``)."""
    for words in _rows(table):
        image = words[1] if len(words) > 2 and words[1] != "-" else ""
        yield CtrContainer(id=words[0], image=image)


def read_version(text: bytes) -> str:
    """Return the server's version from `ctr version`; DocumentError if there is none."""
    _, _, server = text.decode(errors="replace").partition("Server:")
    for line in server.splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "Version":
            return value.strip()
    raise DocumentError("it names no version of the server", what="`ctr version`")


def _rows(table: bytes) -> list[list[str]]:
    lines = table.decode(errors="replace").splitlines()
    return [line.split() for line in lines[1:] if line.strip()]
