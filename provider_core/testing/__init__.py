"""What authors of providers test with: the contract as tests, and doubles of a host's parts.

`ProviderConformance` and `StoreSuite` need pytest (``pip install 'imageferry[test]'``); the
doubles do not.  Everything is imported when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..lazy import lazy_names

if TYPE_CHECKING:
    from .case import ProviderCase
    from .conformance import ProviderConformance
    from .contexts import TemporaryState, fixed_clock, make_context, memory_spool
    from .fault_server import Fault, FaultServer
    from .hub_double import DockerHub, HubTrouble
    from .images import SmallImage, small_artifact, small_image, small_index
    from .io_watch import watched_io
    from .loopback import Loopback
    from .memory_catalog import MemoryCatalogView
    from .memory_store import MemoryStore
    from .memory_transport import Answer, MemoryTransport, Request
    from .recording import RecordingProgress
    from .store_suite import StoreSuite
    from .tokens import TokenAuth, TokenServer
    from .watched_writer import WatchedWriter

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "case": ("ProviderCase",),
        "conformance": ("ProviderConformance",),
        "contexts": (
            "TemporaryState",
            "fixed_clock",
            "make_context",
            "memory_spool",
        ),
        "fault_server": ("Fault", "FaultServer"),
        "hub_double": (
            "DockerHub",
            "HubTrouble",
        ),
        "images": (
            "SmallImage",
            "small_artifact",
            "small_image",
            "small_index",
        ),
        "io_watch": ("watched_io",),
        "loopback": ("Loopback",),
        "memory_catalog": ("MemoryCatalogView",),
        "memory_store": ("MemoryStore",),
        "memory_transport": (
            "Answer",
            "MemoryTransport",
            "Request",
        ),
        "recording": ("RecordingProgress",),
        "store_suite": ("StoreSuite",),
        "tokens": (
            "TokenAuth",
            "TokenServer",
        ),
        "watched_writer": ("WatchedWriter",),
    },
)

__all__ = [
    "Answer",
    "DockerHub",
    "Fault",
    "FaultServer",
    "HubTrouble",
    "Loopback",
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
