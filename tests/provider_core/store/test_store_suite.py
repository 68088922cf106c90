from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from provider_core.digests import Digest
from provider_core.store import DirectoryStore, Store
from provider_core.testing.memory_store import MemoryStore
from provider_core.testing.store_suite import StoreSuite


class TestDirectoryStore(StoreSuite):
    def make_store(self, folder: Path, clock: Callable[[], float]) -> Store:
        return DirectoryStore(folder, clock=clock)

    def damage(self, store: Store, digest: Digest, data: bytes) -> None:
        assert isinstance(store, DirectoryStore)
        path = store.path / "blobs" / digest.algorithm / digest.hex
        path.chmod(0o600)
        path.write_bytes(data)


class TestMemoryStore(StoreSuite):
    def make_store(self, folder: Path, clock: Callable[[], float]) -> Store:
        return MemoryStore(clock=clock)

    def damage(self, store: Store, digest: Digest, data: bytes) -> None:
        assert isinstance(store, MemoryStore)
        store.overwrite(digest, data)
