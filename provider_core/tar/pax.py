"""PAX extended headers (POSIX.1-2001, pax): records ``length key=value``, bounded."""

from __future__ import annotations

from ..errors import DocumentError

__all__ = ["LINK", "PATH", "SIZE", "parse_pax", "pax_size"]

PATH = "path"
LINK = "linkpath"
SIZE = "size"
_MAX_LENGTH_DIGITS = 7
_MAX_SIZE_DIGITS = 18
_WHAT = "tar archive"


def parse_pax(data: bytes) -> dict[str, str]:
    """Return the records of an extended header, undecodable bytes as surrogates.

    Raises DocumentError for lengths that do not add up and for a key given twice.
    """
    records: dict[str, str] = {}
    start = 0
    while start < len(data) and data[start]:
        space = data.find(b" ", start, start + _MAX_LENGTH_DIGITS + 1)
        length = data[start:space] if space > start else b""
        end = start + int(length) if length.isdigit() else 0
        if end <= space + 1 or end > len(data) or data[end - 1] != ord("\n"):
            raise DocumentError("an extended header of wrong length", what=_WHAT)
        key, equals, value = data[space + 1 : end - 1].partition(b"=")
        name = key.decode("utf-8", "surrogateescape")
        if not equals or name in records:
            raise DocumentError("an extended header that contradicts itself", what=_WHAT)
        records[name] = value.decode("utf-8", "surrogateescape")
        start = end
    return records


def pax_size(text: str) -> int:
    """Read a size record, bytes; DocumentError if it is not a plain decimal number."""
    if len(text) > _MAX_SIZE_DIGITS or not (text.isascii() and text.isdigit()):
        raise DocumentError("a size that is not a number", what=_WHAT)
    return int(text)
