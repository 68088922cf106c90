"""Which of many images it was that failed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import Cancelled, Error
from ..model import Package

__all__ = ["about"]


@contextmanager
def about(package: Package) -> Iterator[None]:
    """Say in whatever fails in here which of many images it was."""
    try:
        yield
    except Cancelled:
        raise
    except Error as error:
        error.image = error.image or f"{package.name} {package.version}".rstrip()
        raise
