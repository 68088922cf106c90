"""Warnings of registries: shown, never acted upon (distribution-spec, "Warnings")."""

from __future__ import annotations

import re

__all__ = ["warnings_in"]

_WARNING = re.compile(r'299 - "((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(r"\\(.)")
_LONGEST = 4096
_MOST = 8
_SHOWN = 500


def warnings_in(header: str) -> tuple[str, ...]:
    """Return the texts of a Warning value, eight at most; what has not their form is no warning."""
    found = _WARNING.findall(header[:_LONGEST])
    return tuple(_ESCAPE.sub(r"\1", text)[:_SHOWN] for text in found[:_MOST])
