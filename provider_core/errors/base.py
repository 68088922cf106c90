"""What every deliberate error has: a sentence, a hint, fields, an exit code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

__all__ = ["Error"]


class Error(Exception):
    """A failure the user can read, with the next step to take."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "", **fields: object) -> None:
        super().__init__(message)
        self.message = message
        """One sentence: what happened."""
        self.hint = hint
        """One sentence: what to do next; empty if there is nothing to do."""
        self.fields = fields
        """The values the sentence was built from."""
        self.provider = ""
        """The provider it came through, set by dispatch."""
        self.image = ""
        """The image that was being brought, set by the host; '' if it was none."""

    def as_json(self) -> dict[str, Any]:
        """Return class, code, message, hint and fields, all of JSON types."""
        document: dict[str, Any] = {
            "class": type(self).__name__,
            "code": self.exit_code,
            "message": self.message,
            "hint": self.hint,
            "fields": {key: _plain(value) for key, value in self.fields.items()},
        }
        if self.provider:
            document["provider"] = self.provider
        if self.image:
            document["image"] = self.image
        return document


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, bytes):
        return [_plain(item) for item in value]
    return str(value)
