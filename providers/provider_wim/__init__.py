"""Windows images in ``.wim``, ``.swm`` and ``.esd`` files (see `WimProvider`)."""

from __future__ import annotations

from .provider import WimProvider

__all__ = ["WimProvider"]
