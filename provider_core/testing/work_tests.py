"""The contract of refreshing, converting, saving and uninstalling, as tests."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from ..cancel import CancelToken
from ..digests import Digest
from ..errors import Cancelled, Exists, IntegrityError, InUse
from ..model import Feature, Held, Installed, Package, PackageId
from ..oci import Descriptor
from ..oci.media_types import is_index, is_manifest
from .memory_store import MemoryStore
from .stage import Stage, Taken
from .wholeness import faults_of

__all__ = ["ConvertTests", "RefreshTests", "SaveTests", "UninstallTests"]


class RefreshTests:
    """The offers of an indexed source, and how they change."""

    def test_a_medium_is_verified(self, stage: Stage) -> None:
        """verify() finds nothing wrong with what is whole, and says the same again."""
        if stage.lacks(Feature.VERIFY):
            return
        for reference in stage.case.references:
            context, signs = stage.context()
            ask = stage.dispatcher.verify
            verdicts = ask(stage.info.name, reference, context, signs)
            assert verdicts
            assert not any(verdict.problems for verdict in verdicts)
            assert ask(stage.info.name, reference, context, signs) == verdicts

    def test_the_first_refresh_brings_everything(self, stage: Stage) -> None:
        """Since nothing: a whole snapshot with a token, each offer once, the case's among them."""
        if stage.lacks(Feature.REFRESH):
            return
        taken = _refreshed(stage, None)
        assert taken.since is None
        assert taken.token
        identities = [package.id for package in taken.upserts]
        assert len(identities) == len(set(identities))
        for query in stage.case.present:
            assert any(query.wants(package) for package in taken.upserts), f"nothing fits {query}"

    def test_a_refresh_without_change_brings_nothing(self, stage: Stage) -> None:
        """None, or a snapshot since the token that is empty."""
        if stage.lacks(Feature.REFRESH):
            return
        first = _refreshed(stage, None)
        again = stage.refresh(first.token)
        if again is not None:
            assert (again.since, again.upserts, again.removed) == (first.token, (), frozenset())

    def test_changes_lead_to_the_same_offers_as_a_fresh_start(self, stage: Stage) -> None:
        """What was known and what changed make what a first refresh would bring now."""
        if stage.lacks(Feature.REFRESH):
            return
        first = _refreshed(stage, None)
        assert stage.case.change is not None
        stage.case.change()
        changed = _refreshed(stage, first.token)
        assert changed.token != first.token
        assert _applied(first, changed) == _applied(None, _refreshed(stage, None))

    def test_a_token_that_nobody_knows_starts_anew(self, stage: Stage) -> None:
        """A token may be older than what the source remembers."""
        if stage.lacks(Feature.REFRESH):
            return
        taken = _refreshed(stage, "a-token-that-was-never-given-out")
        assert taken.since is None
        assert _applied(None, taken) == _applied(None, _refreshed(stage, None))


class ConvertTests:
    """Turning raw content into an image."""

    def test_raw_content_becomes_an_image(self, stage: Stage) -> None:
        """A whole image, of a type that need not be converted again; the same one each time."""
        if stage.lacks(Feature.CONVERT):
            return
        assert stage.case.raw is not None
        store, roots = MemoryStore(), set()
        with store.lease() as lease:
            raw = stage.case.raw(store.writer(lease))
        for _ in range(2):
            image = stage.convert(raw, store)
            assert image is not None, "it takes its own type for another's"
            assert isinstance(image.root, Descriptor)
            assert is_manifest(image.root.media_type) or is_index(image.root.media_type)
            assert faults_of(image, store) == ()
            roots.add(image.root.digest)
        assert len(roots) == 1, "the same raw content became two images"


