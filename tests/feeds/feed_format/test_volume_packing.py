"""Laws of packing: whatever is packed into whatever volumes, nothing is lost or too large."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st

from feed_format import Part, Room, pack
from feed_format.checksums import line_size
from feed_format.paths import piece_path
from feed_format.volume_packing import BLOCK, count_volumes, occupied
from provider_core.digests import Digest
from provider_core.oci.layout import blob_path

KB = 1 << 10
PIECE_LINE = line_size(piece_path(Digest.of(b"")))


def digest(number: int) -> Digest:
    return Digest.of(str(number).encode())


@st.composite
def rooms(draw: st.DrawFn, *, limited: bool | None = None) -> Room:
    """Return the room of some volume, at the least what it must be."""
    taken = draw(st.integers(0, 30)) * BLOCK
    lines = draw(st.integers(0, 3 * BLOCK))
    piece = draw(st.integers(1, 200)) * BLOCK
    largest = draw(st.none() | st.integers(64 * KB, 1024 * KB))
    room = Room(size=None, taken=taken, lines=lines, largest_file=largest, piece=piece)
    if limited is False or (limited is None and draw(st.booleans())):
        return room
    size = room.least + draw(st.integers(0, 2048 * KB))
    return Room(size=size, taken=taken, lines=lines, largest_file=largest, piece=piece)


blobs = st.lists(st.integers(0, 3000 * KB) | st.integers(0, 9), max_size=12).map(
    lambda sizes: [(digest(number), size) for number, size in enumerate(sizes)]
)


def by_volume(parts: Sequence[Part]) -> Mapping[int, list[Part]]:
    found: defaultdict[int, list[Part]] = defaultdict(list)
    for part in parts:
        found[part.volume].append(part)
    return found


@given(blobs, rooms())
def test_every_byte_is_in_exactly_one_place(content: list[tuple[Digest, int]], room: Room) -> None:
    parts = pack(content, room)
    assert list(dict.fromkeys(part.blob for part in parts)) == [blob for blob, _ in content]
    for blob, size in content:
        own = [part for part in parts if part.blob == blob]
        assert [part.is_whole for part in own] in ([True], [False] * len(own))
        end = 0
        for part in own:
            assert part.offset == end
            assert part.is_whole or part.length > 0
            end += part.length
        assert end == size


@given(blobs, rooms(limited=True))
def test_no_volume_exceeds_its_size(content: list[tuple[Digest, int]], room: Room) -> None:
    for parts in by_volume(pack(content, room)).values():
        lines = room.lines + sum(
            line_size(blob_path(part.blob)) if part.is_whole else PIECE_LINE for part in parts
        )
        files = sum(occupied(part.length) for part in parts)
        assert room.size is not None
        assert room.taken + files + occupied(lines) <= room.size


@given(blobs, rooms())
def test_no_file_is_too_large(content: list[tuple[Digest, int]], room: Room) -> None:
    for part in pack(content, room):
        if part.is_whole:
            assert room.largest_file is None or part.length <= room.largest_file
        else:
            assert part.length <= room.piece


@given(blobs, rooms())
def test_volumes_are_filled_one_after_the_other(
    content: list[tuple[Digest, int]], room: Room
) -> None:
    numbers = [part.volume for part in pack(content, room)]
    assert numbers == sorted(numbers)
    assert set(numbers) in (set(), set(range(1, max(numbers, default=1) + 1)))


@given(blobs, rooms(limited=False))
def test_one_volume_of_any_size_is_enough(content: list[tuple[Digest, int]], room: Room) -> None:
    parts = pack(content, room)
    assert count_volumes(parts) == 1
    assert all(
        part.is_whole == (room.largest_file is None or part.length <= room.largest_file)
        or not part.is_whole
        for part in parts
    )


@given(blobs, rooms(limited=True))
def test_no_more_volumes_than_half_full_ones_would_be(
    content: list[tuple[Digest, int]], room: Room
) -> None:
    parts = pack(content, room)
    full = by_volume(parts)
    for number in range(1, count_volumes(parts)):
        lines = room.lines + 300 * len(full[number])
        used = room.taken + sum(occupied(part.length) for part in full[number]) + occupied(lines)
        assert room.size is not None
        assert room.size - used < max(
            occupied(min(16 * BLOCK, room.piece)) + occupied(300), *_followers(full, number)
        )


def _followers(full: Mapping[int, list[Part]], number: int) -> list[int]:
    """Return what the first part of the next volume takes, and one block."""
    return [occupied(full[number + 1][0].length) + occupied(300), BLOCK]


def test_a_blob_fills_what_is_left_and_goes_on() -> None:
    room = Room(size=1 << 20, taken=0, lines=0, largest_file=None, piece=32 << 20)
    parts = pack([(digest(1), 700 * KB), (digest(2), 700 * KB)], room)
    assert [(part.volume, part.blob, part.is_whole) for part in parts] == [
        (1, digest(1), True),
        (1, digest(2), False),
        (2, digest(2), False),
    ]


def test_a_sliver_is_not_worth_a_piece() -> None:
    room = Room(size=1 << 20, taken=0, lines=0, largest_file=None, piece=32 << 20)
    parts = pack([(digest(1), 1000 * KB), (digest(2), 700 * KB)], room)
    assert [(part.volume, part.is_whole) for part in parts] == [(1, True), (2, True)]
