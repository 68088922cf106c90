"""volumes.json: comes back from its bytes, and what breaks the format is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feed_format import PIECE_LIMIT, Piece, Room, Volume, VolumeImage, Volumes, pack
from feed_format.volume_packing import BLOCK
from provider_core.digests import Digest
from provider_core.errors import DocumentError, NotSupported

ONE, TWO, CUT = (Digest.of(text) for text in (b"one", b"two", b"cut"))
PIECES = (
    Piece(blob=CUT, offset=0, length=5, digest=Digest.of(b"first")),
    Piece(blob=CUT, offset=5, length=7, digest=Digest.of(b"second.")),
)
VOLUMES = Volumes(
    volumes=(
        Volume(blobs={ONE: 3}, pieces=PIECES[:1]),
        Volume(blobs={TWO: 0}, pieces=PIECES[1:]),
    ),
    images=(VolumeImage(name="app", version="1.0", root=ONE, volumes=(1, 2)),),
)


@st.composite
def packed(draw: st.DrawFn) -> Volumes:
    """Return the list of volumes that something was packed into."""
    sizes = draw(st.lists(st.integers(0, 1 << 20), max_size=9))
    content = [(Digest.of(str(number).encode()), size) for number, size in enumerate(sizes)]
    room = Room(size=None, taken=0, lines=0, largest_file=None, piece=draw(st.just(8)) * BLOCK)
    room = Room(
        size=room.least + draw(st.integers(0, 1 << 20)),
        taken=0,
        lines=0,
        largest_file=draw(st.none() | st.integers(1 << 16, 1 << 20)),
        piece=room.piece,
    )
    found: dict[int, tuple[dict[Digest, int], list[Piece]]] = {1: ({}, [])}
    for part in pack(content, room):
        blobs, pieces = found.setdefault(part.volume, ({}, []))
        if part.is_whole:
            blobs[part.blob] = part.length
        else:
            made = Digest.of(f"{part.blob} {part.offset}".encode())
            pieces.append(
                Piece(blob=part.blob, offset=part.offset, length=part.length, digest=made)
            )
    volumes = tuple(Volume(blobs=one, pieces=tuple(pieces)) for one, pieces in found.values())
    bare = Volumes(volumes=volumes)
    image = VolumeImage(
        name=draw(st.text(min_size=1, max_size=9)),
        version="1",
        root=ONE,
        volumes=bare.needed(blob for blob, _ in content),
    )
    return Volumes(volumes=volumes, images=(image,))


@given(packed())
def test_it_comes_back_from_its_bytes(volumes: Volumes) -> None:
    again = Volumes.parse(volumes.as_bytes())
    assert again.as_bytes() == volumes.as_bytes()
    assert (again.whole, again.cut, again.images) == (volumes.whole, volumes.cut, volumes.images)


@given(packed())
def test_images_name_exactly_the_volumes_they_need(volumes: Volumes) -> None:
    (image,) = volumes.images
    used = [
        number
        for number, volume in enumerate(volumes.volumes, start=1)
        if volume.blobs or volume.pieces
    ]
    assert list(image.volumes) == used


def test_where_things_are() -> None:
    assert VOLUMES.whole == {ONE: 1, TWO: 2}
    assert VOLUMES.cut == {CUT: ((1, PIECES[0]), (2, PIECES[1]))}
    assert VOLUMES.needed([ONE]) == (1,)
    assert VOLUMES.needed([CUT]) == VOLUMES.needed([TWO, ONE]) == (1, 2)
    assert VOLUMES.needed([Digest.of(b"elsewhere")]) == ()


def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(VOLUMES.as_bytes())
    return document


def _with(piece: dict[str, Any]) -> dict[str, Any]:
    document = _document()
    document["volumes"][1]["pieces"][0] |= piece
    return document


def _twice() -> dict[str, Any]:
    document = _document()
    document["volumes"][1]["blobs"] += document["volumes"][0]["blobs"]
    return document


def _whole_and_cut() -> dict[str, Any]:
    document = _document()
    document["volumes"][0]["blobs"] += [{"digest": str(CUT), "size": 12}]
    return document


@pytest.mark.parametrize(
    "document",
    [
        _twice(),
        _whole_and_cut(),
        _with({"offset": 4}),
        _with({"offset": 6}),
        _with({"offset": -1}),
        _with({"length": 0}),
        _with({"length": PIECE_LIMIT + 1}),
        _with({"digest": "sha512:" + "0" * 128}),
        _with({"blob": "sha256:../../x"}),
        {**_document(), "images": [{**_document()["images"][0], "volumes": [3]}]},
        {**_document(), "images": [{**_document()["images"][0], "volumes": [True]}]},
        {**_document(), "volumes": [{"blobs": [{"digest": str(ONE), "size": -1}]}]},
    ],
)
def test_what_breaks_the_format_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(DocumentError):
        Volumes.parse(json.dumps(document).encode())


def test_another_major_version_is_refused() -> None:
    with pytest.raises(NotSupported):
        Volumes.parse(json.dumps({**_document(), "format": "2.0"}).encode())
