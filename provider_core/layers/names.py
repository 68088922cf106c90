"""Names in a layer: how they are written, and which of them remove something (layer.md)."""

from __future__ import annotations

from ..errors import DocumentError

__all__ = ["OPAQUE", "WHITEOUT", "clean_path", "split_path", "whiteout_of"]

WHITEOUT = ".wh."
"""Before the name of what is removed."""
OPAQUE = ".wh..wh..opq"
"""In a folder of which nothing below this layer is seen."""
_WHAT = "layer"
_MOST_CHARACTERS = 4096


def clean_path(name: str) -> str:
    """Return the path that a member's *name* means, '' for the root.

    A leading ``/`` or ``./`` means the root of the image.  Raises DocumentError for a name
    that leads out of it or is longer than a path can be.
    """
    if len(name) > _MOST_CHARACTERS or "\0" in name:
        raise DocumentError(f"the name {name[:40]!a}… is no path", what=_WHAT)
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise DocumentError(f"the name {name[:200]!a} leads out of the image", what=_WHAT)
    return "/".join(parts)


def split_path(path: str) -> tuple[str, str]:
    """Return the folder that *path* is in, '' for the root, and its last part."""
    folder, _, name = path.rpartition("/")
    return folder, name


def whiteout_of(path: str) -> str:
    """Return the path of the entry that removes *path*."""
    folder, name = split_path(path)
    return f"{folder}/{WHITEOUT}{name}" if folder else f"{WHITEOUT}{name}"
