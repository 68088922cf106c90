"""Which providers open a file, a folder or a URL: by magic bytes, markers and schemes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import Ambiguous, NoSuchFile, NotSupported, StoreError
from ..model import ProviderInfo

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["providers_for_file", "providers_for_folder", "providers_for_scheme"]

HEAD = 4096
"""Bytes of a file that magic numbers are looked for in."""


def providers_for_file(resources: Resources, path: Path) -> tuple[str, ...]:
    """Return the names of providers whose magic the file bears.

    Raises NoSuchFile; NotSupported for a pipe, which may never say anything.
    """
    if path.is_fifo():
        raise NotSupported(
            f"{path} is a pipe, and files are read more than once",
            hint="write what comes out of it to a file first, and name that",
            path=str(path),
        )
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except FileNotFoundError as error:
        raise NoSuchFile(path) from error
    except OSError as error:
        raise StoreError(
            f"{path} cannot be read: {error.strerror}", hint="check its permissions"
        ) from error
    return tuple(
        loaded.info.name
        for loaded in resources.plugins.providers()
        if any(head[magic.offset :].startswith(magic.signature) for magic in loaded.info.magic)
    )


def providers_for_folder(resources: Resources, path: Path) -> tuple[str, ...]:
    """Return the one provider whose most specific marker is in the folder; () if none is.

    A marker deeper in the folder beats a shallow one, a plain name beats a pattern.
    Raises NoSuchFile, and Ambiguous for a tie.
    """
    if not path.exists():
        raise NoSuchFile(path)
    ranked: dict[tuple[bool, int], list[str]] = {}
    for loaded in resources.plugins.providers():
        best = _best_marker(loaded.info, path)
        if best is not None:
            ranked.setdefault(best, []).append(loaded.info.name)
    if not ranked:
        return ()
    winners = ranked[max(ranked)]
    if len(winners) > 1:
        raise Ambiguous(
            f"the folder {path}",
            winners,
            hint="`ferry source add … --provider NAME` says which; or disable one:"
            " `ferry provider disable NAME`",
        )
    return (winners[0],)


def providers_for_scheme(resources: Resources, scheme: str) -> tuple[str, ...]:
    """Return the names of providers whose URLs start with *scheme*."""
    return tuple(
        loaded.info.name
        for loaded in resources.plugins.providers()
        if scheme in loaded.info.schemes
    )


def _best_marker(info: ProviderInfo, path: Path) -> tuple[bool, int] | None:
    found = [
        (not _is_pattern(marker), marker.count("/"))
        for marker in info.markers
        if _holds(path, marker)
    ]
    return max(found, default=None)


def _is_pattern(marker: str) -> bool:
    return any(sign in marker for sign in "*?")


def _holds(path: Path, marker: str) -> bool:
    if _is_pattern(marker):
        return any(True for _ in path.glob(marker))
    return (path / marker).exists()
