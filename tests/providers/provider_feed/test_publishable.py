"""What a feed is told of an image: its content, and nothing of this host."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from provider_core.errors import UsageError
from provider_core.model import (
    Content,
    FileMark,
    FileStamp,
    Held,
    Package,
    PackageId,
    Pin,
)
from provider_core.oci import Descriptor, Manifest
from provider_core.store import put
from provider_core.testing import MemoryStore
from provider_feed.publishable import Remarks, of_held, read_parent

from ...support.images import ARM64, SmallImage, make_image, make_index, make_referrer

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def held(pin: Pin, **content: object) -> Held:
    package = Package(
        id=PackageId(provider="archive", source="lab", name="tool", version="1.0"),
        pin=pin,
        annotations={"io.imageferry.image.location": "/home/me/tool.tar", "kept": "yes"},
    )
    return Held(package=package, content=Content(root=pin, **content), names=("tool:1.0",))  # type: ignore[arg-type]


def store_of(*images: SmallImage) -> MemoryStore:
    store = MemoryStore()
    writer = store.writer(store.lease())
    for image in images:
        for data in image.blobs.values():
            put(writer, data, "application/x")
    return store


def test_all_of_an_image_is_named_and_its_referrers() -> None:
    image = make_image("tool")
    note = make_referrer(image.root, b"signature")
    content = held(image.root, referrers=(note.root,))
    found = of_held(content, store_of(image, note), Remarks(), NOW)
    wanted = {*image.blobs, *note.blobs}
    assert {blob.digest for blob in found.blobs} == wanted
    assert found.referrers == (note.root,)
    assert found.package.size == sum(map(len, {**image.blobs, **note.blobs}.values()))


def test_only_the_platforms_that_were_asked_for_are_named() -> None:
    here, other = make_image("here"), make_image("other", platform=ARM64)
    index = make_index(here, other)
    content = replace(held(index.root, platforms=index.platforms), platforms=(here.platforms[0],))
    found = of_held(content, store_of(index), Remarks(), NOW)
    assert {blob.digest for blob in found.blobs} == {index.root.digest, *here.blobs}
    assert found.blobs[0].digest == index.root.digest
    assert found.package.platforms == here.platforms


def test_nothing_of_this_host_is_published() -> None:
    image = make_image("tool")
    found = of_held(held(image.root), store_of(image), Remarks(), NOW)
    assert dict(found.package.annotations) == {"kept": "yes"}
    assert found.package.published == "2026-06-01T00:00:00+00:00"


def test_what_an_index_lacks_is_left_out() -> None:
    here, elsewhere = make_image("here"), make_image("elsewhere", platform=ARM64)
    index = make_index(here, elsewhere)
    only = SmallImage(
        root=index.root,
        blobs={index.root.digest: index.blobs[index.root.digest], **here.blobs},
        platforms=here.platforms,
    )
    found = of_held(held(index.root), store_of(only), Remarks(), NOW)
    assert {blob.digest for blob in found.blobs} == {index.root.digest, *here.blobs}


def test_files_of_a_provider_become_an_artifact(tmp_path: Path) -> None:
    parts = [tmp_path / "base.swm", tmp_path / "base2.swm"]
    for part in parts:
        part.write_text(part.name)
    files = tuple(map(FileMark.of, parts))
    stamp = FileStamp(files=files, media_type="application/x-ms-wim")
    found = of_held(held(stamp), MemoryStore(), Remarks(name="Base"), NOW)
    assert found.package.media_type == "application/x-ms-wim"
    assert found.package.name == "Base"
    assert isinstance(found.package.pin, Descriptor)
    manifest = Manifest.parse(found.reader.read(found.package.pin))
    assert [found.reader.read(layer) for layer in manifest.layers] == [b"base.swm", b"base2.swm"]
    unknown = FileStamp(files=files)
    with pytest.raises(UsageError, match="nobody knows the type"):
        of_held(held(unknown), MemoryStore(), Remarks(), NOW)


def test_a_parent_is_one_image() -> None:
    parent = read_parent(f"Team/Base:1.0@sha256:{'0' * 64}")
    assert (parent.name, parent.version, str(parent.digest)[:8]) == ("Team/Base", "1.0", "sha256:0")
    for text in ("base>=1", "base[slim]", "b*", "./base.tar", "docker://base"):
        with pytest.raises(UsageError):
            read_parent(text)
