"""One thread writes, another reads: nobody waits for ever, and the first cause is what is told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from provider_core.context import Outlet
from provider_core.errors import Cancelled, StoreError
from provider_core.operations.piping import piped


def test_everything_arrives_in_order() -> None:
    taken: list[bytes] = []

    def produce(write: Outlet) -> None:
        buffer = bytearray(2)
        for number in range(100):
            buffer[:] = number.to_bytes(2)
            write(memoryview(buffer))  # used again at once, as the store's pieces are

    piped(produce, taken.extend)
    assert taken == [number.to_bytes(2) for number in range(100)]


def test_what_the_writer_raises_is_raised_whatever_the_reader_makes_of_it() -> None:
    def produce(write: Outlet) -> None:
        write(b"x")
        raise StoreError("lost")

    def stubborn(pieces: Iterator[bytes]) -> None:
        try:
            list(pieces)
        except StoreError as error:
            raise ValueError("the upload broke") from error

    for consume in (list, stubborn):
        with pytest.raises(StoreError, match="lost"):
            piped(produce, consume)


def test_a_reader_that_fails_stops_the_writer() -> None:
    stopped: list[BaseException] = []

    def produce(write: Outlet) -> None:
        try:
            while True:
                write(b"x")
        except Cancelled as error:
            stopped.append(error)
            raise

    def consume(pieces: Iterator[bytes]) -> None:
        next(pieces)
        raise ValueError("refused")

    with pytest.raises(ValueError, match="refused"):
        piped(produce, consume)
    assert len(stopped) == 1


def test_a_reader_may_have_enough() -> None:
    """An engine need not read what follows the archive's end."""

    def produce(write: Outlet) -> None:
        for _ in range(1000):
            write(b"x")

    piped(produce, next)
    piped(produce, lambda pieces: None)
