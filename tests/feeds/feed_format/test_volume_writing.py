"""Volumes being made: whose folder it is, what stays of an attempt that ended early."""

from __future__ import annotations

import io
import os
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO

import pytest

from feed_format import Part, Piece, VolumeWriter, unfinished_volumes
from feed_format.feed_folder import FeedFolder
from feed_format.paths import piece_path
from feed_format.volume_numbers import read_volume_number
from feed_format.volume_writing import UNFINISHED
from provider_core.digests import Digest
from provider_core.errors import Exists, Locked, SizeMismatch
from provider_core.oci.layout import blob_path

WHOLE, CUT = b"whole" * 100, b"cut into pieces" * 100
FIRST, SECOND = CUT[:1000], CUT[1000:]
PARTS = (
    Part(volume=1, blob=Digest.of(WHOLE), offset=0, length=len(WHOLE), is_whole=True),
    Part(volume=1, blob=Digest.of(CUT), offset=0, length=len(FIRST), is_whole=False),
    Part(volume=2, blob=Digest.of(CUT), offset=1000, length=len(SECOND), is_whole=False),
)


class Content:
    """What is poured; counts what is opened."""

    def __init__(self) -> None:
        self.opened: list[bytes] = []

    def __call__(self) -> dict[Digest, partial[BinaryIO]]:
        return {Digest.of(data): partial(self._open, data) for data in (WHOLE, CUT)}

    def _open(self, data: bytes) -> BinaryIO:
        self.opened.append(data)
        return io.BytesIO(data)


@pytest.fixture
def metadata(tmp_path: Path) -> FeedFolder:
    """Return what every volume gets."""
    for name in ("trust/1.root.json", "trust/timestamp.json", "lock"):
        path = tmp_path / "metadata" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return FeedFolder(tmp_path / "metadata")


def _everything(path: Path) -> dict[str, bytes]:
    return {
        str(one.relative_to(path)): one.read_bytes() for one in path.rglob("*") if one.is_file()
    }


def _made(path: Path, metadata: FeedFolder, content: Content) -> dict[str, bytes]:
    writer = VolumeWriter(path, PARTS)
    with unfinished_volumes(path):
        writer.pour(content())
        writer.finish(metadata)
    return _everything(path)


def test_each_part_is_where_it_should_be(tmp_path: Path, metadata: FeedFolder) -> None:
    path = tmp_path / "made"
    writer = VolumeWriter(path, PARTS)
    assert writer.missing() == len(WHOLE) + len(CUT)
    with unfinished_volumes(path):
        first, second = writer.pour(Content()())
        writer.finish(metadata)
    assert first.blobs == {Digest.of(WHOLE): len(WHOLE)}
    assert first.pieces == (
        Piece(blob=Digest.of(CUT), offset=0, length=1000, digest=Digest.of(FIRST)),
    )
    files = _everything(path)
    assert files[f"volume-01/{blob_path(Digest.of(WHOLE))}"] == WHOLE
    assert files[f"volume-01/{piece_path(Digest.of(FIRST))}"] == FIRST
    assert files[f"volume-02/{piece_path(second.pieces[0].digest)}"] == SECOND
    for number in (1, 2):
        assert files[f"volume-0{number}/trust/timestamp.json"] == b"trust/timestamp.json"
        assert read_volume_number(FeedFolder(path / f"volume-0{number}").read) == number
    assert not {"lock", UNFINISHED} & {name.rpartition("/")[2] for name in files}


def test_what_is_finished_is_left_alone(tmp_path: Path, metadata: FeedFolder) -> None:
    made = _made(tmp_path / "made", metadata, Content())
    with pytest.raises(Exists), unfinished_volumes(tmp_path / "made"):
        pass
    assert _everything(tmp_path / "made") == made
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("dear")
    with pytest.raises(Exists), unfinished_volumes(tmp_path / "other"):
        pass
    assert os.listdir(tmp_path / "other") == ["letter.txt"]


def test_only_one_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "made"
    with unfinished_volumes(path):
        with pytest.raises(Locked), unfinished_volumes(path):
            pass
        (path / "volume-01").mkdir()
    with pytest.raises(Exists), unfinished_volumes(path):
        pass


def test_whole_blobs_of_an_attempt_that_ended_stay(tmp_path: Path, metadata: FeedFolder) -> None:
    path, content = tmp_path / "made", Content()
    expected = _made(tmp_path / "undisturbed", metadata, Content())
    writer = VolumeWriter(path, PARTS)
    with suppress(KeyboardInterrupt), unfinished_volumes(path):
        writer.pour(content())
        writer.finish(metadata)
        raise KeyboardInterrupt
    assert (path / UNFINISHED).exists()
    for stray in ("volume-01/pieces/sha256/x", "volume-02/stray", "volume-03/blobs/sha256/y"):
        (path / stray).parent.mkdir(parents=True, exist_ok=True)
        (path / stray).write_text("left over")
    (path / "volume-04").symlink_to(tmp_path)
    with unfinished_volumes(path):
        assert writer.missing() == len(CUT)
        writer.pour(content())
        assert not (path / "volume-01/trust").exists()
        writer.finish(metadata)
    assert content.opened == [WHOLE, CUT, CUT]
    assert _everything(path) == expected


def test_content_that_ends_early_is_no_volume(tmp_path: Path, metadata: FeedFolder) -> None:
    path = tmp_path / "made"
    content = {**Content()(), Digest.of(CUT): partial(io.BytesIO, CUT[:-1])}
    with pytest.raises(SizeMismatch), unfinished_volumes(path):
        VolumeWriter(path, PARTS).pour(content)  # type: ignore[arg-type]
    assert not list(path.rglob("timestamp.json"))
    assert _made(path, metadata, Content()) == _made(tmp_path / "b", metadata, Content())
