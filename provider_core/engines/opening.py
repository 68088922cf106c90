"""From an address to an engine; what speaks to it is imported now."""

from __future__ import annotations

from .ports import Engine
from .values import EngineAddress, EngineKind

__all__ = ["open_engine"]


def open_engine(address: EngineAddress, *, patience: float) -> Engine:
    """Return the engine at *address*; it is not asked anything yet.

    *patience* is the seconds that it has to answer a question.
    """
    if address.kind is EngineKind.CONTAINERD:
        from .containerd import Containerd

        return Containerd(address, patience=patience)
    from .engine_api import EngineApi

    return EngineApi(address, patience=patience)
