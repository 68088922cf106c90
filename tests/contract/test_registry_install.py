"""A registry: tokens that end in mid-download, mirrors, rate limits, referrers, many platforms."""

from __future__ import annotations

import pytest

from provider_core import Host, Wishes
from provider_core.errors import DigestMismatch, RateLimited, TransportError
from provider_core.model import Action
from provider_core.platforms import Platform, PlatformSet
from provider_core.testing import SmallImage, small_image, small_index

from .hosts import Homes
from .registry_double import RegistryDouble
from .registry_server import REGISTRY, RegistryServer

ARM = Platform(os="linux", architecture="arm64")
AMD = Platform(os="linux", architecture="amd64")
BIG = small_image({"srv/big": bytes(range(256)) * 1000})
MIRROR = "https://mirror.example"


def client(homes: Homes, server: RegistryServer, mirror: str = "") -> Host:
    """Return a host whose source ``work`` is *server*."""
    host = homes(RegistryDouble(), transport=server.network)
    options = {"mirror": mirror} if mirror else {}
    host.add_source("work", REGISTRY, provider="registry-double", options=options)
    return host


def layer_url(server: RegistryServer, image: SmallImage = BIG) -> str:
    """Return where the layer of ``team/big`` is read from."""
    return server.blob_url("team/big", image.layers[0].digest)


def test_tokens_may_end_in_mid_download(homes: Homes) -> None:
    server = RegistryServer(bytes_per_token=100_000)
    server.push("team/big", "1.0", BIG)
    host = client(homes, server)
    (image,) = host.install("team/big").installed
    assert image.content.root == BIG.root
    assert server.tokens.issued >= 3
    assert server.network.served[layer_url(server)] == BIG.layers[0].size
    assert host.check_store() == ()


def test_a_broken_download_goes_on_at_the_gap(homes: Homes) -> None:
    server = RegistryServer()
    server.push("team/big", "1.0", BIG)
    host = client(homes, server)
    layer = layer_url(server)
    server.network.cut(layer, after=150_000)
    server.network.cut(layer, after=0)
    with pytest.raises(TransportError):
        host.install("team/big")
    assert host.list() == ()
    host.install("team/big")
    assert server.network.served[layer] == BIG.layers[0].size
    assert host.check_store() == ()


def test_failover_between_mirrors_keeps_the_bytes(homes: Homes) -> None:
    server = RegistryServer()
    server.push("team/big", "1.0", BIG)
    path = layer_url(server).removeprefix(REGISTRY)
    server.network.routes[MIRROR + path] = BIG.blobs[BIG.layers[0].digest]
    server.network.cut(MIRROR + path, after=200_000)
    server.network.cut(MIRROR + path, after=0)
    host = client(homes, server, mirror=MIRROR)
    host.install("team/big")
    assert server.network.served[MIRROR + path] == 200_000
    assert server.network.served[layer_url(server)] == BIG.layers[0].size - 200_000
    assert host.check_store() == ()


def test_a_lying_mirror_is_found_out(homes: Homes) -> None:
    server = RegistryServer()
    server.push("team/big", "1.0", BIG)
    path = layer_url(server).removeprefix(REGISTRY)
    server.network.routes[MIRROR + path] = b"x" * BIG.layers[0].size
    host = client(homes, server, mirror=MIRROR)
    with pytest.raises(DigestMismatch):
        host.install("team/big")
    assert host.list() == ()
    del server.network.routes[MIRROR + path]
    assert host.install("team/big").installed


def test_a_token_goes_to_its_own_origin_only(homes: Homes) -> None:
    server = RegistryServer()
    server.push("team/big", "1.0", BIG)
    host = client(homes, server, mirror=MIRROR)
    host.install("team/big")
    elsewhere = [one for one in server.network.requests if not one.url.startswith(REGISTRY)]
    assert [one.url for one in elsewhere if one.url.startswith(MIRROR)]
    assert not [one for one in elsewhere if "authorization" in one.headers]


def test_a_rate_limit_says_when_to_come_back(homes: Homes) -> None:
    server = RegistryServer()
    server.push("team/big", "1.0", BIG)
    server.pulls_allowed = 0
    host = client(homes, server)
    with pytest.raises(RateLimited) as caught:
        host.install("team/big")
    assert caught.value.fields["retry_after"] == 60
    assert caught.value.provider == "registry-double"


def test_a_plan_says_pulls_and_never_spends_one(homes: Homes) -> None:
    server = RegistryServer()
    server.push("team/big", "1.0", BIG)
    server.push("team/big", "2.0", small_image({"srv/more": b"more"}, base=BIG))
    host = client(homes, server)
    plan = host.plan_install("team/big:1.0", "team/big:2.0")
    assert (plan.pulls, server.pulls) == (2, 0)
    assert [step.exact for step in plan.steps] == [False, False]
    host.install("team/big:1.0")
    assert server.pulls == 1


def test_what_is_here_needs_no_pull(homes: Homes) -> None:
    server = RegistryServer()
    server.push("team/big", "1.0", BIG)
    server.push("team/again", "1.0", BIG)
    host = client(homes, server)
    host.install("team/big")
    assert host.plan_install("team/big").steps[0].action is Action.KEEP
    (step,) = host.plan_install("team/again").steps
    assert (step.pulls, step.fetch, step.here, step.exact) == (0, 0, BIG.size, True)
    host.install("team/again")
    assert server.pulls == 1


def test_nothing_new_costs_a_list_and_a_head(homes: Homes) -> None:
    server = RegistryServer()
    server.push("team/big", "1.0", BIG)
    host = client(homes, server)
    host.install("team/big")
    server.network.requests.clear()
    assert host.install("team/big").installed == ()
    paths = {(one.method, one.url.removeprefix(REGISTRY)) for one in server.network.requests}
    methods = sorted(method for method, path in paths if path.startswith("/v2/"))
    assert methods == ["GET", "HEAD"]


def test_an_index_keeps_its_bytes_and_may_be_sparse(homes: Homes) -> None:
    index = small_index(
        small_image({"a": b"amd"}, platform=AMD), small_image({"a": b"arm"}, platform=ARM)
    )
    server = RegistryServer()
    server.push("team/multi", "1.0", index)
    host = client(homes, server)
    wishes = Wishes(platforms=PlatformSet.of(ARM))
    (image,) = host.install("team/multi", wishes=wishes).installed
    assert (image.content.root, image.platforms) == (index.root, (ARM,))
    assert host.store.read(index.root) == index.blobs[index.root.digest]
    assert server.pulls == 2
    (image,) = host.install("team/multi", wishes=Wishes(platforms=PlatformSet.all())).installed
    assert set(image.platforms) == {AMD, ARM}
    assert server.pulls == 3
    assert host.check_store() == ()


def test_referrers_come_stay_and_go_with_the_image(homes: Homes) -> None:
    server = RegistryServer()
    server.push("team/big", "1.0", BIG)
    signature = server.refer(BIG)
    host = client(homes, server)
    (image,) = host.install("team/big").installed
    assert image.content.referrers == (signature,)
    host.collect(grace=0)
    assert host.store.has(signature)
    host.uninstall("team/big")
    assert not host.store.has(signature)
