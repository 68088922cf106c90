"""Changing a feed: opened with the keys that are here, and told what it offers that is new."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from feed_format import FeedRoles, PublicKey, Publisher, open_publisher, package_key, read_feed
from provider_core.errors import Ambiguous, Exists, PackageNotFound, UsageError
from provider_core.model import ImageKey, Package, Query, same_pin
from provider_core.references import Name, parse_reference

from .keyring_folder import KeyringFolder
from .publishable import Publishable
from .withdrawing import take_back, withdraw

__all__ = ["Added", "add_images", "online_keys", "opened", "remove_images"]

ONLINE = ("targets", "snapshot", "timestamp")
"""The roles that sign publications."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What adding images did to a feed that is not published yet."""

    new: tuple[Package, ...]
    """What it did not offer before, or not like this."""
    same: tuple[Package, ...]
    """What it offered already, byte for byte."""
    copied: int
    """Bytes of content that it did not have."""


def online_keys(roles: FeedRoles) -> tuple[PublicKey, ...]:
    """Return the keys that sign publications, each once."""
    return tuple(dict.fromkeys(key for role in ONLINE for key in roles.of(role).keys))


@contextmanager
def opened(
    path: Path, keyring: KeyringFolder, *, clock: Callable[[], datetime], lock_seconds: float
) -> Iterator[Publisher]:
    """Open the feed in the folder *path* to change it, with those of its keys that are here.

    Raises UsageError for a missing or wrong passphrase, and as `open_publisher` does.
    """
    keys = online_keys(read_feed(path).keys)
    keyring.unlock(keys)
    signers = keyring.signers(keys)
    with open_publisher(path, signers, clock=clock, lock_seconds=lock_seconds) as publisher:
        yield publisher


def add_images(publisher: Publisher, images: Iterable[Publishable], *, force: bool) -> Added:
    """Offer *images* in the feed; their content is copied at once, the offers wait for `publish`.

    Raises Exists, before anything is copied, if other content is offered under the name, version
    and platform of one of them, unless *force*; and what `Publisher.add` raises.
    """
    new: list[Publishable] = []
    same: list[Package] = []
    images = tuple(_each_once(images))
    for image in images:
        before = _offered(publisher, image.package)
        if before is None or not same_pin(before.pin, image.package.pin):
            if before is not None and not force:
                raise Exists(
                    f"other content of {image.package} in this feed",
                    hint="publish it under a new version, or pass --force to replace it",
                )
            new.append(image)
        elif _as_before(image.package, before):
            same.append(before)
        else:
            new.append(image)
    copied = sum(
        publisher.add(
            [image.package], reader=image.reader, blobs=image.blobs, referrers=image.referrers
        )
        for image in new
    )
    take_back(publisher, (image.package for image in images))
    return Added(new=tuple(one.package for one in new), same=tuple(same), copied=copied)


def remove_images(
    publisher: Publisher, requests: Iterable[str], *, reason: str = ""
) -> tuple[Package, ...]:
    """Offer no longer what *requests* mean: names, patterns, versions, ranges or digests.

    With a *reason* readers are told that what is gone should be used no more.

    Raises PackageNotFound if nothing fits one of them, UsageError for what is no name, or no
    reason, BadRange.
    """
    gone: list[Package] = []
    for request in requests:
        query = _query(request)
        names = publisher.names() if query.has_wildcard else (query.name,)
        removed = [
            package
            for name in filter(query.wants_name, names)
            for package in _remove(publisher, name, query)
        ]
        if not removed:
            raise PackageNotFound(request, hint="`ferry feed list` shows what the feed offers")
        gone += removed
    if reason:
        withdraw(publisher, gone, reason)
    return tuple(gone)


def _each_once(images: Iterable[Publishable]) -> Iterable[Publishable]:
    """Return *images* without repetitions; Ambiguous for two contents of one name and version."""
    found: dict[ImageKey, Publishable] = {}
    for image in images:
        first = found.setdefault(ImageKey.of(image.package), image)
        if not same_pin(first.package.pin, image.package.pin):
            raise Ambiguous(
                str(image.package),
                [_digest(first), _digest(image)],
                hint="publish them one after the other, under different names or versions",
            )
    return found.values()


def _remove(publisher: Publisher, name: str, query: Query) -> tuple[Package, ...]:
    document = publisher.document(name)
    packages = document.packages if document else ()
    keys = [package_key(package) for package in packages if query.wants(package)]
    return publisher.remove(name, keys) if keys else ()


def _query(request: str) -> Query:
    reference = parse_reference(request)
    if not isinstance(reference, Name):
        raise UsageError(
            f"{request!r} is no name", hint="say what to remove as NAME, NAME:VERSION or a pattern"
        )
    return Query.of(reference, prereleases=True, all_versions=True)


def _offered(publisher: Publisher, package: Package) -> Package | None:
    document = publisher.document(package.name)
    for offered in document.packages if document else ():
        if package_key(offered) == package_key(package):
            return offered
    return None


def _as_before(package: Package, before: Package) -> bool:
    """Whether all that is said of *package*, but when it was published, was said before."""

    def said(one: Package) -> object:
        return (
            *(one.name, one.platforms, one.publisher, one.summary, one.is_os_image),
            *(one.parent, one.requires, one.size, dict(one.annotations)),
        )

    return said(package) == said(before)


def _digest(image: Publishable) -> str:
    return str(image.blobs[0].digest)
