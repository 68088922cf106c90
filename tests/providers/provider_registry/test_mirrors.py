"""Mirrors: bytes from any of them, digests from none; nothing of the origin's is told to them."""

from __future__ import annotations

from typing import Any

import pytest

from provider_core.context import Context
from provider_core.credentials import Credential
from provider_core.errors import HttpStatus, RateLimited
from provider_core.testing import RecordingProgress, TemporaryState, make_context
from provider_core.transport import Origin
from provider_registry import RegistryProvider
from provider_registry.limits import pulls_left

from ...support.images import SmallImage, make_image
from .fake_registry import URL, FakeRegistry
from .stores import WORK, install, package_of

MIRROR, SECOND = "https://mirror.example", "https://second.example/cache"
MANY = make_image(*(f"layer {number}" for number in range(20)))


def pushed(image: SmallImage, **options: Any) -> FakeRegistry:
    one = FakeRegistry(**options)
    one.push("team/app", "1.0", image)
    return one


def with_mirrors(one: FakeRegistry, *urls: str, **options: Any) -> Context:
    return make_context(WORK, transport=one.network, options={"mirror": urls, **options})


def mirror_of(
    one: FakeRegistry, image: SmallImage, url: str = MIRROR, name: str = "team/app"
) -> FakeRegistry:
    mirror = FakeRegistry(url=url)
    mirror.push(name, "", image)
    mirror.serve(one.network)
    return mirror


def test_bytes_come_from_the_mirror_first() -> None:
    one = pushed(MANY)
    mirror = mirror_of(one, MANY)
    context = with_mirrors(one, MIRROR, referrers=False)
    install(package_of(MANY.root), context)
    assert one.asked == []
    assert len(mirror.paths("GET")) == len(MANY.blobs) + 1


def test_what_a_mirror_has_not_comes_from_the_next() -> None:
    one = pushed(MANY)
    first, second = (
        mirror_of(one, MANY),
        mirror_of(one, MANY, SECOND.removesuffix("/cache"), "cache/team/app"),
    )
    gone, rare = MANY.manifest.layers[0].digest, MANY.manifest.layers[1].digest
    del first.blobs[gone]
    del first.blobs[rare]
    del second.blobs[rare]
    install(package_of(MANY.root), with_mirrors(one, MIRROR, SECOND, referrers=False))
    assert [path for path in one.paths() if "blobs" in path] == [f"team/app/blobs/{rare}"]
    assert len([path for path in second.paths("GET") if "blobs" in path]) == 2


def test_failover_in_mid_blob_keeps_what_came() -> None:
    image = make_image("x" * 300_000, wrapping="")
    one = pushed(image)
    mirror_of(one, image)
    path = f"/v2/team/app/blobs/{image.manifest.layers[0].digest}"
    one.network.cut(MIRROR + path, after=200_000)
    one.network.cut(MIRROR + path, after=0)
    install(package_of(image.root), with_mirrors(one, MIRROR, referrers=False))
    assert one.network.served[URL + path] == image.manifest.layers[0].size - 200_000


def test_a_mirror_that_lies_is_told_and_gone_around() -> None:
    one, progress = pushed(MANY), RecordingProgress()
    mirror = mirror_of(one, MANY)
    layer, config = MANY.manifest.layers[0], MANY.manifest.config
    mirror.bodies[f"team/app/blobs/{layer.digest}"] = bytes(layer.size)
    mirror.bodies[f"team/app/manifests/{MANY.root.digest}"] = b"{}"
    context = make_context(
        WORK, transport=one.network, options={"mirror": (MIRROR,)}, progress=progress
    )
    _, store = install(package_of(MANY.root), context)
    assert set(dict(store.blobs())) == set(MANY.blobs)
    assert config.digest in dict(store.blobs())
    assert any("a mirror of registry.example" in notice for notice in progress.notices)


def test_a_proxy_is_told_which_registry_is_meant() -> None:
    one = pushed(MANY)
    mirror = mirror_of(one, MANY)
    context = with_mirrors(one, MIRROR, **{"mirror-ns": True, "referrers": False})
    install(package_of(MANY.root), context)
    asked = [path for path in mirror.paths("GET") if path]
    assert all(path.endswith("?ns=registry.example") for path in asked)
    assert not [path for path in one.paths() if "ns=" in path]


def test_a_mirror_never_sees_the_origins_login() -> None:
    """Nor a token of it; the mirror has credentials of its own, if any."""
    one = pushed(MANY, scheme="bearer", login="robot:secret")
    mirror = mirror_of(one, MANY)
    del mirror.blobs[MANY.manifest.layers[0].digest]

    def lookup(origin: Origin) -> Credential | None:
        return Credential(username="robot", secret="secret") if origin == Origin.of(URL) else None

    context = make_context(
        WORK, transport=one.network, options={"mirror": (MIRROR,)}, credentials=lookup
    )
    install(package_of(MANY.root), context)
    assert mirror.seen
    assert not [request for request in mirror.seen if "authorization" in request.headers]


def test_without_the_origin_it_is_never_asked() -> None:
    one = pushed(MANY)
    mirror = mirror_of(one, MANY)
    context = with_mirrors(one, MIRROR, origin=False)
    install(package_of(MANY.root), context)
    assert one.asked == []
    del mirror.blobs[MANY.manifest.layers[0].digest]
    with pytest.raises(HttpStatus):
        install(package_of(MANY.root), context)
    assert one.asked == []


SPENT = {"ratelimit-limit": "100;w=21600", "ratelimit-remaining": "0;w=21600"}


def _spend(one: FakeRegistry) -> None:
    """Let no more pulls of MANY's manifest through."""
    path = f"team/app/manifests/{MANY.root.digest}"
    one.statuses[path], one.headers[path] = 429, SPENT


@pytest.mark.parametrize("choice", ["stop", "wait"])
def test_a_mirror_without_pulls_is_gone_around(choice: str) -> None:
    """Nobody waits for it, and what it has left is not what the origin has."""
    one = pushed(MANY)
    first, second = mirror_of(one, MANY), mirror_of(one, MANY, "https://second.example")
    _spend(first)
    context = make_context(
        WORK,
        transport=one.network,
        state=TemporaryState(),
        options={
            "mirror": (MIRROR, "https://second.example"),
            "on-limit": choice,
            "referrers": False,
        },
    )
    _, store = install(package_of(MANY.root), context)
    assert set(dict(store.blobs())) == set(MANY.blobs)
    assert one.asked == []
    assert len(second.paths("GET")) == len(MANY.blobs) + 1
    assert pulls_left(context) is None


def test_a_mirror_without_pulls_is_left_alone_for_a_while() -> None:
    one, other = pushed(MANY), make_image("other")
    mirror = mirror_of(one, MANY)
    one.push("team/app", "2.0", other)
    mirror.push("team/app", "", other)
    _spend(mirror)
    context, provider = with_mirrors(one, MIRROR, referrers=False), RegistryProvider()
    for image in (MANY, other):
        install(package_of(image.root), context, provider=provider)
    assert len([path for path in mirror.paths() if "manifests" in path]) == 1


def test_an_origin_without_pulls_is_the_end_of_it() -> None:
    one = pushed(MANY)
    mirror = mirror_of(one, MANY)
    mirror.statuses[f"team/app/manifests/{MANY.root.digest}"] = 404
    _spend(one)
    with pytest.raises(RateLimited) as caught:
        install(package_of(MANY.root), with_mirrors(one, MIRROR, referrers=False))
    assert "--on-limit wait" in caught.value.hint
