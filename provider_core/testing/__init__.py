"""What authors of providers test with: the contract as tests, and doubles of a host's parts.

`ProviderConformance` and `StoreSuite` need pytest (``pip install 'imageferry[test]'``); the
doubles do not.  Everything is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .case import ProviderCase
    from .conformance import ProviderConformance
    from .contexts import TemporaryState, fixed_clock, make_context, memory_spool
    from .images import SmallImage, small_artifact, small_image, small_index
    from .io_watch import watched_io
    from .memory_catalog import MemoryCatalogView
    from .memory_store import MemoryStore
    from .memory_transport import Answer, MemoryTransport, Request
    from .recording import RecordingProgress
    from .store_suite import StoreSuite
    from .tokens import TokenAuth, TokenServer
    from .watched_writer import WatchedWriter

_HOME = {
    "Answer": "memory_transport",
    "MemoryCatalogView": "memory_catalog",
    "MemoryStore": "memory_store",
    "MemoryTransport": "memory_transport",
    "ProviderCase": "case",
    "ProviderConformance": "conformance",
    "RecordingProgress": "recording",
    "Request": "memory_transport",
    "SmallImage": "images",
    "StoreSuite": "store_suite",
    "TemporaryState": "contexts",
    "TokenAuth": "tokens",
    "TokenServer": "tokens",
    "WatchedWriter": "watched_writer",
    "fixed_clock": "contexts",
    "make_context": "contexts",
    "memory_spool": "contexts",
    "small_artifact": "images",
    "small_image": "images",
    "small_index": "images",
    "watched_io": "io_watch",
}
"""Public name → the module it lives in."""

__all__ = [
    "Answer",
    "MemoryCatalogView",
    "MemoryStore",
    "MemoryTransport",
    "ProviderCase",
    "ProviderConformance",
    "RecordingProgress",
    "Request",
    "SmallImage",
    "StoreSuite",
    "TemporaryState",
    "TokenAuth",
    "TokenServer",
    "WatchedWriter",
    "fixed_clock",
    "make_context",
    "memory_spool",
    "small_artifact",
    "small_image",
    "small_index",
    "watched_io",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted((*globals(), *__all__))
