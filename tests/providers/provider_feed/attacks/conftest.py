"""A feed, the two ways to it, and homes."""

from __future__ import annotations

from .sides import feed, homes, place, published

__all__ = ["feed", "homes", "place", "published"]
