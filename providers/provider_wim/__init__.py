"""Windows images in ``.wim``, ``.swm`` and ``.esd`` files."""

from __future__ import annotations

__all__: list[str] = []
