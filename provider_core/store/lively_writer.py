"""A way into a store that says with every movement that it is alive, and can be stopped there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import BinaryIO, Self

from ..oci import Descriptor
from .ports import Computed, Partial, Writer, nobody

__all__ = ["Beat", "LivelyWriter", "Wrote"]

Beat = Callable[[], None]
"""Notes a movement, and raises when the work was given up."""
Wrote = Callable[[int], None]
"""Is told how many bytes were written, from any thread."""


class _Piece:
    """What partial and computed content have in common."""

    def __init__(self, inner: Partial | Computed, beat: Beat, wrote: Wrote) -> None:
        self._piece = inner
        self._beat = beat
        self._wrote = wrote

    def close(self) -> None:
        self._piece.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class _LivelyPartial(_Piece):
    def __init__(self, inner: Partial, beat: Beat, wrote: Wrote) -> None:
        super().__init__(inner, beat, wrote)
        self.inner = inner
        self.descriptor = inner.descriptor

    def gaps(self) -> tuple[tuple[int, int], ...]:
        return self.inner.gaps()

    def write(self, offset: int, data: bytes | bytearray | memoryview) -> None:
        self._beat()
        self.inner.write(offset, data)
        self._wrote(len(data))

    def adopt(self, file: BinaryIO, hashed: Wrote) -> bool:
        def alive(count: int) -> None:
            self._beat()
            self._wrote(count)
            hashed(count)

        self._beat()
        return self.inner.adopt(file, alive)

    def commit(self) -> None:
        self._beat()
        self.inner.commit()
        self._beat()


class _LivelyComputed(_Piece):
    def __init__(self, inner: Computed, beat: Beat, wrote: Wrote) -> None:
        super().__init__(inner, beat, wrote)
        self._inner = inner

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self._beat()
        self._inner.write(data)
        self._wrote(len(data))

    def commit(self, media_type: str) -> Descriptor:
        self._beat()
        descriptor = self._inner.commit(media_type)
        self._beat()
        return descriptor


class LivelyWriter:
    """A Writer whose content shows a sign of life with every write, and says how much it was."""

    def __init__(self, inner: Writer, beat: Beat, wrote: Wrote = nobody) -> None:
        self._inner = inner
        self._beat = beat
        self._wrote = wrote

    def expect(self, descriptor: Descriptor) -> Partial | None:
        self._beat()
        partial = self._inner.expect(descriptor)
        return None if partial is None else _LivelyPartial(partial, self._beat, self._wrote)

    def compute(self, limit: int) -> Computed:
        self._beat()
        return _LivelyComputed(self._inner.compute(limit), self._beat, self._wrote)

    def commit_many(self, partials: Sequence[Partial]) -> None:
        self._beat()
        self._inner.commit_many(
            [one.inner if isinstance(one, _LivelyPartial) else one for one in partials]
        )
        self._beat()
