"""Lets imageferry install images of listed publishers only."""

from __future__ import annotations

from .policy import PublisherPolicy

__all__ = ["PublisherPolicy"]
