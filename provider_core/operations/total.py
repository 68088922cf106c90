"""The total of a plan's progress: bytes that reach the store, whoever brings them."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Self

from ..model import Plan

if TYPE_CHECKING:
    from ..context import Progress

__all__ = ["Total"]

_KEY = "total"


class Total:
    """A piece of the progress beside those of the providers; nothing where there is one image.

    Bytes of what is there in part already are not written again, and are not counted.
    """

    def __init__(self, progress: Progress | None, plan: Plan) -> None:
        several = len(plan.steps) > 1
        self._progress = progress if several else None
        self._label = f"{len(plan.steps)} images"
        self._bytes = plan.fetch if plan.exact else None

    def wrote(self, count: int) -> None:
        """Add *count* bytes; threads may call it."""
        if self._progress is not None:
            self._progress.advance(_KEY, count)

    def __enter__(self) -> Self:
        if self._progress is not None:
            self._progress.start(_KEY, self._label, self._bytes)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._progress is not None:
            self._progress.done(_KEY)
