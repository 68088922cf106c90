"""Which names Windows can have, and when two of them are one; pure text.

A name becomes part of a tar member's name here.  One that Windows cannot have was made by
another system or to harm whoever unpacks the layer, and is refused ([MS-FSCC] 2.1.5, and what
Win32 reserves).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable
from operator import itemgetter
from typing import Final

from provider_core.errors import WimError

from ..tree import Node

__all__ = [
    "check_stream_names",
    "fault_of",
    "fault_of_stream",
    "folded",
    "name_order",
    "shown",
    "sorted_children",
]

MOST_NAME: Final = 255
"""UTF-16 code units of the longest name that NTFS has."""
_FORBIDDEN: Final = re.compile(r'[\x00-\x1f"*/:<>?\\|]|[ .]$')
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_RESERVED: Final = re.compile(
    r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9\u00b9\u00b2\u00b3])(?:\.|$)", re.I
)
_STREAM_FORBIDDEN: Final = re.compile(r"[\x00/:\\]")


def fault_of(name: str) -> str:
    """Return why Windows cannot have a file of this name, '' if it can."""
    if len(_units(name)) > MOST_NAME:
        return f"more than {MOST_NAME} characters"
    if _FORBIDDEN.search(name):
        return "a character that no name has in Windows, or a dot or a space at its end"
    if _RESERVED.match(name):
        return "a device of Windows"
    return _fault_of_text(name)


def folded(name: str) -> str:
    """Return what two names have in common that Windows takes for one: upper case, by character.

    A character whose upper case is more than one (ß) stays what it is, as NTFS has it.
    """
    if name.isascii():
        return name.upper()
    return "".join(up if len(up := sign.upper()) == 1 else sign for sign in name)


def name_order(name: str) -> tuple[str, str]:
    """Return what to sort names by: UTF-16 code units, upper case, as Windows compares them."""
    return _units(folded(name)), _units(name)


def sorted_children(node: Node, path: str) -> list[Node]:
    """Return what is in a directory, in the one order that images have here: as NTFS lists it.

    Raises WimError for a name that Windows cannot have, and for two that it takes for one.
    """
    named = [(name_order(child.name), child) for child in node.children]
    named.sort(key=itemgetter(0))
    before = ""
    for (fold, _), child in named:
        reason = fault_of(child.name) or ("" if fold else "no name")
        if fold == before:
            reason = reason or "the name of another one, but for its case"
        if reason:
            raise _refused(path, child.name, reason)
        before = fold
    return [child for _, child in named]


def check_stream_names(names: Iterable[str], path: str) -> None:
    """Raise WimError for an alternate data stream that Windows cannot have at *path*."""
    seen: set[str] = set()
    for name in names:
        fold = folded(name)
        reason = fault_of_stream(name) or ("given twice" if fold in seen else "")
        if reason:
            raise _refused(path, name, reason)
        seen.add(fold)


def fault_of_stream(name: str) -> str:
    """Return why Windows cannot have a stream of this name, '' if it can.

    Old programs have control characters in them.
    """
    if not 0 < len(_units(name)) <= MOST_NAME:
        return f"no character, or more than {MOST_NAME}"
    if _STREAM_FORBIDDEN.search(name):
        return "a sign that no stream's name has"
    return _fault_of_text(name)


def shown(name: str) -> str:
    """Return *name* fit for a message: bounded and inert."""
    return ascii(name if len(name) <= 80 else name[:77] + "...")


def _units(name: str) -> str:
    """Return *name* with a character for each UTF-16 code unit, so that text order is theirs."""
    if name.isascii() or max(name) < "\ue000":
        return name
    raw = name.encode("utf-16-le", "surrogatepass")
    return "".join(map(chr, struct.unpack(f"<{len(raw) // 2}H", raw)))


def _fault_of_text(name: str) -> str:
    if not name.isascii() and _SURROGATE.search(name):
        return "half of a surrogate pair, which no tar archive can hold"
    return ""


def _refused(path: str, name: str, reason: str) -> WimError:
    where = shown(f"{path}/{name}" if path else name)
    return WimError(
        f"the image has a file {where} that no layer can hold: its name has or is {reason}",
        hint="the image was not made of a Windows system; capture it again without that file",
    )
