"""Documents read once: the same small manifest is asked for again at every step of an install."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Concatenate, ParamSpec, TypeVar, cast

__all__ = ["remembering"]

_P = ParamSpec("_P")
_T = TypeVar("_T")
_LARGEST = 16 << 10
"""Bytes; few documents are larger, and what is kept must stay small."""
_MOST = 64

Read = Callable[Concatenate[bytes, _P], _T]


def remembering(read: Read[_P, _T]) -> Read[_P, _T]:
    """Return *read*, which does nothing but read a document, with a short memory.

    What it returns must not be changed by anybody.  Errors are not remembered.
    """
    kept = cast("Read[_P, _T]", lru_cache(maxsize=_MOST)(read))

    def read_or_recall(data: bytes, /, *args: _P.args, **kwargs: _P.kwargs) -> _T:
        if len(data) > _LARGEST:
            return read(data, *args, **kwargs)
        return kept(data, *args, **kwargs)

    return read_or_recall
