"""A folder of this machine as a tree: looked at without following a link, read when asked."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from ..digests import Digest
from ..errors import Conflict, NoSuchFile, NotSupported, StoreError, UsageError
from .entries import Attributes, Kind
from .tree import Inode, Tree

__all__ = ["Folder"]

_KINDS = {
    stat.S_IFREG: Kind.FILE,
    stat.S_IFDIR: Kind.FOLDER,
    stat.S_IFLNK: Kind.SYMLINK,
    stat.S_IFIFO: Kind.FIFO,
    stat.S_IFCHR: Kind.CHARACTER,
    stat.S_IFBLK: Kind.BLOCK,
}
_OF_THE_HOST = ("security.selinux", "system.nfs4_acl", "trusted.overlay.", "user.overlay.")
"""Extended attributes that say how this machine keeps the file, not what it is."""


class Folder:
    """The root of a file system, kept open, so that nobody can put another in its place."""

    def __init__(self, path: Path) -> None:
        """Open *path*.  Raises NoSuchFile, UsageError if it is no folder, NotSupported."""
        if not hasattr(os, "O_NOFOLLOW") or os.open not in os.supports_dir_fd:
            raise NotSupported(
                "owners, modes and links of Linux files are not to be had on this system",
                hint="pack the files where they are known, and use --from-tar",
            )
        self.path = path
        self.left_out: list[str] = []
        """Paths of sockets, which no archive can hold."""
        try:
            self._fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError as error:
            raise NoSuchFile(path) from error
        except NotADirectoryError as error:
            raise UsageError(f"{path} is no folder", hint="a .tar file: --from-tar") from error
        except OSError as error:
            raise StoreError(
                f"{path} cannot be read: {error.strerror}", hint="check its permissions"
            ) from error

    def __enter__(self) -> Folder:
        return self

    def __exit__(self, *failure: object) -> None:
        os.close(self._fd)

    def tree(self) -> Tree:
        """Look at everything in it; contents are read when their digest is asked for."""
        tree = Tree()
        known: dict[tuple[int, int], Inode] = {}
        with self._disk_errors():
            for path, fd, name in self._walk():
                self._put(tree, path, _Place(fd, name), known)
        return tree

    @contextmanager
    def open(self, path: str, expected: Attributes) -> Iterator[BinaryIO]:
        """Open the file at *path*; Conflict unless it is, before and after, what was seen."""
        with self._disk_errors():
            fd = self._open_below(path, os.O_RDONLY | os.O_NONBLOCK)
            with os.fdopen(fd, "rb", buffering=0) as file:
                self._check(path, os.fstat(fd), expected)
                yield file
                self._check(path, os.fstat(fd), expected)

    def _walk(self) -> Iterator[tuple[str, int, str]]:
        """Yield each path, the open folder that it is in, and its name there ('.': the root)."""
        yield "", self._fd, "."
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            with self._opened(folder) as fd:
                for entry in os.scandir(fd):
                    path = f"{folder}/{entry.name}" if folder else entry.name
                    yield path, fd, entry.name
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(path)

    @contextmanager
    def _opened(self, folder: str) -> Iterator[int]:
        flags = os.O_RDONLY | os.O_DIRECTORY
        fd = self._open_below(folder, flags) if folder else os.dup(self._fd)
        try:
            yield fd
        finally:
            os.close(fd)

    def _put(self, tree: Tree, path: str, at: _Place, known: dict[tuple[int, int], Inode]) -> None:
        status = at.status()
        if stat.S_ISSOCK(status.st_mode):
            self.left_out.append(path)
            return
        attributes = _attributes(at, status)
        key = (status.st_dev, status.st_ino)
        inode = known.get(key) if attributes.kind is not Kind.FOLDER else None
        if inode is None:
            inode = known[key] = Inode(attributes=attributes)
            if attributes.kind is Kind.FILE:
                inode.digest = lambda: self._hash(path, attributes)
        tree.put(path, inode)

    def _hash(self, path: str, attributes: Attributes) -> Digest:
        with self.open(path, attributes) as file:
            digest, _ = Digest.of_stream(file)
            return digest

    def _open_below(self, path: str, flags: int) -> int:
        """Open *path* part by part, no link followed."""
        *folders, name = path.split("/")
        at = os.dup(self._fd)
        try:
            for folder in folders:
                below = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=at)
                os.close(at)
                at = below
            return os.open(name, flags | os.O_NOFOLLOW, dir_fd=at)
        finally:
            os.close(at)

    def _check(self, path: str, status: os.stat_result, expected: Attributes) -> None:
        seen = (stat.S_ISREG(status.st_mode), status.st_size, status.st_mtime_ns // 1_000_000_000)
        if seen != (True, expected.size, expected.mtime):
            raise Conflict(
                f"{self.path / path} was changed while it was read",
                hint="leave the folder alone meanwhile, and repeat the command",
                path=str(self.path / path),
            )

    @contextmanager
    def _disk_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            place = self.path / str(error.filename or "")
            raise StoreError(
                f"{place} cannot be read: {error.strerror}",
                hint="run ferry as somebody who may read all of the folder",
                path=str(place),
            ) from error


class _Place(NamedTuple):
    """A name in an open folder."""

    fd: int
    name: str

    def status(self) -> os.stat_result:
        return os.stat(self.name, dir_fd=self.fd, follow_symlinks=False)

    def target(self) -> str:
        return os.readlink(self.name, dir_fd=self.fd)

    def xattrs(self) -> dict[str, bytes]:
        if not hasattr(os, "listxattr"):  # macOS has them, and Python no way to them
            return {}
        # Nor is there one that starts at a folder, but /proc has a path to what is open.
        path = f"/proc/self/fd/{self.fd}/{self.name}"
        try:
            names = os.listxattr(path, follow_symlinks=False)
        except OSError as error:
            if error.errno == errno.ENOTSUP:
                return {}
            raise
        return {
            name: os.getxattr(path, name, follow_symlinks=False)
            for name in sorted(names)
            if not name.startswith(_OF_THE_HOST)
        }


def _attributes(at: _Place, status: os.stat_result) -> Attributes:
    kind = _KINDS[stat.S_IFMT(status.st_mode)]
    is_device = kind in (Kind.CHARACTER, Kind.BLOCK)
    device = status.st_rdev
    return Attributes(
        kind=kind,
        mode=stat.S_IMODE(status.st_mode),
        uid=status.st_uid,
        gid=status.st_gid,
        mtime=status.st_mtime_ns // 1_000_000_000,
        size=status.st_size if kind is Kind.FILE else 0,
        target=at.target() if kind is Kind.SYMLINK else "",
        device=(os.major(device), os.minor(device)) if is_device else (0, 0),
        xattrs=at.xattrs(),
    )
