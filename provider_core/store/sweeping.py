"""What dead processes have left in ingest/: swept by collection, once it is old."""

from __future__ import annotations

import os
from pathlib import Path

from ..disk.durable import remove
from ..disk.failures import disk_errors
from .condemning import Rules
from .layout import Layout, entries
from .leases import Claims
from .locks import claim
from .partial_file import RECORD_SUFFIX, record_of

__all__ = ["sweep_ingest"]


def sweep_ingest(layout: Layout, claims: Claims, rules: Rules) -> int:
    """Remove what nobody works on or claims any more; return its bytes."""
    size = 0
    claimed = {layout.partial(digest).name for digest in claims.digests}
    with disk_errors(layout.ingest):
        for entry in tuple(entries(layout.ingest)):
            stem = entry.name.partition(".")[0]
            if stem in claimed or not entry.is_file(follow_symlinks=False):
                continue
            try:
                size += _sweep(Path(entry.path), rules)
            except FileNotFoundError:  # it became a blob, or its owner has removed it
                continue
    return size


def _sweep(path: Path, rules: Rules) -> int:
    if path.name.partition(RECORD_SUFFIX)[0] != path.name:
        return _sweep_record(path, rules)
    fd = claim(path)
    if fd is None:
        return 0
    try:
        status = os.fstat(fd)
        if rules.is_young(status.st_mtime):
            return 0
        if not rules.dry_run:
            remove(record_of(path))
            remove(path)
        # Gaps occupy nothing: a partial file is as long as its last byte, and mostly hole.
        return min(status.st_size, getattr(status, "st_blocks", status.st_size) * 512)
    finally:
        os.close(fd)


def _sweep_record(path: Path, rules: Rules) -> int:
    """Remove a record of ranges whose content is gone; others go with it."""
    status = path.stat()
    if path.with_name(path.name.partition(RECORD_SUFFIX)[0]).exists():
        return 0
    if rules.is_young(status.st_mtime):
        return 0
    if not rules.dry_run:
        remove(path)
    return status.st_size
