"""The table of an archive's members: where each one's bytes are, without reading them.

One pass over the headers, seeking over the content; a 10 GB archive costs one small read a
member.  Nothing is ever unpacked: members are looked up by name and read in place.

*Structure* that breaks raises at once.  *Members* that an image archive may not have (links,
devices, duplicates, names that lead elsewhere) are remembered as the table's fault, and raised
by `Table.require_clean`: a tar archive that holds no image may have all of these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO

from provider_core.errors import DocumentError, SizeMismatch
from provider_core.tar.headers import BLOCK, Header, Kind, decode_header, padded
from provider_core.tar.pax import LINK, PATH, SIZE, parse_pax, pax_size

from .tar_names import clean_name, fault_of_name, link_target, shown

__all__ = ["MAX_MEMBERS", "Member", "Table", "is_tar", "read_table"]

MAX_MEMBERS = 100_000
"""An archive with more is refused."""
_MAX_EXTENSION = 1 << 20
_WHAT = "tar archive"
_EXTENSIONS = frozenset({Kind.PAX, Kind.PAX_GLOBAL, Kind.LONG_NAME, Kind.LONG_LINK})


@dataclass(frozen=True, slots=True)
class Member:
    """Where a regular file's bytes are."""

    offset: int
    """Bytes from the start of the archive."""
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The regular files of an archive, by clean name."""

    members: Mapping[str, Member]
    """Also the names of links to layers, with the place of what they mean."""
    fault: str
    """The first member that no image archive may have, as a sentence; '' if there is none."""

    def require_clean(self) -> None:
        """Raise DocumentError if a member broke the rules."""
        if self.fault:
            raise DocumentError(self.fault, what=_WHAT)


def read_table(stream: IO[bytes], size: int) -> Table | None:
    """Read the headers of the archive in *stream*, which is seekable and has *size* bytes.

    Returns None if it does not start with a tar header.  Raises DocumentError for a broken
    structure and for more than `MAX_MEMBERS`, SizeMismatch if a member reaches beyond the end.
    """
    stream.seek(0)
    return _Scan(stream, size).run() if is_tar(stream.read(BLOCK)) else None


def is_tar(block: bytes) -> bool:
    """Whether *block*, the first 512 bytes of something, is the header of a tar member."""
    try:
        return decode_header(block) is not None
    except DocumentError:
        return False


@dataclass(slots=True)
class _Pending:
    """What extension headers say of the member that follows."""

    name: str | None = None
    link: str | None = None
    size: int | None = None
    sparse: bool = False
    kinds: set[Kind] = field(default_factory=set)


class _Scan:
    """One pass over the headers."""

    def __init__(self, stream: IO[bytes], size: int) -> None:
        self._stream = stream
        self._size = size
        self._offset = 0
        self._files: dict[str, Member] = {}
        self._links: dict[str, str] = {}
        self._names: dict[str, Kind] = {}
        self._count = 0
        self._fault = ""

    def run(self) -> Table:
        """Read to the end mark."""
        pending = _Pending()
        while (header := self._next_header()) is not None:
            if header.kind in _EXTENSIONS:
                self._extend(pending, header)
            else:
                self._add(header, pending)
                pending = _Pending()
        if pending.kinds:
            raise DocumentError("an extended header without its member", what=_WHAT)
        self._resolve_links()
        return Table(members=self._files, fault=self._fault)

    def _next_header(self) -> Header | None:
        self._stream.seek(self._offset)
        block = self._stream.read(BLOCK)
        if len(block) < BLOCK:
            raise SizeMismatch(self._offset + BLOCK, self._size, what=_WHAT)
        self._offset += BLOCK
        return decode_header(block)

    def _take(self, size: int) -> Member:
        """Pass over *size* bytes of content; SizeMismatch if the archive ends before."""
        member = Member(self._offset, size)
        self._offset += padded(size)
        if member.offset + size > self._size:
            raise SizeMismatch(member.offset + size, self._size, what=_WHAT)
        return member

    def _extend(self, pending: _Pending, header: Header) -> None:
        if header.kind in pending.kinds or header.size > _MAX_EXTENSION:
            raise DocumentError("extended headers without bounds", what=_WHAT)
        pending.kinds.add(header.kind)
        member = self._take(header.size)
        data = self._stream.read(member.size)
        if header.kind is Kind.LONG_NAME:
            pending.name = _text(data)
        elif header.kind is Kind.LONG_LINK:
            pending.link = _text(data)
        else:
            _apply_pax(pending, parse_pax(data), is_global=header.kind is Kind.PAX_GLOBAL)

    def _add(self, header: Header, pending: _Pending) -> None:
        self._count += 1
        if self._count > MAX_MEMBERS:
            raise DocumentError(f"more than {MAX_MEMBERS} members", what=_WHAT)
        raw = header.name if pending.name is None else pending.name
        name = clean_name(raw)
        size = header.size if pending.size is None else pending.size
        member = self._take(size)
        reason = self._reason(name, header.kind, size, sparse=pending.sparse)
        if reason:
            self._fault = self._fault or f"member {shown(raw)} has or is {reason}"
            return
        self._names[name] = header.kind
        if header.kind is Kind.FILE:
            self._files[name] = member
        elif header.kind is Kind.SYMLINK:
            self._links[name] = header.link if pending.link is None else pending.link

    def _reason(self, name: str, kind: Kind, size: int, *, sparse: bool) -> str:
        """Return why a member is refused, '' if it is not."""
        if kind in (Kind.OTHER, Kind.HARD_LINK):
            return "a link, a device or another special file"
        if sparse:
            return "a sparse file"
        if kind is not Kind.FILE and size:
            return "content without being a file"
        if not name:
            return "" if kind is Kind.FOLDER else "no name"
        if name in self._names and not self._names[name] is kind is Kind.FOLDER:
            return "a duplicate"
        return fault_of_name(name)

    def _resolve_links(self) -> None:
        # Docker before 25 and skopeo list a layer that several images share once, and put
        # symbolic links from one layer.tar to the other; a table lookup gives them their sense.
        for name, link in self._links.items():
            target = link_target(name, link)
            is_layer = name.endswith(".tar") and target.endswith(".tar")
            if is_layer and self._names.get(target) is Kind.FILE:
                self._files[name] = self._files[target]
            elif not self._fault:
                self._fault = f"member {shown(name)} is a link to something else than a layer"


def _text(data: bytes) -> str:
    return data.partition(b"\0")[0].decode("utf-8", "surrogateescape")


def _apply_pax(pending: _Pending, records: Mapping[str, str], *, is_global: bool) -> None:
    sparse = any(key.startswith("GNU.sparse.") for key in records)
    if is_global and (sparse or {PATH, LINK, SIZE} & records.keys()):
        raise DocumentError("a global header that changes every member", what=_WHAT)
    pending.sparse = pending.sparse or sparse
    pending.name = records.get(PATH, pending.name)
    pending.link = records.get(LINK, pending.link)
    if SIZE in records:
        pending.size = pax_size(records[SIZE])
