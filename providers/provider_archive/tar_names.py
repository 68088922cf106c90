"""Which member names an image archive may have; pure text, no file system."""

from __future__ import annotations

import posixpath

__all__ = ["clean_name", "fault_of_name", "link_target", "shown"]

_MOST_CHARACTERS = 1_024


def clean_name(name: str) -> str:
    """Return *name* without the leading ``./`` that packing a folder leaves; '' for the folder."""
    while name.startswith("./"):
        name = name[2:]
    return "" if name == "." else name.removesuffix("/")


def fault_of_name(name: str) -> str:
    """Return why a clean *name* is refused, '' if it is not.

    Names never become paths here; they are refused all the same, since an archive that has
    them was made to harm those who unpack it.
    """
    if len(name) > _MOST_CHARACTERS:
        return f"longer than {_MOST_CHARACTERS} characters"
    if any(ord(sign) < 32 or ord(sign) == 127 for sign in name):
        return "control characters"
    if "\\" in name:
        return "a backslash"
    if name.startswith("/"):
        return "an absolute path"
    if len(name) > 1 and name[1] == ":" and name[0].isalpha():
        return "a drive letter"
    if any(part in ("", ".", "..") for part in name.split("/")):
        return "a path that is not plain"
    return ""


def link_target(name: str, link: str) -> str:
    """Return the member that a symbolic link *name* means; '' if it leaves the archive."""
    if not link or link.startswith("/"):
        return ""
    target = posixpath.normpath(posixpath.join(posixpath.dirname(name), link))
    return "" if target.startswith("..") else target


def shown(name: str) -> str:
    """Return *name* fit for a message: bounded, and without what cannot be encoded."""
    text = name.encode("utf-8", "backslashreplace").decode()
    return repr(text if len(text) <= 80 else text[:77] + "...")