class SaveTests:
    """Pouring images out of the store."""

    def test_save_says_what_it_wrote(self, stage: Stage) -> None:
        """A root for each image, a place, and bytes."""
        if stage.lacks(Feature.SAVE):
            return
        store = MemoryStore()
        held = stage.held(store)
        saved = stage.save(held, _destination(stage), store)
        assert saved.location
        assert len(saved.roots) == len(held)
        assert saved.names
        assert saved.written > 0

    def test_the_same_images_are_saved_alike(self, stage: Stage) -> None:
        """Two places get the same roots under the same names, and files the same bytes."""
        if stage.lacks(Feature.SAVE):
            return
        store = MemoryStore()
        held = stage.held(store)
        places = [_destination(stage), _destination(stage)]
        first, second = (stage.save(held, place, store) for place in places)
        assert (first.roots, first.names) == (second.roots, second.names)
        files = [Path(place) for place in places if _is_file(stage, place)]
        assert len({path.read_bytes() for path in files}) <= 1

    def test_a_file_is_not_replaced_unless_told(self, stage: Stage) -> None:
        """Exists, and the file stays; with the option "force" it is replaced."""
        if stage.lacks(Feature.SAVE):
            return
        store = MemoryStore()
        held, place = stage.held(store), _destination(stage)
        if not _is_file(stage, place):
            return
        Path(place).write_bytes(b"precious")
        with pytest.raises(Exists):
            stage.save(held, place, store)
        assert Path(place).read_bytes() == b"precious"
        stage.save(held, place, store, force=True)
        assert Path(place).read_bytes() != b"precious"

    def test_a_stream_is_what_a_file_would_be(self, stage: Stage) -> None:
        """A destination with ``stream`` gives a pipe the bytes and names that a file gets."""
        if stage.lacks(Feature.SAVE):
            return
        store = MemoryStore()
        held, place = stage.held(store), _destination(stage)
        if not _is_file(stage, place) or not any(one.stream for one in stage.info.saves):
            return
        taken = bytearray()
        streamed = stage.save(held, "-", store, sink=taken.extend)
        written = stage.save(held, place, store)
        assert taken == Path(place).read_bytes()
        assert (streamed.roots, streamed.names) == (written.roots, written.names)
        assert streamed.written == len(taken)

    def test_a_save_that_fails_leaves_nothing(self, stage: Stage) -> None:
        """A damaged store is an IntegrityError; no file, and no other one beside it, stays."""
        if stage.lacks(Feature.SAVE):
            return
        store = MemoryStore()
        held, place = stage.held(store), _destination(stage)
        size, largest = max((size, digest) for digest, size in store.blobs())
        store.overwrite(largest, bytes(size))
        before = _neighbours(place)
        with pytest.raises(IntegrityError):
            stage.save(held, place, store)
        assert _neighbours(place) == before

    def test_a_cancelled_save_stops_and_leaves_nothing(self, stage: Stage) -> None:
        """Nothing half is left where the whole was wanted."""
        if stage.lacks(Feature.SAVE):
            return
        store, token = MemoryStore(), CancelToken()
        held, place = stage.held(store), _destination(stage)
        before = _neighbours(place)
        token.cancel()
        with pytest.raises(Cancelled):
            stage.save(held, place, store, cancel=token)
        assert _neighbours(place) == before


class UninstallTests:
    """Letting go of what is kept outside the store."""

    def test_uninstall_may_be_repeated(self, stage: Stage) -> None:
        """It releases what it keeps, or refuses with InUse; the second time is harmless."""
        if stage.lacks(Feature.UNINSTALL, Feature.INSTALL):
            return
        store = MemoryStore()
        for held in stage.held(store):
            installed = _installed(held)
            context, signs = stage.context(source=stage.source)
            for _ in range(2):
                with suppress(InUse):
                    stage.dispatcher.release(installed, context, signs)


def _refreshed(stage: Stage, since: str | None) -> Taken:
    taken = stage.refresh(since)
    assert taken is not None, f"nothing new since {since!r}"
    return taken


def _applied(before: Taken | None, after: Taken) -> dict[PackageId, Package]:
    """Return the offers that the catalog has once *after* came on top of *before*."""
    offers: dict[PackageId, Package] = {}
    if before is not None and after.since is not None:
        offers = {package.id: package for package in before.upserts}
    offers = {key: value for key, value in offers.items() if key not in after.removed}
    return {**offers, **{package.id: package for package in after.upserts}}


def _destination(stage: Stage) -> str:
    assert stage.case.destination is not None
    return stage.case.destination()


def _is_file(stage: Stage, place: str) -> bool:
    endings = tuple(one.suffix for one in stage.info.saves if one.suffix)
    return bool(endings) and place.lower().endswith(endings)


def _neighbours(place: str) -> set[Path]:
    """Return what is in the folder of *place*; nothing for a URL."""
    return set() if "://" in place else set(Path(place).parent.iterdir())


def _installed(held: Held) -> Installed:
    root = held.content.root
    digest = root.digest if isinstance(root, Descriptor) else None
    return Installed(
        package=held.package,
        content=held.content,
        image_id=digest or Digest.of(str(root).encode()),
        uninstalls=True,
    )
