"""The project that `ferry provider new` writes: a provider of its own, complete and tested."""

from __future__ import annotations

from .project import ProjectNames, write_project

__all__ = ["ProjectNames", "write_project"]
