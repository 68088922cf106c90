"""What this provider needs of a host: libwim, for speed, for LZMS, and to compress."""

from __future__ import annotations

from collections.abc import Iterator

from provider_core.model import Finding

from .codecs import INSTALL_LIBWIM, best_codec

__all__ = ["findings"]

_WHAT = "wim codecs"


def findings() -> Iterator[Finding]:
    """Say whether the system's libwim is used."""
    codec = best_codec()
    if codec.is_parallel:
        yield Finding(what=_WHAT, status="ok", detail=codec.name)
        return
    yield Finding(
        what=_WHAT,
        status="note",
        detail=f"{codec.name}: slow, without LZMS (.esd files), and without compression for save",
        hint=f"libwim does all that: {INSTALL_LIBWIM}",
    )
