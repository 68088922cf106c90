"""Five hundred random accidents, each of which check must name."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from provider_core.oci import Descriptor, Index
from provider_core.store import DirectoryStore, IndexEntry, Record, put
from provider_core.testing.store_suite import sample_bytes, sample_image

_ROUNDS = 125


@pytest.fixture
def dice() -> random.Random:
    """Return dice whose seed is shown when a test fails."""
    seed = random.randrange(1 << 32)
    print(f"random.Random({seed})")
    return random.Random(seed)


@pytest.fixture
def root(store: DirectoryStore) -> Descriptor:
    """Return an index of two images; everything in the store belongs to it."""
    with store.lease() as lease:
        writer = store.writer(lease)
        shared = sample_bytes(3000)
        images = [sample_image(writer, shared, sample_bytes(size, size)) for size in (1, 20_000)]
        index = Index.build(images)
        root = put(writer, index.raw, index.media_type)
    for image in (root, *images):
        store.write_records(
            [Record(root=image.digest, key="sample 1", document=b'{"name":"sample","tags":[]}')]
        )
    store.write_index([IndexEntry(name="sample:1", root=root)])
    return root


def _files(store: DirectoryStore, *, with_records: bool = True) -> list[Path]:
    """Return what lies in the store; a record that is gone altogether is missed by nobody here."""
    blobs = sorted((store.path / "blobs").rglob("?" * 64))
    own = [store.path / "index.json", store.path / "oci-layout"]
    return blobs + own + (sorted((store.path / "records").iterdir()) if with_records else [])


def _images(store: DirectoryStore, root: Descriptor) -> tuple[Descriptor, ...]:
    return Index.parse(store.read(root)).manifests


def _named(store: DirectoryStore, roots: Sequence[Descriptor], path: Path) -> bool:
    return any(path.name in damage.detail for damage in store.check(roots))


@contextmanager
def _changed(path: Path, data: bytes | None) -> Iterator[None]:
    before, mode = path.read_bytes(), path.stat().st_mode
    path.unlink()
    if data is not None:
        path.write_bytes(data)
    yield
    path.write_bytes(before)
    path.chmod(mode)


def test_flipped_bits(store: DirectoryStore, root: Descriptor, dice: random.Random) -> None:
    for _ in range(_ROUNDS):
        path = dice.choice(_files(store))
        data = bytearray(path.read_bytes())
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
        with _changed(path, bytes(data)):
            assert _named(store, [root], path), data
    assert list(store.check([root])) == []


def test_truncations(store: DirectoryStore, root: Descriptor, dice: random.Random) -> None:
    for _ in range(_ROUNDS):
        path = dice.choice(_files(store))
        data = path.read_bytes()
        with _changed(path, data[: dice.randrange(len(data))]):
            assert _named(store, [root], path)
    assert list(store.check([root])) == []


def test_deletions(store: DirectoryStore, root: Descriptor, dice: random.Random) -> None:
    # An index alone does not say which of its images should be here: to it they may be elsewhere.
    roots = [root, *_images(store, root)]
    files = _files(store, with_records=False)
    for _ in range(_ROUNDS):
        path = dice.choice(files)
        with _changed(path, None):
            assert _named(store, roots, path)
    assert list(store.check(roots)) == []


def test_swaps(store: DirectoryStore, root: Descriptor, dice: random.Random) -> None:
    for _ in range(_ROUNDS):
        one, other = dice.sample(_files(store)[:8], 2)
        with _changed(one, other.read_bytes()):
            assert _named(store, [root], one)
        data = one.read_bytes()
        with _changed(one, other.read_bytes()), _changed(other, data):
            damages = list(store.check([root]))
        for path in (one, other):
            assert any(path.name in damage.detail for damage in damages)
    assert list(store.check([root])) == []
