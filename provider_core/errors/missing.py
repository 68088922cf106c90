"""Nothing answers to a name: exit code 3."""

from __future__ import annotations

from collections.abc import Sequence

from .base import Error

__all__ = ["BlobNotFound", "NoSuchFile", "NotFoundError", "NotInstalled", "PackageNotFound"]


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
