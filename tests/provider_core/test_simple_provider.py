from __future__ import annotations

import io
import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

import pluggy
import pytest

from provider_core.context import Context
from provider_core.errors import BlobNotFound, DigestMismatch, NotSupported
from provider_core.hookspecs import PROJECT, ProviderSpec, hookimpl
from provider_core.model import (
    Destination,
    Feature,
    FileMark,
    FileStamp,
    Installed,
    Package,
    PackageId,
    Query,
    Source,
)
from provider_core.oci import Descriptor
from provider_core.platforms import PlatformSet
from provider_core.simple_provider import SimpleProvider
from provider_core.testing import MemoryStore, make_context

from ..support.images import AMD64, ARM64, SmallImage, make_image, make_index

SOURCE = Source(name="lab", provider="shelf", location="/shelf")


class OneWay(io.RawIOBase):
    """A stream that cannot seek, and gives a few bytes at a time."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        return self._data.readinto(buffer[:7])


class ShelfProvider(SimpleProvider):
    name = "shelf"
    version = "1.2"
    summary = "boxes"
    saves = (Destination(suffix=".box"),)

    def __init__(self, **images: SmallImage) -> None:
        self.images = images
        self.opened: list[str] = []

    def packages(self, query: Query, context: Context) -> Iterable[Package]:
        assert context.source is not None
        for title, image in self.images.items():
            yield Package(
                id=PackageId(
                    provider=self.name, source=context.source.name, name=title, version="1.0"
                ),
                pin=image.root,
            )

    def open(self, descriptor: Descriptor, package: Package, context: Context) -> BinaryIO:
        self.opened.append(str(descriptor.digest))
        data = self.images[package.name].blobs.get(descriptor.digest)
        if data is None:
            raise BlobNotFound(descriptor.digest, "the shelf")
        return io.BufferedReader(OneWay(data))


def install(provider: SimpleProvider, package: Package, store: MemoryStore, **context: Any) -> Any:
    with store.lease() as lease:
        return provider.install(
            package, store, store.writer(lease), make_context(SOURCE, **context)
        )


def only(provider: SimpleProvider, name: str = "") -> Package:
    (package,) = provider.find(Query(name=name), make_context(SOURCE))
    return package


def test_what_is_implemented_is_declared() -> None:
    info = ShelfProvider().provider_info()
    assert (info.name, info.version, info.summary) == ("shelf", "1.2", "boxes")
    assert info.features == {Feature.FIND, Feature.CONTENTS, Feature.INSTALL}
    assert info.saves == (Destination(suffix=".box"),)


def test_a_hook_that_is_overridden_is_declared() -> None:
    class Careful(ShelfProvider):
        @hookimpl
        def uninstall(self, installed: Installed, context: Context) -> None:
            pass

    assert Feature.UNINSTALL in Careful().provider_info().features


def test_an_override_without_its_mark_is_not_declared() -> None:
    class Forgetful(ShelfProvider):
        def uninstall(self, installed: Installed, context: Context) -> None:
            pass

    assert Feature.UNINSTALL not in Forgetful().provider_info().features


def test_pluggy_takes_it() -> None:
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(ProviderSpec)
    manager.register(ShelfProvider())
    manager.check_pending()
    (info,) = manager.hook.provider_info()
    assert info.name == "shelf"


def test_find_filters_by_name() -> None:
    provider = ShelfProvider(box=make_image("a"), crate=make_image("b"))
    assert only(provider, "CR*").name == "crate"
    assert len(list(provider.find(Query(), make_context(SOURCE)))) == 2


def test_install_pours_the_wanted_platforms_from_streams_that_cannot_seek() -> None:
    arm = make_image("arm", platform=ARM64)
    provider = ShelfProvider(box=make_index(make_image("amd"), arm))
    store = MemoryStore()
    package = only(provider)
    content = install(provider, package, store, platforms=PlatformSet.of(ARM64))
    assert content.root == package.pin
    assert content.platforms == (ARM64,)
    assert {digest for digest, _ in store.blobs()} == {content.root.digest, *arm.blobs}


def test_install_goes_on_with_what_is_missing() -> None:
    image = make_image("a")
    provider, store = ShelfProvider(box=image), MemoryStore()
    layer = image.manifest.layers[0]
    with store.lease() as lease:
        partial = store.writer(lease).expect(layer)
        assert partial is not None
        with partial:
            partial.write(0, image.blobs[layer.digest][:20])
        install(provider, only(provider), store)
    assert store.has(layer)


def test_wrong_bytes_are_refused() -> None:
    image = make_image("a")
    layer = image.manifest.layers[0]
    wrong = {**image.blobs, layer.digest: bytes(layer.size)}
    provider = ShelfProvider(
        box=SmallImage(root=image.root, blobs=wrong, platforms=image.platforms)
    )
    with pytest.raises(DigestMismatch):
        install(provider, only(provider), MemoryStore())


def test_contents_reads_documents_only_and_what_is_here_in_the_store() -> None:
    image = make_image("a", "b")
    provider, store = ShelfProvider(box=image), MemoryStore()
    package = only(provider)
    contents = provider.contents(package, store, make_context(SOURCE))
    assert contents is not None
    assert {one.digest for one in contents.descriptors} == set(image.blobs)
    assert len(provider.opened) == 2
    install(provider, package, store)
    provider.opened.clear()
    assert provider.contents(package, store, make_context(SOURCE)) == contents
    assert provider.opened == []


def test_local_files_are_for_those_who_override_install(tmp_path: Path) -> None:
    file = tmp_path / "box"
    file.write_bytes(b"x")
    provider = ShelfProvider()
    package = Package(
        id=PackageId(provider="shelf", source="lab", name="box", version="1"),
        pin=FileStamp(files=(FileMark.of(file),)),
    )
    assert provider.contents(package, MemoryStore(), make_context(SOURCE)) is None
    with pytest.raises(NotSupported):
        install(provider, package, MemoryStore())


def test_the_example_of_the_docstring_works() -> None:
    _, _, example = (SimpleProvider.__doc__ or "").partition("Example::\n")
    image = make_image("box")
    names: dict[str, Any] = {
        "SimpleProvider": SimpleProvider,
        "Package": Package,
        "PackageId": PackageId,
        "io": io,
        "SHELF": {"Box": image.root},
        "BOXES": image.blobs,
    }
    code = textwrap.dedent(example)
    assert len(code.strip().splitlines()) <= 12
    exec(code, names)
    provider = names["Shelf"]()
    assert provider.provider_info().name == "shelf"
    content = install(provider, only(provider, "box"), MemoryStore())
    assert content.platforms == (AMD64,)
