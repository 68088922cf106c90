"""Copies that take no time and no room: two files with the same blocks, until one is changed.

Btrfs, XFS and some others can do so (ioctl_ficlone(2)), within one file system, on Linux.
"""

from __future__ import annotations

import errno
import sys

__all__ = ["share_blocks"]

_FICLONE = 0x40049409
"""_IOW(0x94, 9, int) of <linux/fs.h>."""
_CANNOT = frozenset(
    {
        errno.EBADF,
        errno.EINVAL,
        errno.ENOSYS,
        errno.ENOTTY,
        errno.EOPNOTSUPP,
        errno.EPERM,
        errno.ETXTBSY,
        errno.EXDEV,
    }
)
"""What is answered where files cannot share blocks, or not these two."""


def share_blocks(source: int, target: int) -> bool:
    """Give the empty file *target* the content of *source*, both open; False if that cannot be.

    Raises OSError for a disk that is full or failing.
    """
    if sys.platform != "linux":
        return False
    import fcntl

    try:
        fcntl.ioctl(target, _FICLONE, source)
    except OSError as error:
        if error.errno not in _CANNOT:
            raise
        return False
    return True
