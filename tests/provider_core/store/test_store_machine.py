"""Random histories: both stores must always be what a dictionary would be."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)

from provider_core.digests import Digest
from provider_core.oci import Descriptor, Manifest
from provider_core.oci.media_types import OCI_CONFIG, OCI_LAYER
from provider_core.store import DirectoryStore, Lease, Store, put
from provider_core.testing.memory_store import MemoryStore
from provider_core.testing.store_suite import RAW

_CONTENTS = st.sampled_from([b"", b"a", b"bb", b"a layer", b"{}", b"{not json", b"\x1f\x8bgzip"])
_CUTS = st.tuples(st.integers(0, 9), st.integers(0, 9))


class _Model:
    """What a store should hold, by plain reasoning."""

    def __init__(self) -> None:
        self.blobs: dict[Digest, bytes] = {}
        self.below: dict[Digest, set[Digest]] = {}
        self.written: dict[Digest, set[int]] = {}
        self.leases: dict[int, set[Digest]] = {}

    def closure(self, digests: set[Digest]) -> set[Digest]:
        """Return *digests* and what the manifests among them need."""
        here = digests & set(self.blobs)
        return digests.union(*(self.below.get(digest, set()) for digest in here))

    def protected(self) -> set[Digest]:
        """Return what live leases protect."""
        return self.closure(set().union(*self.leases.values()))


class StoreMachine(RuleBasedStateMachine):
    """Runs one history on both stores and on the model."""

    leases = Bundle("leases")
    images = Bundle("images")

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="store-machine-"))
        self.stores: tuple[Store, ...] = (DirectoryStore(self.folder / "store"), MemoryStore())
        self.held: dict[int, tuple[Lease, ...]] = {}
        self.model = _Model()

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            for leases in self.held.values():
                for lease in leases:
                    lease.release()
            shutil.rmtree(self.folder)

    @rule(target=leases)
    def lease(self) -> int:
        key = len(self.held)
        self.held[key] = tuple(store.lease() for store in self.stores)
        self.model.leases[key] = set()
        return key

    @rule(key=consumes(leases))
    def release(self, key: int) -> None:
        for lease in self.held[key]:
            lease.release()
        del self.model.leases[key]

    @rule(key=leases, data=_CONTENTS)
    def put(self, key: int, data: bytes) -> None:
        descriptor = Descriptor.of(data, RAW)
        for store, lease in zip(self.stores, self.held[key], strict=True):
            assert put(store.writer(lease), data, RAW) == descriptor
        self._arrived(key, data)

    @rule(key=leases, data=_CONTENTS)
    def compute(self, key: int, data: bytes) -> None:
        for store, lease in zip(self.stores, self.held[key], strict=True):
            with store.writer(lease).compute(len(data)) as computed:
                computed.write(data)
                assert computed.commit(RAW) == Descriptor.of(data, RAW)
        self._arrived(key, data, computed=True)

    @rule(key=leases, data=_CONTENTS, cut=_CUTS)
    def write_a_part(self, key: int, data: bytes, cut: tuple[int, int]) -> None:
        descriptor = Descriptor.of(data, RAW)
        start, end = (min(edge, len(data)) for edge in sorted(cut))
        self.model.leases[key].add(descriptor.digest)
        for store, lease in zip(self.stores, self.held[key], strict=True):
            partial = store.writer(lease).expect(descriptor)
            assert (partial is None) == (descriptor.digest in self.model.blobs)
            if partial is not None:
                with partial:
                    self._check_gaps(partial.gaps(), data)
                    partial.write(start, data[start:end])
        if descriptor.digest not in self.model.blobs:
            self.model.written.setdefault(descriptor.digest, set()).update(range(start, end))

    @rule(target=images, key=leases, layers=st.lists(_CONTENTS, max_size=3))
    def image(self, key: int, layers: list[bytes]) -> Descriptor:
        config = Descriptor.of(b"{}", OCI_CONFIG)
        parts = [Descriptor.of(layer, OCI_LAYER) for layer in layers]
        manifest = Manifest.build(config, parts)
        for data in (b"{}", *layers, manifest.raw):
            self.put(key, data)
        root = manifest.descriptor()
        self.model.below[root.digest] = {part.digest for part in (config, *parts)}
        return root

    @rule(key=leases, root=images)
    def claim(self, key: int, root: Descriptor) -> None:
        for lease in self.held[key]:
            lease.add([root.digest])
        self.model.leases[key].add(root.digest)

    @rule(roots=st.lists(images, max_size=2), dry_run=st.booleans())
    def collect(self, roots: list[Descriptor], dry_run: bool) -> None:
        kept = self.model.closure({root.digest for root in roots}) | self.model.protected()
        gone = set(self.model.blobs) - kept
        for store in self.stores:
            done = store.collect(lambda: roots, grace=0, dry_run=dry_run)
            assert set(done.digests) == gone
        if not dry_run:
            for digest in gone:
                del self.model.blobs[digest]
            claimed = set().union(*self.model.leases.values())
            for digest in set(self.model.written) - claimed:
                del self.model.written[digest]

    @rule()
    def grace_keeps_everything(self) -> None:
        for store in self.stores:
            assert store.collect(list, grace=3600).digests == ()

    @rule(target=images, root=consumes(images))
    def reach(self, root: Descriptor) -> object:
        for store in self.stores:
            expected = self.model.closure({root.digest}) & set(self.model.blobs)
            assert {it.digest for it in store.reach([root])} == expected
        return multiple(root)

    @invariant()
    def stores_hold_what_the_model_holds(self) -> None:
        if not hasattr(self, "model"):
            return
        sizes = {digest: len(data) for digest, data in self.model.blobs.items()}
        for store in self.stores:
            assert dict(store.blobs()) == sizes
            for digest, data in self.model.blobs.items():
                descriptor = Descriptor(media_type=RAW, digest=digest, size=len(data))
                assert store.read(descriptor) == data

    def _arrived(self, key: int, data: bytes, *, computed: bool = False) -> None:
        digest = Digest.of(data)
        if digest not in self.model.blobs and not computed:
            self.model.written.pop(digest, None)
        self.model.blobs[digest] = data
        self.model.leases[key].add(digest)

    def _check_gaps(self, gaps: tuple[tuple[int, int], ...], data: bytes) -> None:
        missing = {offset for start, end in gaps for offset in range(start, end)}
        written = self.model.written.get(Digest.of(data), set())
        assert missing == set(range(len(data))) - written


TestStoreMachine = StoreMachine.TestCase
TestStoreMachine.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
