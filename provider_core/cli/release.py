"""Which release this is, known without reading the metadata of the distribution."""

from __future__ import annotations

__all__ = ["RELEASE"]

RELEASE = "0.1.0"
"""As in setup.cfg; a test holds them together."""
