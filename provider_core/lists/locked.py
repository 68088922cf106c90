"""A lock file: requests and the very content that each of them meant, by digest.

It is TOML, sorted as the requests were; the same images give the same bytes.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..digests import Digest
from ..errors import DocumentError, UsageError
from ..platforms import Platform, PlatformSet
from ..settings_file import toml_value

__all__ = ["Lock", "Pinned", "format_lock", "parse_lock"]

_FORMAT = 1
_HEAD = "# Made by `ferry lock`: what each request meant, by digest.  Do not edit.\n"
_TEXTS = ("request", "name", "version", "digest", "source", "location")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinned:
    """One image of a lock."""

    request: str
    """What was asked for; why it is needed, for what was not asked for."""
    name: str
    version: str
    digest: Digest
    """Of its root: the manifest or index."""
    source: str = ""
    """Name of the source it was found at; '' for a full reference."""
    location: str = ""
    """Where that source was."""
    platforms: PlatformSet | None = None
    """The platforms that were asked for; None for what the command would take."""

    @property
    def exact(self) -> str:
        """The request that means this content and no other."""
        tag = f":{self.version}" if self.version else ""
        return f"{self.name}{tag}@{self.digest}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """All images that a locked command may bring."""

    images: tuple[Pinned, ...]

    @property
    def digests(self) -> frozenset[Digest]:
        """Their roots."""
        return frozenset(image.digest for image in self.images)


def format_lock(images: Iterable[Pinned]) -> str:
    """Return the text of a lock file."""
    return _HEAD + f"format = {_FORMAT}\n" + "".join(map(_entry, images))


def parse_lock(text: str, *, what: str) -> Lock:
    """Read a lock file's text; UsageError with the place for what is none."""
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"{what} is not TOML: {error}", hint="make it anew: ferry lock") from error
    images = document.get("image")
    if document.get("format") != _FORMAT or not isinstance(images, list) or not images:
        raise UsageError(f"{what} is no lock of format {_FORMAT}", hint="make it anew: ferry lock")
    return Lock(images=tuple(_pinned(one, f"{what}, image[{at}]") for at, one in enumerate(images)))


def _entry(image: Pinned) -> str:
    fields: dict[str, object] = {name: str(getattr(image, name)) for name in _TEXTS}
    if image.platforms is not None:
        names = ["all"] if image.platforms.is_all else [str(one) for one in image.platforms]
        fields["platforms"] = names
    lines = "".join(f"{name} = {toml_value(value)}\n" for name, value in fields.items() if value)
    return f"\n[[image]]\n{lines}"


def _pinned(entry: object, where: str) -> Pinned:
    if not isinstance(entry, dict) or set(entry) - {*_TEXTS, "platforms"}:
        raise UsageError(f"{where} is no image of a lock", hint="make it anew: ferry lock")
    fields = {name: _text(entry, name, where) for name in _TEXTS}
    try:
        digest = Digest.parse(fields.pop("digest"))
    except DocumentError:
        raise UsageError(f"{where} has no digest", hint="make it anew: ferry lock") from None
    return Pinned(digest=digest, platforms=_platforms(entry.get("platforms"), where), **fields)


def _text(entry: Mapping[str, object], name: str, where: str) -> str:
    value = entry.get(name, "")
    if not isinstance(value, str) or (not value and name == "name"):
        raise UsageError(f"{where} has no {name}", hint="make it anew: ferry lock")
    return value


def _platforms(value: object, where: str) -> PlatformSet | None:
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise UsageError(f"{where} has no platforms", hint="make it anew: ferry lock")
    if value == ["all"]:
        return PlatformSet.all()
    return PlatformSet.of(*map(Platform.parse, value))
