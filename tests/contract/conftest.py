"""Hosts and shelves for every proof."""

from __future__ import annotations

from .hosts import homes, host, shelf

__all__ = ["homes", "host", "shelf"]
