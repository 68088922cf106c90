"""The contract of installing: contents and install, as tests."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..cancel import CancelToken
from ..errors import Cancelled, IntegrityError, NoSpace, Offline
from ..model import Content, Feature, FileStamp, Package
from ..oci import Descriptor
from ..operations.facts import selection_of
from ..platforms import PlatformSet
from ..store import DirectoryStore, Store
from .memory_store import MemoryStore
from .stage import Stage
from .wholeness import faults_of

__all__ = ["ContentsTests", "InstallTests"]

PATIENCE = 20.0
"""Seconds within which work that was cancelled must have ended."""


class ContentsTests:
    """What a package consists of, before its bytes are here."""

    def test_contents_are_repeatable_and_distinct(self, stage: Stage) -> None:
        """The same blobs each time, each once, the pin among them."""
        if stage.lacks(Feature.CONTENTS):
            return
        for package in stage.packages():
            contents = stage.contents(package, MemoryStore())
            assert stage.contents(package, MemoryStore()) == contents
            if contents is None:
                continue
            digests = [blob.digest for blob in contents.descriptors]
            assert len(digests) == len(set(digests))
            if isinstance(package.pin, Descriptor) and contents.exact:
                assert package.pin.digest in digests

    def test_install_brings_what_contents_lists(self, stage: Stage) -> None:
        """All of it; where the list is exact, nothing else but what is said about the image."""
        if stage.lacks(Feature.CONTENTS, Feature.INSTALL):
            return
        for package in stage.packages():
            store = MemoryStore()
            contents = stage.contents(package, store)
            if contents is None:
                continue
            content = stage.install(package, store).content
            listed = {blob.digest for blob in contents.descriptors}
            brought = {digest for digest, _ in store.blobs()}
            assert listed <= brought
            if contents.exact and isinstance(package.pin, Descriptor):
                about = store.reach([*content.evidence, *content.referrers])
                assert brought == listed | {blob.digest for blob in about}


class InstallTests:
    """Pouring a package into a store."""

    def test_content_is_whole(self, stage: Stage) -> None:
        """Everything below the root that came back is in the store, with the right bytes."""
        for package in _installable(stage):
            store = MemoryStore()
            content = stage.install(package, store).content
            assert faults_of(content, store) == ()

    def test_what_was_found_comes(self, stage: Stage) -> None:
        """The pin, and nothing else under its name; a host refuses other content."""
        for package in _installable(stage):
            _check_root(package, stage.install(package, MemoryStore()).content)

    def test_platforms_that_are_claimed_came(self, stage: Stage) -> None:
        """Content says what is in the store; a host refuses a platform that is not there."""
        for package in _installable(stage):
            store = MemoryStore()
            content = stage.install(package, store).content
            if isinstance(content.root, Descriptor):
                there = selection_of(content, store).platforms
                assert set(content.platforms) <= set(there), "it claims more than it brought"

    def test_content_is_whole_on_a_disk(self, stage: Stage, tmp_path: Path) -> None:
        """A store in a folder takes the same content, and finds nothing wrong in it."""
        store = DirectoryStore(tmp_path / "store")
        try:
            for package in _installable(stage):
                content = stage.install(package, store).content
                assert faults_of(content, store) == ()
                assert list(store.check(content.blobs)) == []
        finally:
            store.close()

    def test_no_blob_is_fetched_twice(self, stage: Stage) -> None:
        """Each byte is written once; the second time nothing is written, and all is the same."""
        for package in _installable(stage):
            store = MemoryStore()
            first = stage.install(package, store)
            sizes = dict(store.blobs())
            for digest, count in first.writer.written.items():
                assert count <= sizes[digest], f"{digest} was written more than once"
            second = stage.install(package, store)
            assert second.writer.written == {}
            assert second.content == first.content

    def test_wanted_platforms_come_alone(self, stage: Stage) -> None:
        """Of an image for several platforms, one can be had without the others."""
        if stage.lacks(Feature.INSTALL):
            return
        several = [package for package in stage.packages() if len(package.platforms) > 1]
        for package in several:
            for platform in package.platforms:
                store = MemoryStore()
                wanted = PlatformSet.of(platform)
                content = stage.install(package, store, platforms=wanted).content
                assert content.platforms == (platform,)
                assert faults_of(content, store) == ()

    def test_a_cancelled_install_stops(self, stage: Stage) -> None:
        """Soon, with Cancelled; the next one goes on and keeps what was whole."""
        for package in _installable(stage):
            store, token = MemoryStore(), CancelToken()
            started = time.monotonic()
            try:
                stage.install(package, store, cancel=token, on_write=token.cancel)
            except Cancelled:
                pass
            else:
                assert not token.is_cancelled, "it was told to stop and went on"
            assert time.monotonic() - started < PATIENCE
            kept = dict(store.blobs())
            again = stage.install(package, store)
            assert faults_of(again.content, store) == ()
            assert not kept.keys() & again.writer.written.keys(), "what was whole came again"

    def test_a_full_store_is_no_fault_of_the_provider(self, stage: Stage) -> None:
        """Errors of the store come through as they are."""

        def refuse() -> None:
            raise NoSpace("the store", needed=2, free=1)

        for package in _installable(stage):
            if isinstance(package.pin, Descriptor):
                with pytest.raises(NoSpace):
                    stage.install(package, MemoryStore(), on_write=refuse)

    def test_install_keeps_to_what_is_local_when_offline(self, stage: Stage) -> None:
        """Without a network the same content comes, or Offline."""
        for package in _installable(stage):
            try:
                content = stage.install(package, MemoryStore(), offline=True).content
            except Offline:
                continue
            assert content == stage.install(package, MemoryStore()).content

    def test_damaged_bytes_are_refused(self, stage: Stage) -> None:
        """IntegrityError, and the root is not in the store."""
        if stage.lacks(Feature.INSTALL):
            return
        if stage.case.damage is None:
            return
        packages = stage.packages()
        stage.case.damage()
        for package in packages:
            store = MemoryStore()
            with pytest.raises(IntegrityError):
                stage.image(package, store)
            assert not _is_whole(package, store)


def _installable(stage: Stage) -> Iterator[Package]:
    if stage.lacks(Feature.INSTALL):
        return
    packages = stage.packages()
    assert packages, "there is nothing to install"
    yield from packages


def _check_root(package: Package, content: Content) -> None:
    """Hold the content to the pin that was found; local files may become an image or stay."""
    if isinstance(package.pin, Descriptor):
        assert isinstance(content.root, Descriptor)
        assert content.root.key == package.pin.key, "it is not what was found"
    elif isinstance(content.root, FileStamp):
        assert content.root == package.pin, "a file that stays where it is stays the same"
    if package.platforms:
        assert set(content.platforms) <= {one.normalized for one in package.platforms}


def _is_whole(package: Package, store: Store) -> bool:
    if not isinstance(package.pin, Descriptor):
        return False
    return faults_of(Content(root=package.pin), store) == ()
