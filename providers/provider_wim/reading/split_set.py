"""Finding the other parts of a split set."""

from __future__ import annotations

from pathlib import Path

from provider_core.errors import WimError

__all__ = ["parts_beside"]


def parts_beside(path: Path, parts: int) -> tuple[Path, ...]:
    """Return the files of a set of *parts* whose first one is *path*, in order.

    DISM and wimlib call them NAME.swm, NAME2.swm, NAME3.swm.  Nothing is opened.  Raises
    WimError if one is missing.
    """
    names = [path, *(path.with_stem(f"{path.stem}{number}") for number in range(2, parts + 1))]
    for name in names:
        if not name.is_file():
            raise WimError(
                f"{name.name} is missing, a part of {path.name}",
                where="split set",
                hint=f"put all {parts} parts into one folder, under the names they were given",
            )
    return tuple(names)
