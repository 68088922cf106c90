"""Who could have written what is about to be believed."""

from __future__ import annotations

import stat
from pathlib import Path

from ..errors import StoreError
from .systems import this_user

__all__ = ["require_own"]

_WRITABLE = stat.S_IWGRP | stat.S_IWOTH
_ENTERABLE = stat.S_IXGRP | stat.S_IXOTH


def require_own(*paths: Path) -> None:
    """Raise StoreError if anybody but this user and root may change one of *paths*.

    They exist, each in the one before it; what lies in a folder that nobody else can enter is not
    looked at.  POSIX only (owner and mode, links followed): Windows has other means.
    """
    user = this_user()
    if user is None:
        return
    for path in paths:
        status = path.stat()
        if status.st_uid not in (0, user):
            raise StoreError(
                f"{path} belongs to user {status.st_uid}, so what is in it is not trusted",
                hint="use a home of your own, or make this one yours (chown)",
                path=str(path),
                owner=status.st_uid,
            )
        if status.st_mode & _WRITABLE:
            raise StoreError(
                f"{path} can be changed by other users, so what is in it is not trusted",
                hint=f"look at what is in it, then `chmod go-w {path}`",
                path=str(path),
            )
        if not status.st_mode & _ENTERABLE:
            return
