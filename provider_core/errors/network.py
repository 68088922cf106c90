"""The other side could not be reached, or refused: exit code 5."""

from __future__ import annotations

from collections.abc import Mapping

from .base import Error

__all__ = ["AuthRequired", "HttpStatus", "Offline", "RateLimited", "TimedOut", "TransportError"]


class TransportError(Error):
    """The other side could not be reached, or refused."""

    exit_code = 5


class Offline(TransportError):
    """The network was asked for while it is switched off."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what} needs the network, which --offline forbids",
            hint="leave --offline out, or install from a file or folder",
            what=what,
        )


class TimedOut(TransportError):
    """No answer, or no progress, within the limit (seconds)."""

    def __init__(self, what: str, seconds: float) -> None:
        super().__init__(
            f"{what} gave no answer within {seconds:g} s",
            hint="try again; what was verified is kept",
            what=what,
            seconds=seconds,
        )


class HttpStatus(TransportError):
    """The server answered with a status that is not success."""

    def __init__(
        self,
        url: str,
        status: int,
        *,
        hint: str = "",
        headers: Mapping[str, str] | None = None,
        said: str = "",
    ) -> None:
        super().__init__(
            f"{url} answered with status {status}",
            hint=hint or "check the location and your permissions there",
            url=url,
            status=status,
        )
        self.headers = dict(headers or {})
        """Those of the answer, names in lower case; not shown."""
        self.said = said
        """How the answer's body begins, foreign text; not shown."""


class RateLimited(TransportError):
    """The server asks to wait; *retry_after* in seconds, None if it does not say."""

    def __init__(
        self,
        what: str,
        retry_after: float | None = None,
        *,
        hint: str = "",
        headers: Mapping[str, str] | None = None,
        said: str = "",
    ) -> None:
        when = "later" if retry_after is None else f"in {retry_after:g} s"
        super().__init__(
            f"{what} allows no more requests now",
            hint=hint or f"try again {when}; what was verified is kept",
            what=what,
            retry_after=retry_after,
        )
        self.headers = dict(headers or {})
        """Those of the answer, names in lower case; not shown."""
        self.said = said
        """How the answer's body begins, foreign text; not shown."""

    @property
    def is_used_up(self) -> bool:
        """Whether a quota says that nothing is left of it, so that seconds will not help."""
        left, _, _ = self.headers.get("ratelimit-remaining", "").partition(";")
        return left.strip() == "0"


class AuthRequired(TransportError):
    """The server wants credentials, or refused those it was given."""
