"""What systems differ in, asked for here and nowhere else.

How bytes are flushed, read and removed on each is in `durable`; who could have written what is
in `owners`.
"""

from __future__ import annotations

import os
import sys

__all__ = ["open_files_move", "this_user"]


def this_user() -> int | None:
    """Return the number of the user we act for; None on Windows.

    There, owner and mode of a file say nothing: a user's folders are private by inheritance.
    """
    return None if sys.platform == "win32" else os.geteuid()


def open_files_move() -> bool:
    """Whether a file or folder gets another name while a file is open in it; not on Windows."""
    return sys.platform != "win32"
