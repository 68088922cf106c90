"""What the tests of stores have in common: samples, a clock, and how a store is made."""

from __future__ import annotations

import io
import random
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ..digests import Digest
from ..oci import Descriptor, Manifest
from ..oci.media_types import OCI_CONFIG, OCI_LAYER
from ..store import Store, Writer, put

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["RAW", "StoreCase", "SuiteClock", "Trickle", "sample_bytes", "sample_image"]

RAW = "application/octet-stream"
"""The media type of samples that are nothing in particular."""


@dataclass(slots=True)
class SuiteClock:
    """The time of day, and how far a test has moved it."""

    ahead: float = 0.0
    """Seconds."""

    def __call__(self) -> float:
        """Return seconds since 1970."""
        return time.time() + self.ahead


class Trickle(io.RawIOBase):
    """A stream that cannot seek and gives a few bytes at a time, as a tape or a socket would."""

    def __init__(self, data: bytes, piece: int = 777) -> None:
        self._rest = memoryview(data)
        self._piece = piece

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer).cast("B")
        count = min(len(view), len(self._rest), self._piece)
        view[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


def sample_bytes(size: int, seed: int = 0) -> bytes:
    """Return *size* bytes that look like noise; the same for the same *seed*."""
    return random.Random(seed).randbytes(size)


def sample_image(writer: Writer, *layers: bytes) -> Descriptor:
    """Put an image of *layers* into a store; return the descriptor of its manifest."""
    config = put(writer, b'{"layers":%d}' % len(layers), OCI_CONFIG)
    manifest = Manifest.build(config, [put(writer, layer, OCI_LAYER) for layer in layers])
    return put(writer, manifest.raw, manifest.media_type)


class StoreCase(ABC):
    """A test class over one kind of store."""

    @abstractmethod
    def make_store(self, folder: Path, clock: Callable[[], float]) -> Store:
        """Return an empty store; *folder* is the test's own and does not exist yet."""

    @abstractmethod
    def damage(self, store: Store, digest: Digest, data: bytes) -> None:
        """Give a blob of *store* the content *data*, behind the store's back."""

    @pytest.fixture
    def clock(self) -> SuiteClock:
        """Return the clock of `store`."""
        return SuiteClock()

    @pytest.fixture
    def store(self, tmp_path: Path, clock: SuiteClock) -> Store:
        """Return an empty store."""
        return self.make_store(tmp_path / "store", clock)

    @pytest.fixture
    def writer(self, store: Store) -> Iterator[Writer]:
        """Return a writer; its lease ends with the test."""
        with store.lease() as lease:
            yield store.writer(lease)
