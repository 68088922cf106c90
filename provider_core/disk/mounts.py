"""Which file system a place is on, from the mount table that Linux shows.

On other systems it is not known.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

__all__ = ["file_system", "mounted_type"]

_MOUNTS = Path("/proc/self/mounts")
_ESCAPES = {"\\040": " ", "\\011": "\t", "\\012": "\n", "\\134": "\\"}


def mounted_type(mounts: str, path: str) -> str:
    r"""Return the type of the file system that *path* is on, '' if *mounts* does not say.

    *mounts* is the text of /proc/self/mounts: a line a mount, the later one on top, with white
    space inside a path written as octal escapes (proc(5), fstab(5)).  *path* is absolute and
    without links.
    """
    place = PurePosixPath(path)
    found, depth = "", -1
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        folder = PurePosixPath(_unescaped(fields[1]))
        if place.is_relative_to(folder) and len(folder.parts) >= depth:
            found, depth = fields[2], len(folder.parts)
    return found


def file_system(path: Path) -> str:
    """Return the type of the file system that *path* is, or would be, on; '' if it is not known."""
    try:
        mounts = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:  # no such table here
        return ""
    return mounted_type(mounts, str(path.resolve()))


def _unescaped(text: str) -> str:
    for escape, sign in _ESCAPES.items():
        text = text.replace(escape, sign)
    return text
