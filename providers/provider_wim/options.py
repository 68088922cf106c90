"""The options of this provider: as data for the command line, and read from a context."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from provider_core.model import OptionSpec, OptionType, Verb

from .layer.compressors import COMPRESSIONS, LayerCompression, compression_at

__all__ = ["OPTIONS", "WIM_COMPRESSIONS", "ConvertOptions"]

WIM_COMPRESSIONS: Final = ("none", "xpress", "lzx")
_MOST_UNPACKED: Final = 256 << 30
"""Bytes; the largest systems in such files have a tenth of it."""

OPTIONS: Final = (
    OptionSpec(
        name="index",
        verb=Verb.INSTALL,
        type=OptionType.NUMBER,
        help="which of several images in the file, from 1",
    ),
    OptionSpec(
        name="name",
        verb=Verb.INSTALL,
        help="which of several images in the file; else what to call the one image",
    ),
    OptionSpec(name="version", verb=Verb.INSTALL, help="its version"),
    OptionSpec(
        name="publisher", verb=Verb.INSTALL, help="who made it; a Windows image file does not say"
    ),
    OptionSpec(
        name="layer-compression",
        verb=Verb.INSTALL,
        type=OptionType.CHOICE,
        choices=COMPRESSIONS,
        help="of the layer that is made: gzip (default), zstd or none",
    ),
    OptionSpec(
        name="layer-level",
        verb=Verb.INSTALL,
        type=OptionType.NUMBER,
        help="how hard to compress it: gzip 1 to 9 (usually 2), zstd 1 to 19 (usually 3)",
    ),
    OptionSpec(
        name="faithful-times",
        verb=Verb.INSTALL,
        type=OptionType.FLAG,
        help="keep the times of last access, which differ from capture to capture",
    ),
    OptionSpec(
        name="leave-out",
        verb=Verb.INSTALL,
        type=OptionType.FLAG,
        help="leave out files that no layer can hold (encrypted, WOF), instead of refusing",
    ),
    OptionSpec(
        name="max-unpacked",
        verb=Verb.INSTALL,
        type=OptionType.NUMBER,
        help="bytes that an image may unpack to at most (256 GiB)",
    ),
    OptionSpec(
        name="wim-compression",
        verb=Verb.SAVE,
        type=OptionType.CHOICE,
        choices=WIM_COMPRESSIONS,
        help="of the file that is made: none (default), xpress or lzx",
    ),
    OptionSpec(
        name="without-registry",
        verb=Verb.SAVE,
        type=OptionType.FLAG,
        help="save an image though its layers' registry changes cannot be in the file",
    ),
)
"""Every option, by verb."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvertOptions:
    """How a file becomes an image."""

    index: int | None
    """Number of the image in the file, None if not said."""
    name: str
    """Name of the image in the file, or the name that it shall have; '' if not said."""
    publisher: str
    """Who made it, as the user says; '' if not said."""
    compression: LayerCompression
    """Of the layer that is made."""
    faithful: bool
    """Whether times of last access are kept."""
    leave_out: bool
    """Whether files that no layer can hold are left out."""
    most_unpacked: int
    """Bytes that the image may unpack to."""
    keep_original: bool
    """Whether the file is kept; the host says it."""

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Self:
        """Read the values that a context has, already of their types.

        Raises UsageError for a level that the compression does not have.
        """
        most = options.get("max-unpacked")
        return cls(
            index=options.get("index"),
            name=options.get("name") or "",
            publisher=options.get("publisher") or "",
            compression=compression_at(
                options.get("layer-compression") or COMPRESSIONS[0], options.get("layer-level")
            ),
            faithful=bool(options.get("faithful-times")),
            leave_out=bool(options.get("leave-out")),
            most_unpacked=_MOST_UNPACKED if most is None else most,
            keep_original=bool(options.get("keep-original")),
        )
