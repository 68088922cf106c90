"""Lists of images that users keep in files: what is wanted, and what was pinned."""

from __future__ import annotations

from .locked import Lock, Pinned, format_lock, parse_lock
from .reading import parse_list, read_list, read_lock
from .wanted import Wanted

__all__ = [
    "Lock",
    "Pinned",
    "Wanted",
    "format_lock",
    "parse_list",
    "parse_lock",
    "read_list",
    "read_lock",
]
