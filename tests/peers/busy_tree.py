"""A file system with entries of every kind, and everything that can happen to it."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

__all__ = ["change_tree", "grow_tree"]

_OLD = 1_600_000_000
"""Seconds since 1970; whole, so that no writer of archives can round them."""
_WORDS = ("a", "b-c", "ünïcode", "with space", "x" * 60, "dotted.name")


def grow_tree(root: Path, dice: random.Random, entries: int) -> None:
    """Fill *root* with so many entries: files, links of both kinds, pipes, devices, attributes."""
    folders = [root]
    files: list[Path] = []
    for number in range(entries):
        folder = dice.choice(folders[-40:])
        path = folder / f"{dice.choice(_WORDS)}{number}"
        kind = dice.choices(
            ("file", "folder", "symlink", "hardlink", "fifo", "device", "sparse"),
            (50, 14, 14, 12, 3, 4, 3),
        )[0]
        if kind == "folder":
            path.mkdir()
            folders.append(path)
        elif kind == "symlink":
            path.symlink_to(dice.choice(("/etc/passwd", "../" * 3 + "missing", path.name)))
        elif kind == "hardlink" and files:
            os.link(dice.choice(files), path)
        elif kind == "fifo":
            os.mkfifo(path)
        elif kind == "device":
            mode = dice.choice((0o020000, 0o060000)) | 0o640
            os.mknod(path, mode, os.makedev(1, number % 200))
        elif kind == "sparse":
            path.touch()
            os.truncate(path, 300_000)
            files.append(path)
        else:
            path.write_bytes(dice.randbytes(dice.choice((0, 1, 511, 512, 513, 4000))))
            files.append(path)
        _dress(path, dice)
    _settle(root)


def change_tree(root: Path, dice: random.Random) -> None:
    """Change, add and remove a part of everything below *root*."""
    paths = sorted(path for path in root.rglob("*"))
    for path in dice.sample(paths, len(paths) // 4):
        if os.path.lexists(path):
            _change(path, dice)
    fresh = root / "fresh"
    fresh.mkdir()
    grow_tree(fresh, dice, 150)
    for path in (*root.rglob("*"), root):
        moment = int(path.lstat().st_mtime)  # umoci rounds a part of a second up, ferry down
        os.utime(path, (moment, moment), follow_symlinks=False)


def _change(path: Path, dice: random.Random) -> None:
    what = dice.choice(("remove", "mode", "owner", "content", "touch", "retype", "xattr", "link"))
    if what == "remove":
        _remove(path)
    elif what == "owner":
        os.chown(path, dice.randrange(70_000), 7, follow_symlinks=False)
    elif what == "retype":
        empty = not path.is_dir() or path.is_symlink() or not any(path.iterdir())
        if empty:  # umoci 0.4.7 writes whiteouts below the file that a folder has become
            _remove(path)
            path.write_text("now a file") if dice.random() < 0.5 else path.mkdir()
    elif path.is_symlink() or not (path.is_file() or path.is_dir()):
        os.utime(path, (_OLD + 99, _OLD + 99), follow_symlinks=False)
    elif what == "mode":
        path.chmod(dice.choice((0o600, 0o4755, 0o2711, 0o1777)))
    elif what == "xattr":
        os.setxattr(path, "user.changed", dice.randbytes(9))
    elif path.is_dir():
        os.utime(path, (_OLD + 77, _OLD + 77))
    elif what == "link":
        os.link(path, path.with_name(f"{path.name[:40]}.linked"))
        os.utime(path, (_OLD + 55, _OLD + 55))  # umoci 0.4.7 unties a link to what is unchanged
    elif what == "content":  # of the same size and time: content alone tells it apart
        status = path.stat()
        path.write_bytes(dice.randbytes(status.st_size))
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    else:
        os.utime(path, (_OLD + 55, _OLD + 55))


def _dress(path: Path, dice: random.Random) -> None:
    """Give *path* an owner, and what else its kind can have."""
    os.chown(path, dice.choice((0, 1000, 2_500_000)), dice.choice((0, 5)), follow_symlinks=False)
    if path.is_symlink() or not (path.is_file() or path.is_dir()):
        return
    path.chmod(dice.choice((0o644, 0o755, 0o4755, 0o600)))
    if dice.random() < 0.1:
        os.setxattr(path, "user.note", dice.randbytes(dice.choice((1, 20, 200))))


def _settle(root: Path) -> None:
    """Give everything a time in the past."""
    for path in (*root.rglob("*"), root):
        moment = _OLD + len(path.parts)
        os.utime(path, (moment, moment), follow_symlinks=False)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
