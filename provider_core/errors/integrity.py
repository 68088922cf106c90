"""Bytes or documents are not what was promised: exit code 4."""

from __future__ import annotations

from .base import Error

__all__ = [
    "DigestMismatch",
    "DocumentError",
    "Expired",
    "IntegrityError",
    "Rollback",
    "SignatureError",
    "SizeMismatch",
    "WimError",
]


class IntegrityError(Error):
    """Bytes or documents are not what was promised."""

    exit_code = 4


class DigestMismatch(IntegrityError):
    """Content whose hash is not the one that names it."""

    def __init__(self, expected: object, actual: object, *, what: str = "content") -> None:
        super().__init__(
            f"{what} should be {expected} but is {actual}",
            hint="the copy is damaged or was changed; fetch it again, perhaps elsewhere",
            expected=str(expected),
            actual=str(actual),
            what=what,
        )


class SizeMismatch(IntegrityError):
    """Content that is shorter or longer than promised (bytes)."""

    def __init__(self, expected: int, actual: int, *, what: str = "content") -> None:
        super().__init__(
            f"{what} should have {expected} bytes but has {actual}",
            hint="the copy is truncated or was changed; fetch it again",
            expected=expected,
            actual=actual,
            what=what,
        )


class DocumentError(IntegrityError):
    """A document that breaks its format; *path* points into it (``manifests[3].digest``)."""

    def __init__(self, reason: str, *, path: str = "", what: str = "document") -> None:
        where = f" at {path}" if path else ""
        super().__init__(
            f"{what} is malformed{where}: {reason}",
            hint="the file is damaged or not of this format; ask its producer",
            reason=reason,
            path=path,
            what=what,
        )


class Rollback(IntegrityError):
    """Signed metadata that is older than what was seen before."""


class Expired(IntegrityError):
    """Signed metadata whose life has ended."""


class SignatureError(IntegrityError):
    """A signature that is absent, wrong, or made by a key that is not trusted."""


class WimError(IntegrityError):
    """A Windows image file that breaks its format; *where* is the part of it ('blob table')."""

    def __init__(
        self,
        reason: str,
        *,
        where: str = "",
        hint: str = "the file is damaged or not what it says; get it again from where it came",
    ) -> None:
        place = f"{where}: " if where else ""
        super().__init__(f"{place}{reason}", hint=hint, reason=reason, where=where)
