"""Foreign layers: from hosts that the user allows, and with nothing that is secret."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provider_core.context import Context
from provider_core.credentials import Credential
from provider_core.digests import Digest
from provider_core.errors import DigestMismatch, NotSupported
from provider_core.oci import Descriptor, Manifest
from provider_core.oci.media_types import DOCKER_FOREIGN_LAYER_GZIP
from provider_core.testing import make_context

from ...support.images import SmallImage, make_image
from .fake_registry import FakeRegistry
from .stores import WORK, install, package_of

BASE = make_image("base", "own")
PLACE = "https://layers.example/base.tgz"


def foreign(*urls: str) -> tuple[SmallImage, bytes]:
    """Return an image whose first layer lies elsewhere, and the layer's bytes."""
    first, second = BASE.manifest.layers
    data = BASE.blobs[first.digest]
    layer = replace(first, media_type=DOCKER_FOREIGN_LAYER_GZIP, urls=urls)
    manifest = Manifest.build(BASE.manifest.config, [layer, second])
    blobs = {digest: blob for digest, blob in BASE.blobs.items() if digest != BASE.root.digest}
    blobs[manifest.digest] = manifest.raw
    image = replace(BASE, root=manifest.descriptor(), blobs=blobs, manifests=(manifest,))
    return image, data


def pushed(image: SmallImage, *, with_layer: bool = False) -> FakeRegistry:
    one = FakeRegistry(scheme="bearer", login="robot:secret")
    one.push("team/app", "1.0", image)
    if not with_layer:
        del one.blobs[image.manifest.layers[0].digest]
    return one


def context_of(one: FakeRegistry, *hosts: str) -> Context:
    return make_context(
        WORK,
        transport=one.network,
        options={"foreign-layers": hosts},
        credentials=lambda origin: Credential(username="robot", secret="secret"),
    )


def test_it_comes_from_where_the_user_allows() -> None:
    image, data = foreign("https://elsewhere.example/x", PLACE)
    one = pushed(image)
    one.network.routes[PLACE] = data
    content, store = install(package_of(image.root), context_of(one, "layers.example"))
    assert content.root == image.root
    assert set(dict(store.blobs())) == set(image.blobs)
    asked = [request for request in one.network.requests if request.url == PLACE]
    assert asked
    assert not [request for request in asked if "authorization" in request.headers]
    assert one.network.asked("https://elsewhere.example/x") == 0


@pytest.mark.parametrize("hosts", [(), ("other.example",), ("example",), ("layers.example.com",)])
def test_else_it_is_refused_with_the_way_out(hosts: tuple[str, ...]) -> None:
    image, data = foreign(PLACE)
    one = pushed(image)
    one.network.routes[PLACE] = data
    with pytest.raises(NotSupported, match=r"layers\.example") as caught:
        install(package_of(image.root), context_of(one, *hosts))
    assert "--foreign-layers layers.example" in caught.value.hint
    assert one.network.asked(PLACE) == 0


def test_a_whole_domain_may_be_allowed() -> None:
    image, data = foreign(PLACE)
    one = pushed(image)
    one.network.routes[PLACE] = data
    install(package_of(image.root), context_of(one, "*.example"))
    assert one.network.asked(PLACE) == 1


@pytest.mark.parametrize(
    "url", ["http://layers.example/base.tgz", "https://u:p@layers.example/x", "file:///etc/passwd"]
)
def test_what_is_no_https_is_not_followed(url: str) -> None:
    image, data = foreign(url)
    one = pushed(image)
    one.network.routes[url] = data
    with pytest.raises(NotSupported):
        install(package_of(image.root), context_of(one, "*"))
    assert one.network.asked(url) == 0


def test_a_registry_that_has_it_is_enough() -> None:
    image, _ = foreign(PLACE)
    one = pushed(image, with_layer=True)
    install(package_of(image.root), context_of(one))
    assert one.network.asked(PLACE) == 0


def test_its_digest_is_checked() -> None:
    image, data = foreign(PLACE)
    one = pushed(image)
    one.network.routes[PLACE] = bytes(len(data))
    with pytest.raises(DigestMismatch):
        install(package_of(image.root), context_of(one, "layers.example"))


def test_an_ordinary_layers_urls_are_never_followed() -> None:
    first = replace(BASE.manifest.layers[0], urls=(PLACE,))
    manifest = Manifest.build(BASE.manifest.config, [first])
    image = replace(BASE, root=manifest.descriptor(), manifests=(manifest,))
    one = FakeRegistry()
    one.push("team/app", "1.0", image)
    one.blobs[manifest.digest] = manifest.raw
    del one.blobs[first.digest]
    with pytest.raises(Exception, match="404"):
        install(
            package_of(Descriptor.of(manifest.raw, manifest.media_type)),
            context_of(one, "layers.example"),
        )
    assert one.network.asked(PLACE) == 0
    assert Digest.of(manifest.raw) == image.root.digest
