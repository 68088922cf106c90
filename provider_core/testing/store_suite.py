"""What every store must keep, as tests: subclass `StoreSuite` and say how yours is made.

Example::

    class TestShelfStore(StoreSuite):
        def make_store(self, folder, clock):
            return ShelfStore(folder, clock=clock)

        def damage(self, store, digest, data):
            store.shelf(digest).write_bytes(data)
"""

from __future__ import annotations

from .store_case import RAW, SuiteClock, Trickle, sample_bytes, sample_image
from .store_content_suite import ReadingSuite, WritingSuite
from .store_upkeep_suite import CheckingSuite, CollectingSuite

__all__ = ["RAW", "StoreSuite", "SuiteClock", "Trickle", "sample_bytes", "sample_image"]


class StoreSuite(ReadingSuite, WritingSuite, CollectingSuite, CheckingSuite):
    """The promises of `provider_core.store.Store`, a test each."""
