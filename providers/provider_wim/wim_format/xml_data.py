"""The XML data: what a file says of its images, UTF-16LE, without a prolog or a DOCTYPE.

expat reads it.  Entities need a DOCTYPE, and that is refused as soon as it begins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from provider_core.errors import WimError

from ..tree import WimImage

__all__ = ["MOST_XML", "parse_xml"]

MOST_XML: Final = 16 << 20
"""Bytes of the largest XML data that is read; DISM's own have some kilobytes."""
_MOST_TEXT: Final = 4096
"""Characters of one text that are kept."""
_MOST_DEPTH: Final = 64
_MOST_NUMBER: Final = 1 << 63
_WHERE: Final = "XML"
_BOM: Final = b"\xff\xfe"
_ARCHITECTURES: Final = {"0": "386", "5": "arm", "6": "ia64", "9": "amd64", "12": "arm64"}
"""PROCESSOR_ARCHITECTURE_… of Windows."""
_LANGUAGE: Final = "WINDOWS/LANGUAGES/LANGUAGE"
_VERSION: Final = "WINDOWS/VERSION/"
_MOST_LANGUAGES: Final = 256


def parse_xml(data: bytes, images: int) -> tuple[WimImage, ...]:
    """Return what the XML says of each of *images* images; of one it leaves out, its number.

    Raises WimError.
    """
    if len(data) > MOST_XML:
        raise WimError(f"it has {len(data)} bytes, more than {MOST_XML}", where=_WHERE)
    found = _read(_text(data))
    texts: dict[int, _Texts] = {}
    for one in found:
        index = _number(one.index, "INDEX", base=10)
        if not 1 <= index <= images or index in texts:
            raise WimError(f"image {index} of {images} is described", where=_WHERE)
        texts[index] = one
    empty = _Texts(index="")
    return tuple(_image(number, texts.get(number, empty)) for number in range(1, images + 1))


def _text(data: bytes) -> str:
    if data[:2] != _BOM:
        raise WimError("it does not begin with the byte order mark of UTF-16LE", where=_WHERE)
    try:
        return data[2:].decode("utf-16-le")
    except UnicodeDecodeError as error:
        raise WimError(f"it is not UTF-16LE ({error.reason})", where=_WHERE) from error


@dataclass(slots=True)
class _Texts:
    """The texts of one IMAGE element, the first of each path."""

    index: str
    texts: dict[str, str] = field(default_factory=dict)
    languages: list[str] = field(default_factory=list)

    def keep(self, path: str, text: str) -> None:
        if path == _LANGUAGE and len(self.languages) < _MOST_LANGUAGES:
            self.languages.append(text)
        elif path in _WANTED:
            self.texts.setdefault(path, text)


def _read(text: str) -> list[_Texts]:
    parser = expat.ParserCreate("utf-8")
    handler = _Handler()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = handler.doctype
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    parser.CharacterDataHandler = handler.characters
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise WimError(f"it is no XML: {error}", where=_WHERE) from error
    if not handler.is_wim:
        raise WimError("its element is not WIM", where=_WHERE)
    return handler.images


class _Handler:
    """Collects the texts of WIM/IMAGE elements by their path within."""

    def __init__(self) -> None:
        self.images: list[_Texts] = []
        self.is_wim = False
        self._path: list[str] = []
        self._text: list[str] = []
        self._length = 0

    def doctype(self, *_: object) -> None:
        raise WimError("it has a DOCTYPE, which no WIM file has", where=_WHERE)

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if len(self._path) >= _MOST_DEPTH:
            raise WimError("its elements are nested too deep", where=_WHERE)
        self._path.append(name)
        self._text, self._length = [], 0
        self.is_wim = self.is_wim or self._path == ["WIM"]
        if self._path == ["WIM", "IMAGE"]:
            self.images.append(_Texts(index=attributes.get("INDEX", "")))

    def characters(self, text: str) -> None:
        if self._length < _MOST_TEXT:
            self._text.append(text[: _MOST_TEXT - self._length])
            self._length += len(text)

    def end(self, name: str) -> None:
        if self._path[:2] == ["WIM", "IMAGE"] and len(self._path) > 2:
            self.images[-1].keep("/".join(self._path[2:]), "".join(self._text).strip())
        self._path.pop()
        self._text, self._length = [], 0


_WANTED: Final = frozenset(
    {
        "NAME",
        "DESCRIPTION",
        "DISPLAYNAME",
        "FLAGS",
        "DIRCOUNT",
        "FILECOUNT",
        "TOTALBYTES",
        "HARDLINKBYTES",
        "CREATIONTIME/HIGHPART",
        "CREATIONTIME/LOWPART",
        "LASTMODIFICATIONTIME/HIGHPART",
        "LASTMODIFICATIONTIME/LOWPART",
        "WINDOWS/ARCH",
        "WINDOWS/EDITIONID",
        "WINDOWS/INSTALLATIONTYPE",
        *(f"{_VERSION}{part}" for part in ("MAJOR", "MINOR", "BUILD", "SPBUILD")),
    }
)


def _image(index: int, found: _Texts) -> WimImage:
    def text(path: str) -> str:
        return found.texts.get(path, "")

    def number(path: str) -> int:
        return _number(text(path) or "0", path, base=10)

    return WimImage(
        index=index,
        name=text("NAME"),
        description=text("DESCRIPTION"),
        display_name=text("DISPLAYNAME"),
        flags=text("FLAGS"),
        edition=text("WINDOWS/EDITIONID"),
        installation_type=text("WINDOWS/INSTALLATIONTYPE"),
        architecture=_ARCHITECTURES.get(text("WINDOWS/ARCH"), ""),
        version=_version(found),
        languages=tuple(found.languages),
        created=_time(found, "CREATIONTIME"),
        modified=_time(found, "LASTMODIFICATIONTIME"),
        files=number("FILECOUNT"),
        directories=number("DIRCOUNT"),
        total_bytes=number("TOTALBYTES"),
        hard_link_bytes=number("HARDLINKBYTES"),
    )


def _version(found: _Texts) -> str:
    """Return MAJOR.MINOR.BUILD.SPBUILD; '' without the first three, which go together."""
    parts = [found.texts.get(f"{_VERSION}{part}", "") for part in ("MAJOR", "MINOR", "BUILD")]
    if not all(parts):
        return ""
    parts.append(found.texts.get(f"{_VERSION}SPBUILD", "") or "0")
    return ".".join(str(_number(part, "VERSION", base=10, most=1 << 32)) for part in parts)


def _time(found: _Texts, name: str) -> int:
    """Return a FILETIME whose halves are hexadecimal (``0x01D1193B``); 0 if it is not there."""
    high, low = (found.texts.get(f"{name}/{half}", "") for half in ("HIGHPART", "LOWPART"))
    if not high and not low:
        return 0
    halves = (_number(half or "0", name, base=16, most=1 << 32) for half in (high, low))
    return next(halves) << 32 | next(halves)


def _number(text: str, what: str, *, base: int, most: int = _MOST_NUMBER) -> int:
    digits = text.removeprefix("0x").removeprefix("0X") if base == 16 else text
    known = digits.isascii() and (digits.isalnum() if base == 16 else digits.isdecimal())
    if known and len(digits) <= len(str(_MOST_NUMBER)):
        try:
            value = int(digits, base)
        except ValueError:
            value = most
        if value < most:
            return value
    raise WimError(f"{what} is {text[:40]!r}, not a number that fits", where=_WHERE)
