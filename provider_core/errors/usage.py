"""What was asked for makes no sense: exit code 2."""

from __future__ import annotations

from collections.abc import Sequence

from .base import Error

__all__ = [
    "Ambiguous",
    "BadRange",
    "Exists",
    "NotSupported",
    "UnknownProvider",
    "UnknownSource",
    "Untrusted",
    "UsageError",
]


class UsageError(Error):
    """The request contradicts itself or names something unknown."""

    exit_code = 2


class UnknownProvider(UsageError):
    """No provider of that name is loaded."""

    def __init__(self, name: str, known: Sequence[str] = ()) -> None:
        listed = ", ".join(known) or "none"
        super().__init__(
            f"no provider is called {name!r}",
            hint=f"known providers: {listed}; `ferry provider list` shows those that did not load",
            name=name,
            known=list(known),
        )


class UnknownSource(UsageError):
    """No source of that name is registered."""

    def __init__(self, name: str, known: Sequence[str] = ()) -> None:
        listed = ", ".join(known) or "none"
        super().__init__(
            f"no source is called {name!r}",
            hint=f"known sources: {listed}; add one with `ferry source add NAME LOCATION`",
            name=name,
            known=list(known),
        )


class Ambiguous(UsageError):
    """Several things answer to one request; the candidates are named."""

    def __init__(self, what: str, candidates: Sequence[str], *, hint: str = "") -> None:
        super().__init__(
            f"{what} is ambiguous: {', '.join(candidates)}",
            hint=hint or "name one of them exactly",
            what=what,
            candidates=list(candidates),
        )


class BadRange(UsageError):
    """A version range that cannot be read, or that nothing can satisfy."""

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(
            f"{text!r} is not a version range: {reason}",
            hint="write it like 'name>=1.2,<2' (quoted, shells eat > and <) or use --min and --max",
            text=text,
            reason=reason,
        )


class NotSupported(UsageError):
    """A provider, destination or image cannot do what was asked."""


class Untrusted(UsageError):
    """The source is not trusted, and nobody said it may be used."""


class Exists(UsageError):
    """Something is there already and would be overwritten."""

    def __init__(self, what: str, *, hint: str = "pass --force to replace it") -> None:
        super().__init__(f"{what} already exists", hint=hint, what=what)
