"""wimlib-imagex as typed calls: files made, listed in detail, and applied."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .peer import require_peer
from .tools import run

__all__ = ["Listed", "apply_image", "detailed", "imagex"]

_FIELD: Final = re.compile(r"^([A-Z][\w ]+?) *= (.*)$")
_STREAM: Final = re.compile(r"^\t(.*):$")


@dataclass(frozen=True, kw_only=True)
class Listed:
    """What `wimdir --detailed` says of a file."""

    path: str
    """Below the root, with slashes; '' for the root."""
    short_name: str
    attributes: int
    times: tuple[str, str, str]
    """Creation, last write, last access, to the second: 'Sun Sep 13 12:26:40 2020 UTC'."""
    link_count: int
    reparse_tag: int
    streams: tuple[tuple[str, str, int], ...]
    """What each is ('Unnamed data stream'), its SHA-1 in hexadecimal, and its size."""


def imagex(*arguments: str | Path) -> str:
    """Run wimlib-imagex; return what it says."""
    require_peer("wimlib-imagex")
    return run("wimlib-imagex", *arguments)


def detailed(wim: Path, image: int, *parts: str) -> Iterator[Listed]:
    """Yield every file of an image in the order of its tree; *parts* is a glob of further files."""
    said = imagex("dir", wim, str(image), "--detailed", *(f"--ref={part}" for part in parts))
    for block in re.split(r"^-{60,}\n", said, flags=re.MULTILINE):
        if block.strip():
            yield _listed(block)


def apply_image(wim: Path, image: int, folder: Path, *parts: str) -> None:
    """Apply an image to a folder, which is made."""
    imagex("apply", wim, str(image), folder, *(f"--ref={part}" for part in parts))


def _listed(block: str) -> Listed:
    fields: dict[str, str] = {}
    streams: list[tuple[str, dict[str, str]]] = []
    for line in block.splitlines():
        if found := _STREAM.match(line):
            streams.append((found[1], {}))
        elif found := _FIELD.match(line):
            (streams[-1][1] if streams else fields).setdefault(found[1], found[2])
    return Listed(
        path=fields["Full Path"].strip('"').lstrip("/"),
        short_name=fields["Short Name"].strip('"'),
        attributes=int(fields["Attributes"], 16),
        times=(fields["Creation Time"], fields["Last Write Time"], fields["Last Access Time"]),
        link_count=int(fields["Link Count"]),
        reparse_tag=int(fields.get("Reparse Tag", "0"), 16),
        streams=tuple(
            (kind, said["Hash"].removeprefix("0x"), int(said["Uncompressed size"].split()[0]))
            for kind, said in streams
        ),
    )
