"""Installing: everything of an image, checked, several blobs at once; nothing that lies."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from provider_core.digests import Digest
from provider_core.errors import (
    BlobNotFound,
    DigestMismatch,
    DocumentError,
    Error,
    HttpStatus,
    IntegrityError,
    NotSupported,
    TransportError,
)
from provider_core.model import Query
from provider_core.oci import Descriptor
from provider_core.oci.media_types import DOCKER_LIST, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST
from provider_core.platforms import Platform, PlatformSet
from provider_core.testing import MemoryStore, RecordingProgress, make_context
from provider_registry import RegistryProvider

from ...support.images import (
    AMD64,
    ARM64,
    SmallImage,
    make_artifact,
    make_image,
    make_index,
)
from .fake_registry import FakeRegistry
from .stores import WORK, install, package_of

MANY = make_image(*(f"layer {number}" for number in range(20)))


def pushed(image: SmallImage, **options: Any) -> FakeRegistry:
    one = FakeRegistry(**options)
    one.push("team/app", "1.0", image)
    return one


def content_of(store: MemoryStore) -> dict[Digest, int]:
    return dict(store.blobs())


@pytest.mark.parametrize(
    "image",
    [
        make_image("one"),
        make_image("one", wrapping="zstd"),
        make_image("one", wrapping=""),
        make_image(*map(str, range(60))),
        make_index(make_image("a"), make_image("b", platform=ARM64)),
        make_index(make_index(make_image("a")), make_image("b", platform=ARM64)),
        make_artifact(b"a chart"),
    ],
    ids=["gzip", "zstd", "plain", "60 layers", "index", "nested", "artifact"],
)
def test_every_byte_comes_as_it_is(image: SmallImage) -> None:
    one = pushed(image)
    content, store = install(package_of(image.root), make_context(WORK, transport=one.network))
    assert content.root == image.root
    assert set(content_of(store)) == set(image.blobs)
    assert all(store.read(Descriptor.of(data, "x/y")) == data for data in image.blobs.values())


def test_a_layer_comes_once_however_often_it_is_named() -> None:
    image = make_image("same", "same", "same")
    one = pushed(image)
    install(package_of(image.root), make_context(WORK, transport=one.network))
    assert len([path for path in one.paths("GET") if "/blobs/" in path]) == 2


def test_progress_is_told_for_each_blob() -> None:
    one, progress = pushed(MANY), RecordingProgress()
    install(package_of(MANY.root), make_context(WORK, transport=one.network, progress=progress))
    layers = {str(layer.digest): layer.size for layer in MANY.manifest.layers}
    assert layers.items() <= progress.totals.items()
    assert all(progress.advanced[key] == size for key, size in layers.items())
    assert set(progress.ended) == set(progress.totals)


def test_one_platform_of_several() -> None:
    index = make_index(make_image("a"), make_image("b", platform=ARM64))
    one = pushed(index)
    context = make_context(WORK, transport=one.network, platforms=PlatformSet.of(ARM64))
    content, store = install(package_of(index.root), context)
    assert content.platforms == (ARM64,)
    assert store.read(index.root) == index.blobs[index.root.digest]
    assert set(content_of(store)) < set(index.blobs)


def test_windows_by_its_build() -> None:
    builds = [
        Platform(os="windows", architecture="amd64", os_version=f"10.0.{build}.1")
        for build in (17763, 20348)
    ]
    index = make_index(*(make_image(str(build), platform=build) for build in builds))
    one = pushed(index)
    wanted = Platform(os="windows", architecture="amd64", os_version="10.0.20348")
    context = make_context(WORK, transport=one.network, platforms=PlatformSet.of(wanted))
    content, _ = install(package_of(index.root), context)
    assert content.platforms == (builds[1],)


def test_a_platform_that_is_not_there() -> None:
    index = make_index(make_image("a"), make_image("b", platform=ARM64))
    one = pushed(index)
    wanted = Platform(os="linux", architecture="s390x")
    context = make_context(WORK, transport=one.network, platforms=PlatformSet.of(wanted))
    with pytest.raises(NotSupported, match="s390x"):
        install(package_of(index.root), context)


def test_what_is_here_is_not_asked_for() -> None:
    one = pushed(MANY)
    provider, context = RegistryProvider(), make_context(WORK, transport=one.network)
    _, store = install(package_of(MANY.root), context, provider=provider)
    one.asked.clear()
    install(package_of(MANY.root), context, store, provider)
    assert not [path for path in one.paths() if "blobs" in path or "manifests" in path]


def test_a_plan_asks_for_nothing() -> None:
    index = make_index(make_image("a"), make_image("b", platform=ARM64))
    one = pushed(index)
    provider = RegistryProvider()
    context = make_context(WORK, transport=one.network, platforms=PlatformSet.of(AMD64, ARM64))
    package = package_of(index.root)
    before = provider.contents(package, MemoryStore(), context)
    assert before is not None
    assert (before.descriptors, before.exact, before.pulls) == ((index.root,), False, 2)
    assert one.asked == []
    _, store = install(package, context)
    after = provider.contents(package, store, context)
    assert after is not None
    assert {one.digest for one in after.descriptors} == set(index.blobs)
    assert (after.exact, after.pulls) == (True, 0)


def test_a_tag_that_moves_meanwhile_does_not_matter() -> None:
    old, new = make_image("old"), make_image("new")
    one = pushed(old)
    provider, context = RegistryProvider(), make_context(WORK, transport=one.network)
    (package,) = provider.find(Query(name="team/app", tag="1.0"), context)
    one.push("team/app", "1.0", new)
    content, store = install(package, context, provider=provider)
    assert content.root == old.root
    assert set(content_of(store)) == set(old.blobs)


def test_a_name_with_its_host_is_installed_without_a_source() -> None:
    one = pushed(MANY)
    package = package_of(MANY.root, "registry.example/team/app", source="")
    content, _ = install(package, make_context(transport=one.network))
    assert content.root == MANY.root


# what lies -----------------------------------------------------------------------------


def other_bytes(one: FakeRegistry) -> None:
    one.bodies[f"team/app/manifests/{MANY.root.digest}"] = make_image("evil").manifest.raw


def other_type(one: FakeRegistry) -> None:
    path = f"team/app/manifests/{MANY.root.digest}"
    one.headers[path] = {"content-type": OCI_INDEX}


def docker_type(one: FakeRegistry) -> None:
    path = f"team/app/manifests/{MANY.root.digest}"
    one.headers[path] = {"content-type": DOCKER_MANIFEST}


def web_page(one: FakeRegistry) -> None:
    path = f"team/app/manifests/{MANY.root.digest}"
    one.headers[path] = {"content-type": "text/html"}


def shorter(one: FakeRegistry) -> None:
    path = f"team/app/manifests/{MANY.root.digest}"
    one.bodies[path] = MANY.manifest.raw[:-1]


def other_layer(one: FakeRegistry) -> None:
    layer = MANY.manifest.layers[3]
    one.bodies[f"team/app/blobs/{layer.digest}"] = bytes(layer.size)


def other_config(one: FakeRegistry) -> None:
    config = MANY.manifest.config
    one.bodies[f"team/app/blobs/{config.digest}"] = bytes(config.size)


@pytest.mark.parametrize(
    "damage",
    [other_bytes, other_type, docker_type, web_page, shorter, other_layer, other_config],
)
def test_what_is_not_what_was_promised_is_refused(damage: Callable[[FakeRegistry], None]) -> None:
    one, store = pushed(MANY), MemoryStore()
    damage(one)
    with pytest.raises(IntegrityError):
        install(package_of(MANY.root), make_context(WORK, transport=one.network), store)
    assert all(digest in MANY.blobs for digest in content_of(store))


@pytest.mark.parametrize("part", ["config", "layer"])
def test_what_is_missing_is_an_error(part: str) -> None:
    one = pushed(MANY)
    blob = MANY.manifest.config if part == "config" else MANY.manifest.layers[0]
    del one.blobs[blob.digest]
    with pytest.raises(Error) as caught:
        install(package_of(MANY.root), make_context(WORK, transport=one.network))
    assert isinstance(caught.value, HttpStatus | TransportError | BlobNotFound)


def document(**fields: object) -> bytes:
    return json.dumps({"schemaVersion": 2, **fields}).encode()


EMPTY = {
    "mediaType": "application/vnd.oci.empty.v1+json",
    "size": 2,
    "digest": str(Digest.of(b"{}")),
}
ENTRY = {"mediaType": OCI_MANIFEST, "size": 500, "digest": str(Digest.of(b"x"))}


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        pytest.param(
            document(mediaType=OCI_MANIFEST, config=EMPTY, layers=[], manifests=[]),
            OCI_MANIFEST,
            id="CVE-2021-41190 both",
        ),
        pytest.param(document(mediaType=OCI_INDEX, manifests=[]), OCI_MANIFEST, id="another type"),
        pytest.param(document(config=EMPTY, layers=[EMPTY] * 1001), OCI_MANIFEST, id="layers"),
        pytest.param(document(manifests=[ENTRY] * 10_001), OCI_INDEX, id="entries"),
        pytest.param(b"[" * 100_000, OCI_MANIFEST, id="depth"),
        pytest.param(b'{"schemaVersion":2,"schemaVersion":2}', OCI_MANIFEST, id="twice"),
        pytest.param(document(schemaVersion=1, fsLayers=[]), OCI_MANIFEST, id="schema 1"),
        pytest.param(
            document(mediaType=DOCKER_LIST, manifests=[{**ENTRY, "size": 1 << 70}]),
            DOCKER_LIST,
            id="size",
        ),
    ],
)
def test_manifest_bombs(data: bytes, media_type: str) -> None:
    root = Descriptor.of(data, media_type)
    one = FakeRegistry()
    one.blobs[root.digest], one.types[root.digest] = data, media_type
    with pytest.raises(DocumentError):
        install(package_of(root), make_context(WORK, transport=one.network))


def test_a_manifest_that_is_too_large_is_not_read() -> None:
    one = FakeRegistry()
    root = Descriptor(media_type=OCI_MANIFEST, digest=Digest.of(b"x"), size=5 << 20)
    one.types[root.digest], one.blobs[root.digest] = OCI_MANIFEST, bytes(5 << 20)
    with pytest.raises(IntegrityError):
        install(package_of(root), make_context(WORK, transport=one.network))


def test_an_index_of_itself() -> None:
    """Cannot be made with honest hashes; one whose entry lies about it is found out."""
    entry = {"mediaType": OCI_INDEX, "size": 10, "digest": str(Digest.of(b"loop"))}
    data = document(mediaType=OCI_INDEX, manifests=[entry])
    root = Descriptor.of(data, OCI_INDEX)
    one = FakeRegistry()
    one.blobs[root.digest], one.types[root.digest] = data, OCI_INDEX
    one.blobs[Digest.of(b"loop")], one.types[Digest.of(b"loop")] = data, OCI_INDEX
    with pytest.raises(IntegrityError):
        install(package_of(root), make_context(WORK, transport=one.network))


def test_a_failure_stops_the_other_blobs() -> None:
    one = pushed(MANY)
    layer = min(MANY.manifest.layers, key=lambda layer: layer.size)
    one.bodies[f"team/app/blobs/{layer.digest}"] = bytes(layer.size)
    with pytest.raises(DigestMismatch):
        install(package_of(MANY.root), make_context(WORK, transport=one.network))
