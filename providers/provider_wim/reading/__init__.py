"""Opened WIM files: their parts, images and blobs, read in thin shells over `wim_format`."""

from __future__ import annotations
