"""The folders of a home's own providers: ``providers/NAME.N``, the highest N of each is in use.

Bringing a newer one is one rename, so that a provider is there as it was, or as it will be.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["ProviderFolder", "provider_folders"]

_NUMBERED: Final = re.compile(r"([^.].*)\.([1-9]\d{0,8})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderFolder:
    """A folder with a provider and what it requires."""

    name: str
    number: int
    """How often it was brought; 0 if the folder has no number."""
    path: Path
    older: tuple[Path, ...] = ()
    """What it took the place of, and an interruption has left."""

    def next(self) -> Path:
        """Return the folder for the one that takes its place."""
        return self.path.with_name(f"{self.name}.{self.number + 1}")


def provider_folders(folder: Path) -> tuple[ProviderFolder, ...]:
    """Return the folders in use below *folder*, by name; hidden ones are nobody's.

    Raises OSError.
    """
    found: dict[str, list[tuple[int, Path]]] = {}
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.is_dir() and not path.name.startswith("."):
            match = _NUMBERED.fullmatch(path.name)
            name, number = (match[1], int(match[2])) if match else (path.name, 0)
            found.setdefault(name, []).append((number, path))
    return tuple(_newest(name, sorted(paths)) for name, paths in sorted(found.items()))


def _newest(name: str, paths: list[tuple[int, Path]]) -> ProviderFolder:
    *older, (number, path) = paths
    return ProviderFolder(
        name=name, number=number, path=path, older=tuple(path for _, path in older)
    )
