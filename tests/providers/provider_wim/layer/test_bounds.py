"""Layers that unpack to little, and would take gigabytes of memory."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from itertools import chain

import pytest

from provider_core.errors import DocumentError
from provider_wim.layer.flattening import Flattener
from provider_wim.layer.members import LayerMembers
from provider_wim.layer.whiteouts import Whiteouts

from ....support.layers import MemorySink, tar_layer

DEEP = "/a" * 500


def member(name: str, **pax: str) -> bytes:
    """Return the blocks of one empty file."""
    whole = tar_layer((name, b""), **pax).rstrip(b"\0")
    return whole.ljust(-(-len(whole) // 512) * 512, b"\0")


def taken(members: Iterator[bytes]) -> None:
    Flattener(MemorySink()).add(LayerMembers(members))


def test_names_without_bounds() -> None:
    one = member("Files/" + "n" * 1_000_000)
    with pytest.raises(DocumentError, match="names of more than"):
        for _ in LayerMembers(one for _ in range(70)):
            pass


def test_folders_without_bounds() -> None:
    with pytest.raises(DocumentError, match="files and folders"):
        taken(member(f"Files/{number}{DEEP}") for number in range(1_300))


def test_descriptors_without_bounds() -> None:
    texts = (base64.b64encode(b"%06d" % number * 100_000).decode() for number in range(120))
    members = (
        member(f"Files/{number}", **{"MSWINDOWS.rawsd": text}) for number, text in enumerate(texts)
    )
    with pytest.raises(DocumentError, match="bytes of facts"):
        taken(members)


def test_a_descriptor_of_many_files_counts_once() -> None:
    text = base64.b64encode(b"d" * 600_000).decode()
    files = Flattener(MemorySink())
    members = (member(f"Files/{number}", **{"MSWINDOWS.rawsd": text}) for number in range(120))
    files.add(LayerMembers(chain(members, [bytes(1024)])))
    assert len({id(node.security) for node in files.finish().system.children}) == 1


def test_whiteouts_without_bounds() -> None:
    with pytest.raises(DocumentError, match="whiteouts"):
        mark(1_300)


def mark(count: int) -> None:
    """Say that so many deep files are gone."""
    marks = Whiteouts()
    for number in range(count):
        marks.remove([str(number), *["a"] * 500])
