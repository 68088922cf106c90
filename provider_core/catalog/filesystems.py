"""Which file systems a database must not live on.

SQLite relies on locks between processes, which network file systems keep badly or not at all
(sqlite.org/howtocorrupt.html, "Filesystems with broken or missing lock implementations").  They
are recognised from the mount table that Linux shows; on other systems they are not detected.
"""

from __future__ import annotations

from pathlib import Path

from ..disk.mounts import file_system, mounted_type
from ..errors import NotSupported

__all__ = ["network_type", "refuse_network"]

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


def network_type(mounts: str, path: str) -> str:
    """Return the type of the network file system that *path* is on, '' if it is a local one.

    *mounts* and *path* as `mounted_type` takes them.
    """
    return _network(mounted_type(mounts, path))


def refuse_network(path: Path) -> None:
    """Raise NotSupported if the database *path* is, or would be, on a network file system."""
    kind = _network(file_system(path))
    if kind:
        raise NotSupported(
            f"{path} is on a network file system ({kind}), where databases get damaged",
            hint="keep the home on a local disk (--home or FERRY_HOME); the store may be elsewhere",
            path=str(path),
            type=kind,
        )


def _network(kind: str) -> str:
    return kind if kind in _NETWORK else ""
