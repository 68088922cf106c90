"""Where a member of a Windows layer belongs: which system, and which path in it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from provider_core.errors import DocumentError, NotSupported

from .entries import FILES, UTILITY_VM
from .names import fault_of, fault_of_stream, folded, shown

__all__ = ["Area", "LayerPath", "path_of"]

_REGISTRY: Final = "Hives"
_WHITEOUT: Final = ".wh."
_OPAQUE: Final = ".wh..wh..opq"
_MOST_DEPTH: Final = 512
"""Directories; as deep as a WIM is read."""


class Area(Enum):
    """A part of a layer."""

    SYSTEM = auto()
    """``Files``."""
    UTILITY = auto()
    """``UtilityVM/Files``."""
    NOTHING = auto()
    """A folder around these, which no image has for itself."""
    REGISTRY = auto()
    """``Hives``: changes of the registry, which a base layer never has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerPath:
    """A member's place."""

    area: Area
    parts: tuple[str, ...] = ()
    """Names from the root of the area on; () for the root itself."""
    stream: str = ""
    """The alternate data stream that is meant, '' for the file."""
    removes: bool = False
    """Whether it says that the last part is gone from the layers below (OCI layer.md)."""
    is_opaque: bool = False
    """Whether it says that of everything in the folder."""

    @property
    def key(self) -> tuple[Area, str]:
        """What all spellings of the path share."""
        return self.area, folded("/".join(self.parts))


def path_of(name: str) -> LayerPath:
    """Read a member's name.

    Raises DocumentError for a path that is none, NotSupported for what no Windows image has.
    """
    parts = name.removeprefix("./").removesuffix("/").split("/")
    if parts[0] == _REGISTRY:
        return LayerPath(area=Area.REGISTRY)
    if parts == [UTILITY_VM]:
        return LayerPath(area=Area.NOTHING)
    if parts[0] == FILES:
        return _inside(Area.SYSTEM, parts[1:], name)
    if parts[:2] == [UTILITY_VM, FILES]:
        return _inside(Area.UTILITY, parts[2:], name)
    raise NotSupported(
        f"the image has {shown(name)}, which is no part of a Windows image",
        hint="save it as it is: `ferry save NAME --to FILE.tar`",
    )


def _inside(area: Area, parts: list[str], name: str) -> LayerPath:
    last = parts.pop() if parts else ""
    removes, is_opaque = last.startswith(_WHITEOUT), last == _OPAQUE
    stream = ""
    if removes and not is_opaque:
        parts.append(last[len(_WHITEOUT) :])
    elif last and not is_opaque:
        file, colon, stream = last.partition(":")
        parts.append(file)
        if colon and not stream:
            raise DocumentError(f"{shown(name)} names no stream", what="layer")
    if len(parts) > _MOST_DEPTH:
        raise DocumentError(f"{shown(name)} is more than {_MOST_DEPTH} folders deep", what="layer")
    if stream and (reason := fault_of_stream(stream)):
        raise DocumentError(f"{shown(name)} has or is {reason}", what="layer")
    for part in parts:
        reason = fault_of(part) if part else "no name"
        if reason:
            raise DocumentError(f"{shown(name)} has or is {reason}", what="layer")
    return LayerPath(
        area=area,
        parts=tuple(parts),
        stream=stream,
        removes=removes and not is_opaque,
        is_opaque=is_opaque,
    )
