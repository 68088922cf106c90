"""The XML data of a WIM file, as `wim_format.xml_data` reads it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape  # that of xml.sax brings urllib and http along
from typing import Final

from ..tree import WimImage
from .metadata import TreeSizes

__all__ = ["DescribedImage", "pack_xml"]

_ARCHITECTURES: Final = {"386": 0, "arm": 5, "ia64": 6, "amd64": 9, "arm64": 12}
_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML document can have (XML 1.0, Char)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedImage:
    """An image, and how much is in it."""

    image: WimImage
    sizes: TreeSizes


def pack_xml(images: Sequence[DescribedImage], total: int) -> bytes:
    """Return the XML of a file whose resources end at byte *total*: UTF-16LE with its mark."""
    body = "".join(_image(one.image, one.sizes) for one in images)
    text = f"<WIM><TOTALBYTES>{total}</TOTALBYTES>{body}</WIM>"
    return b"\xff\xfe" + text.encode("utf-16-le")


def _image(image: WimImage, sizes: TreeSizes) -> str:
    inner = (
        _text("DIRCOUNT", str(sizes.directories))
        + _text("FILECOUNT", str(sizes.files))
        + _text("TOTALBYTES", str(sizes.total))
        + _text("HARDLINKBYTES", str(sizes.hard_links))
        + _time("CREATIONTIME", image.created)
        + _time("LASTMODIFICATIONTIME", image.modified or image.created)
        + _windows(image)
        + _text("NAME", image.name)
        + _text("DESCRIPTION", image.description)
        + _text("FLAGS", image.flags)
    )
    return f'<IMAGE INDEX="{image.index}">{inner}</IMAGE>'


def _windows(image: WimImage) -> str:
    if not image.is_windows:
        return ""
    names = ("MAJOR", "MINOR", "BUILD", "SPBUILD")
    version = "".join(map(_text, names, image.version.split(".")))
    architecture = _ARCHITECTURES.get(image.architecture)
    inner = (
        ("" if architecture is None else _text("ARCH", str(architecture)))
        + _text("EDITIONID", image.edition)
        + f"<VERSION>{version}</VERSION>"
    )
    return f"<WINDOWS>{inner}</WINDOWS>"


def _time(name: str, filetime: int) -> str:
    if not filetime:
        return ""
    high, low = filetime >> 32, filetime & 0xFFFFFFFF
    return f"<{name}><HIGHPART>0x{high:08X}</HIGHPART><LOWPART>0x{low:08X}</LOWPART></{name}>"


def _text(name: str, text: str) -> str:
    return f"<{name}>{escape(_NO_XML.sub('?', text), quote=False)}</{name}>" if text else ""
