"""Container engines of this host: what they hold, what uses it, the way in and the way out.

Docker and Podman are met through the Engine API, containerd through its `ctr`.  `addresses` says
where engines are, `opening` makes one of an address; what `Engine` (see `ports`) promises holds
for all of them, and for doubles.
"""

from __future__ import annotations

from .ports import Engine
from .values import Container, EngineAddress, EngineImage, EngineKind, EngineVersion

__all__ = [
    "Container",
    "Engine",
    "EngineAddress",
    "EngineImage",
    "EngineKind",
    "EngineVersion",
]
