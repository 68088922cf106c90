r"""Extended attributes, as a WIM's tagged item 2 packs them and as PAX records carry them.

Each is: length of the value (2 bytes), of the name (1), flags (1), name, NUL, value.  A layer has
``MSWINDOWS.xattr.NAME`` with the value in base64 (go-winio, backuptar); the flags have no place.
"""

from __future__ import annotations

import base64
import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from provider_core.errors import DocumentError, WimError

__all__ = ["PREFIX", "ExtendedAttribute", "from_record", "pack", "parse"]

PREFIX: Final = "MSWINDOWS.xattr."
_NAME: Final = re.compile(r"[!-<>-~]+")
"""Printable ASCII without the sign that ends a record's key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendedAttribute:
    """One attribute."""

    name: str
    """ASCII; Windows writes it in capitals."""
    value: bytes
    flags: int = 0
    """0x80: whoever does not understand it must not open the file."""

    @property
    def record(self) -> tuple[bytes, bytes]:
        """Key and value of its PAX record."""
        return f"{PREFIX}{self.name}".encode(), base64.b64encode(self.value)


def parse(data: bytes) -> tuple[ExtendedAttribute, ...]:
    """Read the tagged item; WimError if its lengths do not add up or a name is none."""
    found, start = [], 0
    while start < len(data):
        if len(data) - start < 4:
            raise _damaged()
        value_size, name_size, flags = struct.unpack_from("<HBB", data, start)
        name = data[start + 4 : start + 4 + name_size]
        first = start + 4 + name_size + 1
        start = first + value_size
        text = name.decode("ascii", "replace")
        if start > len(data) or data[first - 1] or not _NAME.fullmatch(text):
            raise _damaged()
        found.append(ExtendedAttribute(name=text, value=data[first:start], flags=flags))
    if len({one.name for one in found}) < len(found):
        raise _damaged()
    return tuple(found)


def pack(attributes: Iterable[ExtendedAttribute]) -> bytes:
    """Return the tagged item."""
    packed = bytearray()
    for one in attributes:
        packed += struct.pack("<HBB", len(one.value), len(one.name), one.flags)
        packed += one.name.encode("ascii") + b"\0" + one.value
    return bytes(packed)


def from_record(key: str, value: str) -> ExtendedAttribute:
    """Read a PAX record whose key begins with `PREFIX`; DocumentError if it is none of ours."""
    name = key.removeprefix(PREFIX)
    try:
        data = base64.b64decode(value, validate=True)
    except ValueError as error:
        raise DocumentError("an extended attribute that is no base64", what="layer") from error
    if not _NAME.fullmatch(name) or len(name) > 0xFF or len(data) > 0xFFFF:
        raise DocumentError("an extended attribute that no file can have", what="layer")
    return ExtendedAttribute(name=name, value=data)


def _damaged() -> WimError:
    return WimError("a file's extended attributes are damaged", where="tagged items")
