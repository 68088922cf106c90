"""The members of a layer, read as its bytes come: headers bounded, content in pieces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from provider_core.errors import DocumentError, SizeMismatch
from provider_core.tar.headers import BLOCK, Header, Kind, decode_header, padded
from provider_core.tar.pax import LINK, PATH, SIZE, parse_pax, pax_size

__all__ = ["LayerMembers", "Member"]

_MOST_EXTENSION: Final = 1 << 20
"""Bytes of a PAX header; a security descriptor has 64 KiB at most, and so have a file's EAs."""
_MOST_MEMBERS: Final = 600_000
"""As many as are read of a WIM; Windows has some 100,000."""
_MOST_PATHS: Final = 64 << 20
"""Characters of all names and targets together, five times those of Windows: many are kept."""
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
_EXTENSIONS: Final = frozenset({Kind.PAX, Kind.PAX_GLOBAL, Kind.LONG_NAME, Kind.LONG_LINK})
_WHAT: Final = "layer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One member's header."""

    name: str
    """As written, undecodable bytes as surrogates."""
    kind: Kind
    size: int
    """Bytes of content; 0 unless it is a regular file."""
    link: str
    """Target of a link, '' otherwise."""
    records: Mapping[str, str]
    """Its PAX records, path, linkpath and size left out."""


class LayerMembers:
    """Goes through a layer once.

    Iterate over it; the content of the member that came last is `content`, and what is not taken
    of it is passed over.  The bytes behind the end mark are taken too, so that their source can
    check the whole.  Raises DocumentError, SizeMismatch.
    """

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._bytes = _Bytes(pieces)
        self._left = 0
        self._filling = 0

    def __iter__(self) -> Iterator[Member]:
        count, left = 0, _MOST_PATHS
        while (header := self._next()) is not None:
            extension = _Extension()
            while header.kind in _EXTENSIONS:
                extension.add(header, self._small(header.size))
                following = self._next()
                if following is None:
                    raise DocumentError("an extended header without its member", what=_WHAT)
                header = following
            count += 1
            if count > _MOST_MEMBERS:
                raise DocumentError(f"more than {_MOST_MEMBERS} members", what=_WHAT)
            member = extension.member(header)
            left -= len(member.name) + len(member.link)
            if left < 0:
                raise DocumentError(f"names of more than {_MOST_PATHS} characters", what=_WHAT)
            self._left, self._filling = member.size, padded(member.size) - member.size
            yield member
            for _ in self.content():
                pass
        self._bytes.drain()

    def content(self) -> Iterator[bytes]:
        """Yield what is left of the content of the member that came last."""
        while self._left:
            piece = self._bytes.some(self._left)
            self._left -= len(piece)
            yield piece
        self._bytes.exactly(self._filling)
        self._filling = 0

    def _next(self) -> Header | None:
        return decode_header(self._bytes.exactly(BLOCK))

    def _small(self, size: int) -> bytes:
        if size > _MOST_EXTENSION:
            raise DocumentError("extended headers without bounds", what=_WHAT)
        return self._bytes.exactly(padded(size))[:size]


@dataclass(slots=True)
class _Extension:
    """What extension headers say of the member behind them."""

    name: str = ""
    link: str = ""
    records: dict[str, str] = field(default_factory=dict)

    def add(self, header: Header, data: bytes) -> None:
        if header.kind is Kind.LONG_NAME:
            self.name = _text(data)
        elif header.kind is Kind.LONG_LINK:
            self.link = _text(data)
        elif header.kind is Kind.PAX:
            self.records = parse_pax(data)
        elif parse_pax(data).keys() & {PATH, LINK, SIZE}:
            raise DocumentError("a global header that changes every member", what=_WHAT)

    def member(self, header: Header) -> Member:
        records = dict(self.records)
        size = pax_size(records.pop(SIZE)) if SIZE in records else header.size
        if size and header.kind is not Kind.FILE:
            raise DocumentError("a member with content that is no file", what=_WHAT)
        return Member(
            name=records.pop(PATH, self.name or header.name),
            kind=header.kind,
            size=size,
            link=records.pop(LINK, self.link or header.link),
            records=records or _NOTHING,
        )


class _Bytes:
    """Takes from pieces as many bytes as are asked for."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._piece = b""
        self._at = 0
        self._taken = 0

    def some(self, most: int) -> bytes:
        """Return some bytes, at least one and at most *most*."""
        self._fill(most)
        found = self._piece[self._at : self._at + most]
        self._at += len(found)
        self._taken += len(found)
        return found

    def exactly(self, count: int) -> bytes:
        """Return *count* bytes."""
        found = self._piece[self._at : self._at + count]
        self._at += len(found)
        self._taken += len(found)
        while len(found) < count:
            found += self.some(count - len(found))
        return found

    def drain(self) -> None:
        """Take everything that is left."""
        for _ in self._pieces:
            pass

    def _fill(self, wanted: int) -> None:
        while self._at >= len(self._piece):
            piece = next(self._pieces, None)
            if piece is None:
                raise SizeMismatch(self._taken + wanted, self._taken, what=_WHAT)
            self._piece, self._at = piece, 0


def _text(data: bytes) -> str:
    return data.partition(b"\0")[0].decode("utf-8", "surrogateescape")
