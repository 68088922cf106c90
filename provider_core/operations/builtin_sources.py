"""Built-in sources of providers, remembered so that a find need not import every plugin.

``<home>/plugins.json`` holds them under a fingerprint of the plugins, where they lie and which are
disabled; it is a cache, made anew whenever the fingerprint differs.
"""

from __future__ import annotations

import contextlib
import json
import os
from typing import TYPE_CHECKING

from ..digests import Digest
from ..discovery import Candidate
from ..errors import DocumentError
from ..model import Source
from ..model.codec import decode_source, encode

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["builtin_sources"]


def builtin_sources(resources: Resources) -> tuple[Source, ...]:
    """Return the sources that the ready providers bring with them."""
    fingerprint = _fingerprint(
        resources.plugins.candidates(), resources.settings.disabled_providers
    )
    known = _read(resources, fingerprint)
    if known is None:
        known = tuple(
            source for loaded in resources.plugins.providers() for source in loaded.info.sources
        )
        if not any(row.fault for row in resources.plugins.rows()):  # it may load the next time
            _write(resources, fingerprint, known)
    return known


def _fingerprint(candidates: tuple[Candidate, ...], disabled: tuple[str, ...]) -> str:
    """Return what changes with the plugins; '' if one of them has no version to go by."""
    if any(candidate.fleeting for candidate in candidates):
        return ""
    plugins = sorted((one.name, one.origin, one.location) for one in candidates)
    return str(Digest.of(json.dumps([plugins, sorted(disabled)]).encode()))


def _read(resources: Resources, fingerprint: str) -> tuple[Source, ...] | None:
    path = resources.home.root / "plugins.json"
    try:
        document = json.loads(path.read_bytes())
        if not fingerprint or document.get("fingerprint") != fingerprint:
            return None
        return tuple(decode_source(item) for item in document["sources"])
    except (OSError, ValueError, KeyError, AttributeError, TypeError, DocumentError):
        return None  # a cache that cannot be read is made anew


def _write(resources: Resources, fingerprint: str, sources: tuple[Source, ...]) -> None:
    if not fingerprint or not resources.home.root.is_dir():
        return
    document = {"fingerprint": fingerprint, "sources": [encode(source) for source in sources]}
    path = resources.home.root / "plugins.json"
    temporary = path.with_name(f"plugins.{os.getpid()}.json")
    with contextlib.suppress(OSError):  # a read-only home only makes the next find slower
        temporary.write_text(json.dumps(document), encoding="utf-8")
        temporary.replace(path)
