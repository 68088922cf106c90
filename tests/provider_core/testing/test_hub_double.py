"""The Docker Hub double does what Docker Hub does, as far as a client can tell."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from provider_core.errors import AuthRequired, HttpStatus, RateLimited
from provider_core.oci import Descriptor
from provider_core.store import Partial
from provider_core.testing import (
    DockerHub,
    HubTrouble,
    MemoryStore,
    TokenAuth,
    small_image,
    small_index,
)
from provider_core.transport import HttpTransport, Location, Origin, TransportSettings

IMAGE = small_image({"big": bytes(range(256)) * 4096})
INDEX = small_index(IMAGE)
NAME = "library/nginx"


@pytest.fixture
def hub() -> Iterator[DockerHub]:
    """Return a Docker Hub with one image."""
    with DockerHub(users={"me": "secret"}) as hub:
        hub.push(NAME, "1.0", INDEX)
        yield hub


@pytest.fixture
def transport() -> Iterator[HttpTransport]:
    """Return the network."""
    with HttpTransport(TransportSettings(retries=1, backoff=0.01, retry_after_cap=0.01)) as found:
        yield found


@pytest.fixture
def auth(hub: DockerHub, transport: HttpTransport) -> TokenAuth:
    """Return a login as nobody."""

    def token(challenge: str) -> str:
        realm = challenge.partition('realm="')[2].partition('"')[0]
        return str(json.loads(transport.request("GET", realm).body)["token"])

    return TokenAuth(Origin.of(hub.url), token)


def test_only_reading_a_manifest_spends_a_pull(
    hub: DockerHub, transport: HttpTransport, auth: TokenAuth
) -> None:
    hub.pulls = 1
    base = f"{hub.url}/v2/{NAME}/manifests"
    for method, reference in (("HEAD", "1.0"), ("GET", "1.0"), ("HEAD", str(IMAGE.root.digest))):
        answer = transport.request(method, f"{base}/{reference}", auth=auth)
        assert answer.headers["ratelimit-remaining"] == "1;w=21600"
    first = transport.request("GET", f"{base}/{IMAGE.root.digest}", auth=auth)
    assert first.headers["ratelimit-remaining"] == "0;w=21600"
    with pytest.raises(RateLimited, match="allows no more") as caught:
        transport.request("GET", f"{base}/{IMAGE.root.digest}", auth=auth)
    assert caught.value.is_used_up
    assert "pull rate limit" in caught.value.said
    assert transport.request("HEAD", f"{base}/{IMAGE.root.digest}", auth=auth).status == 200


def test_an_unlimited_hub_says_nothing_of_limits(
    hub: DockerHub, transport: HttpTransport, auth: TokenAuth
) -> None:
    answer = transport.request("GET", f"{hub.url}/v2/{NAME}/manifests/1.0", auth=auth)
    assert not [name for name in answer.headers if "ratelimit" in name]


def test_too_many_requests_are_plain_text(
    hub: DockerHub, transport: HttpTransport, auth: TokenAuth
) -> None:
    hub.trouble = HubTrouble.REQUESTS
    with pytest.raises(RateLimited) as caught:
        transport.request("GET", f"{hub.url}/v2/", auth=auth)
    assert (caught.value.fields["retry_after"], caught.value.said) == (60, "Too Many Requests\n")


def _partial(descriptor: Descriptor) -> Partial:
    store = MemoryStore()
    partial = store.writer(store.lease().__enter__()).expect(descriptor)
    assert partial is not None
    return partial


def test_blobs_are_elsewhere_behind_links_without_our_login(
    hub: DockerHub, transport: HttpTransport, auth: TokenAuth
) -> None:
    (layer,) = IMAGE.layers
    url = f"{hub.url}/v2/{NAME}/blobs/{layer.digest}"
    with _partial(layer) as partial:
        transport.download(layer, [Location(url=url, auth=auth)], partial)
        assert partial.gaps() == ()
    assert all("authorization" not in one.headers for one in hub.fetched)
    link = transport.request("GET", url, auth=auth, limit=2 << 20).url
    hub.expire_links()
    with pytest.raises(HttpStatus) as caught:
        transport.request("GET", link)
    assert caught.value.fields["status"] == 403
    assert "secret" not in str(caught.value.as_json())


def test_the_cdn_refuses_a_login(hub: DockerHub, transport: HttpTransport, auth: TokenAuth) -> None:
    (layer,) = IMAGE.layers
    url = f"{hub.url}/v2/{NAME}/blobs/{layer.digest}"
    link = transport.request("GET", url, auth=auth, limit=2 << 20).url
    with pytest.raises(HttpStatus):
        transport.request("GET", link, headers={"authorization": "Bearer x"})


def test_a_wrong_password_gets_no_token(hub: DockerHub, transport: HttpTransport) -> None:
    headers = {"authorization": "Basic bWU6d3Jvbmc="}
    with pytest.raises(AuthRequired):
        transport.request("GET", f"{hub.url}/token", headers=headers)
    right = {"authorization": "Basic bWU6c2VjcmV0"}
    answer = transport.request("GET", f"{hub.url}/token", headers=right)
    assert json.loads(answer.body)["token"] == "token-of-me"
