"""Which provider writes to a destination: by URL scheme, by ending, else to a folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..disk.media import require_writable
from ..errors import Ambiguous, Exists, NoSuchFile, NotSupported
from ..model import Destination
from ..references import Uri, parse_reference

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["STREAM", "Target", "find_stream", "find_target"]

_FILES = (
    ".7z",
    ".bz2",
    ".esd",
    ".gz",
    ".iso",
    ".swm",
    ".tbz",
    ".tgz",
    ".txz",
    ".xz",
    ".zip",
    ".zst",
)
"""Endings of files that nobody here writes: a new folder of such a name is not what was meant."""
STREAM = "-"
"""The destination that stands for ``context.sink``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A place to save to, and who writes there."""

    location: str
    """A URL, or an absolute path."""
    provider: str
    kind: Destination


def find_target(resources: Resources, to: str, *, force: bool) -> Target:
    """Return who writes to *to*.

    Raises NotSupported if nobody does, or for a file of another kind, Exists for a file without
    *force*, NoSuchFile if its folder does not exist, StoreError on a read-only medium, Ambiguous.
    """
    reference = parse_reference(to)
    if isinstance(reference, Uri):
        return _target(resources, to, scheme=reference.scheme)
    path = Path(os.path.expanduser(to)).absolute()
    require_writable(path)
    matching = _by_suffix(resources, path)
    if matching is not None and not path.is_dir():
        _check_file(path, force)
        return matching
    if path.name.lower().endswith(_FILES) and not path.is_dir():
        raise NotSupported(
            f"no provider writes a file like {path.name}", hint=_known(resources), location=to
        )
    return _target(resources, str(path), folder=True)


def find_stream(resources: Resources) -> Target:
    """Return who writes an archive of images to a pipe.  Raises NotSupported, Ambiguous."""
    found = [
        Target(location=STREAM, provider=loaded.info.name, kind=kind)
        for loaded in resources.plugins.providers()
        for kind in loaded.info.saves
        if kind.stream
    ]
    if not found:
        raise NotSupported(
            "no provider writes a stream that engines read",
            hint="`ferry provider enable archive`",
        )
    return _only(found, "a stream")


def _by_suffix(resources: Resources, path: Path) -> Target | None:
    found = [
        Target(location=str(path), provider=loaded.info.name, kind=kind)
        for loaded in resources.plugins.providers()
        for kind in loaded.info.saves
        if kind.suffix and path.name.lower().endswith(kind.suffix)
    ]
    return _only(found, str(path)) if found else None


def _target(
    resources: Resources, location: str, *, scheme: str = "", folder: bool = False
) -> Target:
    found = [
        Target(location=location, provider=loaded.info.name, kind=kind)
        for loaded in resources.plugins.providers()
        for kind in loaded.info.saves
        if (scheme and kind.scheme == scheme) or (folder and kind.folder)
    ]
    if not found:
        raise NotSupported(
            f"no provider saves to {location}", hint=_known(resources), location=location
        )
    return _only(found, location)


def _only(found: list[Target], location: str) -> Target:
    names = sorted({target.provider for target in found})
    if len(names) > 1:
        raise Ambiguous(
            f"the destination {location}",
            names,
            hint="disable one of these providers: `ferry provider disable NAME`",
        )
    return max(found, key=lambda target: len(target.kind.suffix))


def _known(resources: Resources) -> str:
    kinds = sorted(
        kind.suffix or (f"{kind.scheme}://" if kind.scheme else "a folder")
        for loaded in resources.plugins.providers()
        for kind in loaded.info.saves
    )
    return f"destinations here: {', '.join(kinds) or 'none'}"


def _check_file(path: Path, force: bool) -> None:
    if path.exists() and not force:
        raise Exists(str(path))
    if not path.parent.is_dir():
        raise NoSuchFile(path.parent)
