"""``images.toml``: requests with their sources, platforms and retention.

::

    platforms = ["linux/amd64"]          # for all below that do not say their own
    source = "hub"

    [[image]]
    request = "nginx[alpine]>=1.27,<2"
    keep = 3                             # the three newest

    [[image]]
    request = "registry.example/team/app:1.2"
    platforms = ["all"]
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from ..errors import UsageError
from ..platforms import Platform, PlatformSet
from .wanted import Wanted

__all__ = ["parse_toml"]

_COMMON = frozenset({"source", "platforms", "keep"})
_MOST = 10_000


def parse_toml(text: str, *, what: str) -> tuple[Wanted, ...]:
    """Read the file's text; *what* names it in errors.  Raises UsageError with the place."""
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"{what} is not TOML: {error}", hint="mend the file") from error
    images = document.pop("image", [])
    common = _checked(document, _COMMON, what)
    if not isinstance(images, list) or not images or len(images) > _MOST:
        raise UsageError(
            f"{what} lists no images", hint='write [[image]] and request = "…" for each'
        )
    return tuple(
        _wanted(entry, common, f"{what}, image[{place}]") for place, entry in enumerate(images)
    )


def _wanted(entry: object, common: Mapping[str, Any], where: str) -> Wanted:
    if not isinstance(entry, dict):
        raise UsageError(f"{where} is no table", hint="write [[image]]")
    fields = {**common, **_checked(entry, _COMMON | {"request"}, where)}
    if not fields.get("request"):
        raise UsageError(f"{where} has no request", hint='write request = "name:tag"')
    return Wanted(**fields)


def _checked(table: Mapping[str, object], known: frozenset[str], where: str) -> dict[str, Any]:
    """Return the fields of *table*, each of its kind; UsageError for one that is unknown."""
    for name in table:
        if name not in known:
            raise UsageError(
                f"{where} has {name!r}, which means nothing there",
                hint=f"there may be {', '.join(sorted(known))}",
            )
    fields: dict[str, Any] = {}
    for name in ("request", "source"):
        if name in table:
            fields[name] = _text(table[name], f"{where}, {name}")
    if "keep" in table:
        fields["keep"] = _count(table["keep"], f"{where}, keep")
    if "platforms" in table:
        fields["platforms"] = _platforms(table["platforms"], f"{where}, platforms")
    return fields


def _text(value: object, where: str) -> str:
    if not isinstance(value, str) or not value:
        raise UsageError(f"{where} is no text", hint="write it in quotes")
    return value


def _count(value: object, where: str) -> int:
    if type(value) is not int or not 0 <= value <= 1000:
        raise UsageError(f"{where} is no number from 0 to 1000", hint="0 means all versions")
    return value


def _platforms(value: object, where: str) -> PlatformSet:
    texts = value if isinstance(value, list) else []
    if not texts or not all(isinstance(text, str) for text in texts):
        raise UsageError(
            f"{where} is no list of platforms", hint='write ["linux/amd64"] or ["all"]'
        )
    if texts == ["all"]:
        return PlatformSet.all()
    try:
        return PlatformSet.of(*map(Platform.parse, texts))
    except UsageError as error:
        raise UsageError(f"{where}: {error}", hint=error.hint) from error
