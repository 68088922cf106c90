"""Byte ranges: which to ask for, and what an answer says it brings (RFC 9110 §14).

Ranges are half open, [start, end), in bytes from the start of the blob.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

__all__ = ["Range", "content_range", "overlaps", "range_header", "segments", "total"]

Range = tuple[int, int]

_LONGEST = 80


def total(ranges: Sequence[Range]) -> int:
    """Return the bytes in *ranges*."""
    return sum(end - start for start, end in ranges)


def segments(ranges: Sequence[Range], size: int) -> Iterator[Range]:
    """Yield *ranges* in pieces of at most *size* bytes, in order."""
    for start, end in ranges:
        for at in range(start, end, size):
            yield at, min(at + size, end)


def overlaps(ranges: Sequence[Range], start: int, end: int) -> Iterator[Range]:
    """Yield what *ranges* and [start, end) have in common, in order."""
    for first, last in ranges:
        if first < end and start < last:
            yield max(first, start), min(last, end)


def range_header(start: int, end: int) -> str:
    """Return the Range value that asks for [start, end)."""
    return f"bytes={start}-{end - 1}"


def content_range(value: str) -> tuple[Range, int | None] | None:
    """Return the range and the whole size that a Content-Range value of a 206 states.

    The size is None for ``*``.  None for anything that is not ``bytes first-last/size`` with
    first <= last < size.
    """
    unit, _, rest = value[:_LONGEST].strip().partition(" ")
    span, slash, size_text = rest.strip().partition("/")
    first_text, dash, last_text = span.partition("-")
    first, last = _number(first_text), _number(last_text)
    if unit.lower() != "bytes" or not slash or not dash or first is None or last is None:
        return None
    size = None if size_text == "*" else _number(size_text)
    if (size is None and size_text != "*") or first > last or (size is not None and last >= size):
        return None
    return (first, last + 1), size


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None
