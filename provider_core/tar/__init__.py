"""Tar archives, block by block: bytes to values, nothing unpacked and nothing trusted."""

from __future__ import annotations

__all__: list[str] = []
