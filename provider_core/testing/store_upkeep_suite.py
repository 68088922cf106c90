"""The promises of a store about what stays, what goes, and what is found to be wrong."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

import pytest

from ..digests import Digest
from ..errors import (
    Conflict,
    DigestMismatch,
    DocumentError,
    IntegrityError,
    SizeMismatch,
    UsageError,
)
from ..oci import Descriptor, Index, Manifest
from ..oci.media_types import OCI_CONFIG, OCI_INDEX, OCI_LAYER, OCI_NONDISTRIBUTABLE_LAYER
from ..store import IndexEntry, Lease, Partial, Record, Store, Writer, put
from .store_case import RAW, StoreCase, SuiteClock, sample_image

__all__ = ["CheckingSuite", "CollectingSuite"]

_HOUR = 3600.0


def _digests(store: Store) -> set[Digest]:
    return {digest for digest, _ in store.blobs()}


def _fill(store: Store, *layers: bytes) -> Descriptor:
    """Put an image into *store* and leave it without a lease."""
    with store.lease() as lease:
        return sample_image(store.writer(lease), *layers)


def _sweep(store: Store, *roots: Descriptor, grace: float = 0) -> set[Digest]:
    return set(store.collect(lambda: roots, grace=grace).digests)


class CollectingSuite(StoreCase):
    """`reach`, leases and `collect`, a test a promise."""

    def test_reach_of_an_image(self, store: Store, writer: Writer) -> None:
        root = sample_image(writer, b"one", b"two", b"one")
        reached = store.reach([root, root])
        assert reached[0] == root
        assert {descriptor.digest for descriptor in reached} == _digests(store)
        assert len(reached) == 4

    def test_reach_of_a_sparse_index(self, store: Store, writer: Writer) -> None:
        here = sample_image(writer, b"here")
        absent = Descriptor.of(b"absent", here.media_type)
        index = Index.build([here, absent])
        root = put(writer, index.raw, index.media_type)
        assert {it.digest for it in store.reach([root])} == _digests(store)
        assert list(store.check([root])) == []

    def test_the_subject_is_not_followed(self, store: Store, writer: Writer) -> None:
        image = sample_image(writer, b"image")
        config = put(writer, b"{}", OCI_CONFIG)
        referrer = Manifest.build(config, [], artifact_type="text/x-signature", subject=image)
        root = put(writer, referrer.raw, referrer.media_type)
        assert {it.digest for it in store.reach([root])} == {root.digest, config.digest}

    def test_reach_refuses_a_damaged_manifest(self, store: Store) -> None:
        root = _fill(store, b"layer")
        self.damage(store, root.digest, b"{" + b" " * (root.size - 2) + b"}")
        with pytest.raises(DigestMismatch):
            store.reach([root])
        self.damage(store, root.digest, b"{}")
        with pytest.raises(SizeMismatch):
            store.reach([root])

    def test_reach_refuses_what_is_no_manifest(self, store: Store, writer: Writer) -> None:
        manifest = sample_image(writer, b"layer")
        root = put(writer, b"no manifest", manifest.media_type)
        with pytest.raises(DocumentError):
            store.reach([root])

    def test_reach_refuses_endless_nesting(self, store: Store, writer: Writer) -> None:
        root = sample_image(writer, b"deep down")
        for _ in range(12):
            index = Index.build([root])
            root = put(writer, index.raw, index.media_type)
        with pytest.raises(DocumentError):
            store.reach([root])

    def test_collect_takes_what_nothing_needs(self, store: Store) -> None:
        kept, gone = _fill(store, b"shared", b"kept"), _fill(store, b"shared", b"gone")
        needed = {it.digest for it in store.reach([kept])}
        doomed = _digests(store) - needed
        assert gone.digest in doomed
        foreseen = store.collect(lambda: [kept], grace=0, dry_run=True)
        assert set(foreseen.digests) == doomed
        assert _digests(store) == needed | doomed
        sizes = dict(store.blobs())
        done = store.collect(lambda: [kept], grace=0)
        assert set(done.digests) == doomed
        assert done.size == foreseen.size == sum(sizes[digest] for digest in doomed)
        assert _digests(store) == needed
        assert store.collect(lambda: [kept], grace=0).digests == ()

    def test_ones_layer_may_be_anothers_manifest(self, store: Store) -> None:
        inner = _fill(store, b"inner layer")
        with store.lease() as lease:
            config = put(store.writer(lease), b"{}", OCI_CONFIG)
            outer = Manifest.build(config, [replace(inner, media_type=OCI_LAYER)])
            root = put(store.writer(lease), outer.raw, outer.media_type)
        everything = _digests(store)
        assert {it.digest for it in store.reach([root, inner])} == everything
        assert _sweep(store, root, inner) == set()
        assert len(_sweep(store, root)) == 2

    def test_lying_references_do_not_stop_collection(self, store: Store) -> None:
        real = _fill(store, b"layer")
        with store.lease() as lease:
            writer = store.writer(lease)
            layer = put(writer, b"a layer, no manifest", OCI_LAYER)
            lies = [replace(layer, media_type=real.media_type), replace(real, size=1)]
            index = Index.build([*lies, replace(real, media_type=OCI_INDEX)])
            root = put(writer, index.raw, index.media_type)
        _fill(store, b"garbage")
        with pytest.raises(IntegrityError):
            store.reach([root])
        doomed = _sweep(store, root)
        assert doomed
        assert {layer.digest, root.digest, real.digest} <= _digests(store)
        assert _sweep(store, root) == set()
        assert len(store.reach([real])) == 3

    def test_collect_confined(self, store: Store) -> None:
        one, other = _fill(store, b"one"), _fill(store, b"other one")
        done = store.collect(list, grace=0, only=[one.digest])
        assert done.digests == (one.digest,)
        assert store.has(other)

    def test_grace(self, store: Store, clock: SuiteClock) -> None:
        image = _fill(store, b"young")
        young = store.collect(list, grace=_HOUR)
        assert (young.digests, young.kept_for_grace) == ((), 3)
        clock.ahead = -10 * _HOUR  # it was written in the future then
        assert _sweep(store, grace=_HOUR) == set()
        clock.ahead = 2 * _HOUR
        assert image.digest in _sweep(store, grace=_HOUR)

    def test_no_grace_takes_the_future_too(self, store: Store, clock: SuiteClock) -> None:
        _fill(store, b"young")
        clock.ahead = -10 * _HOUR
        assert len(_sweep(store)) == 3

    def test_a_lease_protects_what_is_written_under_it(self, store: Store) -> None:
        with store.lease() as lease:
            image = sample_image(store.writer(lease), b"layer")
            with store.writer(lease).compute(10) as computed:
                computed.write(b"made")
                made = computed.commit(RAW)
            assert _sweep(store) == set()
        assert {image.digest, made.digest} < _sweep(store)
        lease.release()

    def test_a_lease_protects_what_it_refers_to(self, store: Store) -> None:
        image = _fill(store, b"layer")
        with store.lease() as lease:
            lease.add([image.digest, Digest.of(b"not here")])
            assert _sweep(store) == set()
        assert len(_sweep(store)) == 3
        with pytest.raises(Conflict):
            lease.add([image.digest])

    def test_expect_protects_what_is_here(self, store: Store) -> None:
        image = _fill(store, b"layer")
        with store.lease() as lease:
            assert store.writer(lease).expect(image) is None
            assert _sweep(store) == set()

    def test_abandoned_content_goes(self, store: Store) -> None:
        descriptor = Descriptor.of(bytes(5000), RAW)

        def begin(lease: Lease) -> Partial:
            partial = store.writer(lease).expect(descriptor)
            assert partial is not None
            partial.write(0, bytes(2000))
            return partial

        with store.lease() as lease:
            begin(lease).close()
            assert store.collect(list, grace=0).size == 0
        assert store.collect(list, grace=_HOUR).size == 0
        assert store.collect(list, grace=0, only=[]).size == 0
        assert store.collect(list, grace=0, dry_run=True).size >= 2000
        lease = store.lease()
        with begin(lease):
            lease.release()
            assert store.collect(list, grace=0).size == 0
        with store.lease() as lease, begin(lease) as partial:
            assert partial.gaps() == ((2000, 5000),)

    def test_roots_are_asked_after_leases(self, store: Store) -> None:
        lease = store.lease()
        image = sample_image(store.writer(lease), b"layer")

        def roots() -> Iterable[Descriptor]:
            lease.release()  # its row would have been written by now
            return []

        assert set(store.collect(roots, grace=0).digests) == set()
        assert store.has(image)

    def test_a_damaged_manifest_stops_collection(self, store: Store) -> None:
        image, _ = _fill(store, b"layer"), _fill(store, b"garbage")
        before = _digests(store)
        self.damage(store, image.digest, b"?" * image.size)
        with pytest.raises(IntegrityError) as caught:
            _sweep(store, image)
        assert "store repair" in caught.value.hint
        assert "install" in caught.value.hint
        self.damage(store, image.digest, b"short")
        with pytest.raises(IntegrityError):
            _sweep(store, image)
        assert _digests(store) == before

    def test_it_stops_a_confined_collection_too(self, store: Store) -> None:
        image, other = _fill(store, b"layer"), _fill(store, b"what may be shared")
        before = _digests(store)
        self.damage(store, image.digest, b"?" * image.size)
        with pytest.raises(IntegrityError):
            store.collect(lambda: [image], grace=0, only=[other.digest])
        assert _digests(store) == before

    @pytest.mark.parametrize("confined", [False, True])
    def test_a_damaged_manifest_that_nothing_needs_is_garbage(
        self, store: Store, confined: bool
    ) -> None:
        kept, damaged = _fill(store, b"kept"), _fill(store, b"layer")
        self.damage(store, damaged.digest, b"{" * damaged.size)
        only = [damaged.digest] if confined else None
        done = store.collect(lambda: [kept], grace=0, only=only)
        assert damaged.digest in done.digests
        assert store.read(kept)

    @pytest.mark.parametrize("grace", [math.nan, math.inf, -math.inf])
    def test_a_grace_time_is_a_number(self, store: Store, grace: float) -> None:
        image = _fill(store, b"layer")
        with pytest.raises(UsageError):
            store.collect(list, grace=grace)
        assert store.has(image)

    def test_roots_that_fail_stop_collection(self, store: Store) -> None:
        image = _fill(store, b"layer")

        def roots() -> Iterable[Descriptor]:
            raise Conflict("the catalog is busy")

        with pytest.raises(Conflict):
            store.collect(roots, grace=0)
        assert store.has(image)


class CheckingSuite(StoreCase):
    """`check`, `repair`, records and the index, a test a promise."""

    def test_a_sound_store(self, store: Store, writer: Writer) -> None:
        assert list(store.check()) == []
        root = sample_image(writer, b"one", b"two")
        store.write_index([IndexEntry(name="sample:1", root=root)])
        store.write_records(
            [Record(root=root.digest, key="sample 1", document=b'{"name":"sample"}')]
        )
        assert list(store.check([root])) == []
        assert store.repair([]) == ()

    def test_each_kind_of_damage(self, store: Store, writer: Writer) -> None:
        root = sample_image(writer, b"aaaa", b"bbbb", b"cccc", b"dddd", b"eeee")
        layers = [Digest.of(data * 4) for data in (b"a", b"b", b"c", b"d")]
        for digest, data in zip(layers, (b"aaax", b"bbb", b"dddd", b"cccc"), strict=True):
            self.damage(store, digest, data)
        found = {(damage.kind, damage.digest) for damage in store.check([root])}
        kinds = ("altered", "truncated", "misplaced", "misplaced")
        assert found == set(zip(kinds, layers, strict=True))

    def test_what_roots_miss(self, store: Store, writer: Writer) -> None:
        layer = Descriptor.of(b"never came", OCI_LAYER)
        foreign = Descriptor.of(b"elsewhere", OCI_NONDISTRIBUTABLE_LAYER)
        manifest = Manifest.build(put(writer, b"{}", OCI_CONFIG), [layer, foreign])
        root = put(writer, manifest.raw, manifest.media_type)
        absent = replace(root, digest=Digest.of(b"absent root"))
        found = list(store.check([root, absent, root]))
        assert {(damage.kind, damage.digest) for damage in found} == {
            ("missing", layer.digest),
            ("missing", absent.digest),
        }
        assert len(found) == 2
        assert all(damage.digest and damage.digest.hex in damage.detail for damage in found)

    def test_a_root_that_is_no_document(self, store: Store, writer: Writer) -> None:
        root = put(writer, b"no manifest", Manifest.build(Descriptor.of(b"", RAW), []).media_type)
        assert [damage.digest for damage in store.check([root])] == [root.digest]

    def test_repair_makes_room_for_sound_bytes(self, store: Store, writer: Writer) -> None:
        root = sample_image(writer, b"layer")
        layer = Descriptor.of(b"layer", OCI_LAYER)
        self.damage(store, layer.digest, b"Layer")
        damages = list(store.check([root]))
        assert store.repair(damages) == tuple(damages)
        assert not store.has(layer)
        assert store.repair(damages) == ()
        put(writer, b"layer", OCI_LAYER)
        assert store.repair(damages) == ()
        assert list(store.check([root])) == []

    def test_records(self, store: Store) -> None:
        root = _fill(store, b"layer")
        for document in (b'{"name":"first"}', b'{ "name": "second" }'):
            store.write_records([Record(root=root.digest, key="sample 1", document=document)])
        absent = Record(root=Digest.of(b"absent"), key="sample 1", document=b"{}")
        store.write_records([absent])
        assert [it.document for it in store.records()] == [b'{ "name": "second" }']
        _sweep(store, root)
        assert [it.root for it in store.records()] == [root.digest]
        _sweep(store)
        assert list(store.records()) == []
        assert root.digest == _fill(store, b"layer").digest
        assert list(store.records()) == []

    def test_a_root_has_a_record_for_each_key(self, store: Store) -> None:
        root = _fill(store, b"layer").digest
        for key in ("one", "other", "third"):
            store.write_records(
                [Record(root=root, key=key, document=b'{"key":"%b"}' % key.encode())]
            )
        store.drop_record(root, "third")
        store.drop_record(root, "never was")
        store.drop_record(Digest.of(b"absent"), "one")
        assert {(it.key, it.document) for it in store.records()} == {
            ("one", b'{"key":"one"}'),
            ("other", b'{"key":"other"}'),
        }
        store.collect(list, grace=0, only=[root])
        assert list(store.records()) == []

    def test_a_key_is_short(self, store: Store) -> None:
        with pytest.raises(DocumentError):
            store.write_records([Record(root=Digest.of(b""), key="x" * 4097, document=b"{}")])

    def test_records_are_kept_together_or_not_at_all(self, store: Store) -> None:
        root = _fill(store, b"layer").digest
        records = [Record(root=root, key=key, document=b"{}") for key in ("one", "other")]
        with pytest.raises(DocumentError):
            store.write_records([*records, Record(root=root, key="third", document=b"[]")])
        assert list(store.records()) == []
        store.write_records([])
        store.write_records(records)
        assert {record.key for record in store.records()} == {"one", "other"}

    def test_a_flush_changes_nothing(self, store: Store) -> None:
        root = _fill(store, b"layer")
        before = _digests(store)
        store.flush()
        assert _digests(store) == before
        assert list(store.check([root])) == []

    @pytest.mark.parametrize("document", [b"", b"[]", b'{"a":1}}', b'{"a":"' + b"x" * 2**20])
    def test_a_record_is_a_small_object(self, store: Store, document: bytes) -> None:
        with pytest.raises(DocumentError):
            store.write_records([Record(root=Digest.of(b""), key="sample 1", document=document)])
