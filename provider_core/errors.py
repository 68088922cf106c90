"""Every error this project raises on purpose, and the exit code of each.

* Error                      1    message + hint (the next step) + fields
  + UsageError               2    the request contradicts itself or names something unknown
    - UnknownProvider             no provider of that name is loaded
    - UnknownSource               no source of that name is registered
    - Ambiguous                   several things answer; the candidates are named
    - BadRange                    a version range that cannot be read or can hold nothing
    - NotSupported                a provider, destination or image cannot do that
    - Untrusted                   the source is not trusted, and nobody said it may be used
    - Exists                      something is there already and would be overwritten
  + NotFoundError            3    nothing there by that name
    - PackageNotFound  BlobNotFound  NotInstalled  NoSuchFile
  + IntegrityError           4    bytes or documents are not what was promised
    - DigestMismatch  SizeMismatch  DocumentError  Rollback  Expired  SignatureError  WimError
  + TransportError           5    the other side could not be reached, or refused
    - Offline  TimedOut  HttpStatus  RateLimited  AuthRequired
  + StoreError               6    the local store or catalog is in the way
    - Locked  CatalogTooNew  Conflict  InUse  NoSpace
  + ProviderFault            7    a plugin broke its contract
  + Cancelled              130    interrupted (143 by SIGTERM); what was verified is kept

Classes build their sentence from fields, so that a message cannot get its values the wrong way
round and ``as_json`` can give them to programs.  Foreign exceptions are translated in transport,
store, catalog and dispatch only, and where a parser meets a library.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

__all__ = [
    "Ambiguous",
    "AuthRequired",
    "BadRange",
    "BlobNotFound",
    "Cancelled",
    "CatalogTooNew",
    "Conflict",
    "DigestMismatch",
    "DocumentError",
    "Error",
    "Exists",
    "Expired",
    "HttpStatus",
    "InUse",
    "IntegrityError",
    "Locked",
    "NoSpace",
    "NoSuchFile",
    "NotFoundError",
    "NotInstalled",
    "NotSupported",
    "Offline",
    "PackageNotFound",
    "ProviderFault",
    "RateLimited",
    "Rollback",
    "SignatureError",
    "SizeMismatch",
    "StoreError",
    "TimedOut",
    "TransportError",
    "UnknownProvider",
    "UnknownSource",
    "Untrusted",
    "UsageError",
    "WimError",
    "worst",
]


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
        return document


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Iterable) and not isinstance(value, bytes):
        return [_plain(item) for item in value]
    return str(value)


def worst(errors: Sequence[Error]) -> Error:
    """Return the error that decides the exit code: integrity wins, then the lowest code."""
    return min(errors, key=lambda error: (not isinstance(error, IntegrityError), error.exit_code))


# 2 ---------------------------------------------------------------------------------------


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


# 3 ---------------------------------------------------------------------------------------


class NotFoundError(Error):
    """Nothing answers to that name."""

    exit_code = 3


class PackageNotFound(NotFoundError):
    """No source has a package that fits the request."""

    def __init__(self, request: str, *, sources: Sequence[str] = (), hint: str = "") -> None:
        where = f" in {', '.join(sources)}" if sources else ""
        super().__init__(
            f"nothing fits {request!r}{where}",
            hint=hint or "`ferry find NAME --all-versions` shows what there is",
            request=request,
            sources=list(sources),
        )


class BlobNotFound(NotFoundError):
    """Content that something refers to is not in the store or archive."""

    def __init__(self, digest: object, where: str = "the store", *, hint: str = "") -> None:
        super().__init__(
            f"{digest} is not in {where}",
            hint=hint or "`ferry store check` lists what is missing; install the image again",
            digest=str(digest),
            where=where,
        )


class NotInstalled(NotFoundError):
    """No installed image answers to that name."""

    def __init__(self, request: str, *, hint: str = "") -> None:
        super().__init__(
            f"no installed image is called {request!r}",
            hint=hint or "`ferry list` shows what is installed",
            request=request,
        )


class NoSuchFile(NotFoundError):
    """A file or folder that was named does not exist."""

    def __init__(self, path: object) -> None:
        super().__init__(f"no such file: {path}", hint="check the path", path=str(path))


# 4 ---------------------------------------------------------------------------------------


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
    """A Windows image file that breaks its format."""


# 5 ---------------------------------------------------------------------------------------


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

    def __init__(self, url: str, status: int, *, hint: str = "") -> None:
        super().__init__(
            f"{url} answered with status {status}",
            hint=hint or "check the location and your permissions there",
            url=url,
            status=status,
        )


class RateLimited(TransportError):
    """The server asks to wait; *retry_after* in seconds, None if it does not say."""

    def __init__(self, what: str, retry_after: float | None = None) -> None:
        when = "later" if retry_after is None else f"in {retry_after:g} s"
        super().__init__(
            f"{what} allows no more requests now",
            hint=f"try again {when}; what was verified is kept",
            what=what,
            retry_after=retry_after,
        )


class AuthRequired(TransportError):
    """The server wants credentials, or refused those it was given."""


# 6 ---------------------------------------------------------------------------------------


class StoreError(Error):
    """The local store or catalog is in the way."""

    exit_code = 6


class Locked(StoreError):
    """Another process holds the lock; *pid* 0 if unknown."""

    def __init__(self, what: str, *, pid: int = 0, seconds: float = 0) -> None:
        who = f"process {pid}" if pid else "another process"
        super().__init__(
            f"{what} is held by {who} (waited {seconds:g} s)",
            hint="wait for it to end, or raise --lock-timeout",
            what=what,
            pid=pid,
            seconds=seconds,
        )


class CatalogTooNew(StoreError):
    """The catalog was written by a newer release."""

    def __init__(self, found: int, known: int) -> None:
        super().__init__(
            f"the catalog has schema {found}, this release knows up to {known}",
            hint="use the newer ferry, or restore a backup made by this release",
            found=found,
            known=known,
        )


class Conflict(StoreError):
    """Two changes exclude each other, or something moved while it was used."""


class InUse(StoreError):
    """Something cannot be removed because others need it."""

    def __init__(self, what: str, by: Sequence[str], *, hint: str = "") -> None:
        super().__init__(
            f"{what} is needed by {', '.join(by)}",
            hint=hint or "uninstall those first",
            what=what,
            by=list(by),
        )


class NoSpace(StoreError):
    """The disk cannot take what is needed (bytes)."""

    def __init__(self, where: object, *, needed: int = 0, free: int = 0) -> None:
        amount = f": {needed} bytes needed, {free} free" if needed else ""
        super().__init__(
            f"no space left at {where}{amount}",
            hint="free some space (`ferry store gc --grace 0`) and repeat the command",
            where=str(where),
            needed=needed,
            free=free,
        )


# 7 and signals ---------------------------------------------------------------------------


class ProviderFault(Error):
    """A plugin raised something it should not, or answered with a wrong type."""

    exit_code = 7

    def __init__(self, provider: str, hook: str, cause: str) -> None:
        super().__init__(
            f"provider {provider!r} failed in {hook}: {cause}",
            hint=f"tell its author; `ferry provider disable {provider}` goes on without it",
            provider=provider,
            hook=hook,
            cause=cause,
        )
        self.provider = provider


class Cancelled(Error):
    """Somebody asked to stop; what was verified is kept, the same command goes on from there."""

    exit_code = 130

    def __init__(self, message: str = "interrupted", *, signal: int = 2) -> None:
        super().__init__(
            message,
            hint="run the same command again; it goes on where it stopped",
            signal=signal,
        )
        self.signal = signal
        """The signal that asked: 2 SIGINT, 15 SIGTERM."""
