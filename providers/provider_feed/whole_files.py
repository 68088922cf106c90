"""Small files outside of feeds and homes that are replaced whole."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from provider_core.disk.durable import remove, rename, sync_file, sync_folder, write_at
from provider_core.disk.failures import disk_errors

__all__ = ["replace_file"]


def replace_file(path: Path, data: bytes) -> None:
    """Give *path* the content *data*, all or nothing, durably.  Raises NoSpace, StoreError."""
    scratch = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with disk_errors(path, needed=len(data)):
        fd = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        try:
            try:
                write_at(fd, 0, memoryview(data))
                sync_file(fd)
            finally:
                os.close(fd)
            rename(scratch, path)
        finally:
            remove(scratch)
        sync_folder(path.parent)
