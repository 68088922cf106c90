"""Nothing answers to a name: exit code 3."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from .base import Error

__all__ = [
    "BlobNotFound",
    "NoSuchFile",
    "NotFoundError",
    "NotInstalled",
    "PackageNotFound",
    "VolumeMissing",
]


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


class VolumeMissing(NotFoundError):
    """Content is on volumes of a bundle that are not here; *images* need it."""

    def __init__(
        self, bundle: str, volumes: Sequence[int], *, of: int, images: Sequence[str] = ()
    ) -> None:
        several = len(volumes) > 1
        listed = f"volumes {', '.join(map(str, volumes))}" if several else f"volume {volumes[0]}"
        purpose = f" for {', '.join(images)}" if images else ""
        super().__init__(
            f"{listed} of {of} of the bundle {bundle} {'are' if several else 'is'} needed{purpose}",
            hint=f"put volume {volumes[0]} in the place of the last one and run the same command"
            " again; what was read is kept",
            bundle=bundle,
            volumes=list(volumes),
            of=of,
            images=list(images),
        )
        self.bundle = bundle
        """What it is called."""
        self.volumes = tuple(volumes)
        """Their numbers, in order; never empty."""
        self.of = of
        """How many there are."""
        self.images = tuple(images)
        """What needs them, each with its version."""

    @classmethod
    def joined(cls, errors: Sequence[VolumeMissing]) -> Self:
        """Return one error for those of *errors* that are of the bundle of the first."""
        first = errors[0]
        same = [error for error in errors if error.bundle == first.bundle]
        volumes = sorted({number for error in same for number in error.volumes})
        named = dict.fromkeys(image for error in same for image in error.images)
        joined = cls(first.bundle, volumes, of=first.of, images=tuple(named))
        joined.provider = first.provider
        return joined
