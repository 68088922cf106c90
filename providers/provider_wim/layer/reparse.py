r"""Symbolic links and junctions: reparse data to a target's text and back ([MS-FSCC] 2.1.2).

The text is that of go-winio (reparse.go): ``C:\dir``, ``\\server\share``, ``..\dir``; a volume by
its GUID is ``\\?\Volume{…}``.  The name that is only printed is made anew from it.
"""

from __future__ import annotations

import re
import struct
from typing import Final

from ..tree import Reparse

__all__ = ["JUNCTION", "SYMLINK", "link_of", "target_of"]

SYMLINK: Final = 0xA000000C
JUNCTION: Final = 0xA0000003
_RELATIVE: Final = 1
"""SYMLINK_FLAG_RELATIVE."""
_NT: Final = "\\??\\"
_UNC: Final = "\\??\\UNC\\"
_DRIVE: Final = re.compile(r"[A-Za-z]:")
_MOST: Final = (16 << 10) - 8
"""Bytes of the largest reparse data (MAXIMUM_REPARSE_DATA_BUFFER_SIZE, head left out)."""


def target_of(reparse: Reparse) -> str | None:
    """Return the target of a symbolic link or junction; None if no tar entry can say it.

    That is what has another tag, is damaged, or would be read back as something else.
    """
    if reparse.tag not in (SYMLINK, JUNCTION):
        return None
    found = _substitute(reparse)
    if found is None:
        return None
    name, relative = found
    target = name if relative else _from_nt(name)
    if not target or "\0" in target:
        return None
    try:
        again = _substitute(link_of(target, junction=reparse.tag == JUNCTION))
    except ValueError:
        return None
    return target if again == found else None


def link_of(target: str, *, junction: bool) -> Reparse:
    """Return the reparse point with this target; ValueError if the text is too long."""
    nt_name = _to_nt(target)
    relative = nt_name is None
    substitute, printed = _units(target if nt_name is None else nt_name), _units(target)
    if len(substitute) + len(printed) > _MOST - 12:
        raise ValueError("the target of a link is too long")
    data = struct.pack("<HHHH", 0, len(substitute) - 2, len(substitute), len(printed) - 2)
    if not junction:
        data += struct.pack("<I", _RELATIVE if relative else 0)
    return Reparse(tag=JUNCTION if junction else SYMLINK, data=data + substitute + printed)


def _substitute(reparse: Reparse) -> tuple[str, bool] | None:
    """Return the substitute name and whether it is relative; None if the data is damaged."""
    start = 12 if reparse.tag == SYMLINK else 8
    if len(reparse.data) < start:
        return None
    offset, length = struct.unpack_from("<HH", reparse.data)
    raw = reparse.data[start + offset : start + offset + length]
    if len(raw) != length:
        return None
    try:
        name = raw.decode("utf-16-le")
    except UnicodeDecodeError:
        return None
    if reparse.tag == JUNCTION:
        return name, not name.startswith(_NT)
    return name, bool(struct.unpack_from("<I", reparse.data, 8)[0] & _RELATIVE)


def _from_nt(name: str) -> str | None:
    if name.upper().startswith(_UNC):
        return "\\\\" + name[len(_UNC) :]
    if not name.startswith(_NT):
        return None
    rest = name[len(_NT) :]
    return rest if _DRIVE.match(rest) else "\\\\?\\" + rest


def _to_nt(target: str) -> str | None:
    """Return the target as the kernel wants it; None if it is relative."""
    if target.startswith("\\\\?\\"):
        return _NT + target[4:]
    if target.startswith("\\\\"):
        return _UNC + target[2:]
    return _NT + target if _DRIVE.match(target) else None


def _units(text: str) -> bytes:
    """Return *text* with the NUL that Windows wants though the lengths are counted."""
    return (text + "\0").encode("utf-16-le")
