"""Repairing: what is damaged is moved to quarantine/, so that it can be fetched again.

Nothing is deleted, and nothing is moved on another's word: each file is looked at again first.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from ..digests import Digest
from ..disk.durable import rename, sync_folder
from ..disk.failures import disk_errors
from ..errors import IntegrityError
from .checking import hash_file, is_sound_file
from .layout import Layout, entries
from .locks import held
from .ports import Damage
from .records import read_record, records_of

__all__ = ["repair_files"]


def repair_files(layout: Layout, damages: Iterable[Damage], timeout: float) -> tuple[Damage, ...]:
    """Move the files of *damages* that are damaged still; return those damages.

    What is foreign has no digest and stays where it is.  Raises Locked, StoreError.
    """
    layout.prepare()
    damages = tuple(damages)  # a check that is still running would keep the lock for its time
    moved = []
    with disk_errors(layout.quarantine), held(layout.lock, timeout):
        for damage in damages:
            for path in _damaged_paths(layout, damage):
                _quarantine(layout, path)
                moved.append(damage)
        sync_folder(layout.quarantine)
    layout.restore_own_files()
    return tuple(moved)


def _damaged_paths(layout: Layout, damage: Damage) -> tuple[Path, ...]:
    """Return what there is to move for *damage*; nothing if all is well by now."""
    if damage.digest is None:
        own = (layout.marker, layout.index) if damage.kind == "altered" else ()
        return tuple(
            path for path in own if os.path.lexists(path) and not is_sound_file(layout, path)
        )
    if damage.kind == "record":
        # Which of a root's records it is, a damage does not say: there is one for each of them.
        found = records_of(layout, damage.digest)
        return tuple(path for path in found if _is_damaged_record(path, damage.digest))[:1]
    path = layout.blob(damage.digest)
    return (path,) if _is_damaged_blob(path, damage.digest) else ()


def _is_damaged_blob(path: Path, digest: Digest) -> bool:
    try:
        actual, _ = hash_file(path, digest.algorithm)
    except OSError:
        return os.path.lexists(path)
    return actual != digest


def _is_damaged_record(path: Path, root: Digest) -> bool:
    try:
        read_record(path, root)
    except IntegrityError:
        return True
    except FileNotFoundError:
        return os.path.lexists(path)
    return False


def _quarantine(layout: Layout, path: Path) -> None:
    numbers = (entry.name.partition("-")[0] for entry in entries(layout.quarantine))
    number = 1 + max((int(text) for text in numbers if text.isdecimal()), default=0)
    rename(path, layout.quarantine / f"{number}-{path.name}")
    sync_folder(path.parent)
