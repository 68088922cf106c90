"""What `ferry doctor` finds."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Finding"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of `ferry doctor`."""

    what: str
    """What was looked at, in a word or two: 'sqlite', 'libwim'."""
    status: str
    """'ok', 'note' (worth knowing) or 'bad' (something will fail)."""
    detail: str
    hint: str = ""
    """The next step; '' if there is none."""
