"""Which of several errors counts."""

from __future__ import annotations

from collections.abc import Sequence

from .base import Error
from .integrity import IntegrityError

__all__ = ["worst"]


def worst(errors: Sequence[Error]) -> Error:
    """Return the error that decides the exit code: integrity wins, then the lowest code."""
    return min(errors, key=lambda error: (not isinstance(error, IntegrityError), error.exit_code))
