"""Which file systems a database must not live on.

SQLite relies on locks between processes, which network file systems keep badly or not at all
(sqlite.org/howtocorrupt.html, "Filesystems with broken or missing lock implementations").  They
are recognised from the mount table that Linux shows; on other systems they are not detected.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from ..errors import NotSupported

__all__ = ["network_type", "refuse_network"]

_MOUNTS = Path("/proc/self/mounts")
_NETWORK = frozenset(
    (
        *("9p", "acfs", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "gfs", "gfs2", "gpfs"),
        *("lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "orangefs", "panfs", "pvfs2"),
        *("smb3", "smbfs"),
        *("prl_fs", "vboxsf", "virtiofs", "vmhgfs"),  # folders of a virtual machine's host
        *("fuse.ceph", "fuse.cephfs", "fuse.davfs2", "fuse.gcsfuse", "fuse.glusterfs"),
        *("fuse.goofys", "fuse.juicefs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs"),
        "fuse.vmhgfs-fuse",
    )
)
_ESCAPES = {"\\040": " ", "\\011": "\t", "\\012": "\n", "\\134": "\\"}


def network_type(mounts: str, path: str) -> str:
    r"""Return the type of the network file system that *path* is on, '' if it is a local one.

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
    return found if found in _NETWORK else ""


def refuse_network(path: Path) -> None:
    """Raise NotSupported if the database *path* is, or would be, on a network file system."""
    try:
        mounts = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:  # no such table here
        return
    kind = network_type(mounts, str(path.resolve()))
    if kind:
        raise NotSupported(
            f"{path} is on a network file system ({kind}), where databases get damaged",
            hint="keep the home on a local disk (--home or FERRY_HOME); the store may be elsewhere",
            path=str(path),
            type=kind,
        )


def _unescaped(text: str) -> str:
    for escape, sign in _ESCAPES.items():
        text = text.replace(escape, sign)
    return text
