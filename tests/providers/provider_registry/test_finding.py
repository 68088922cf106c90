"""Finding: the right packages for few requests, and no others."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from provider_core.context import Context
from provider_core.credentials import Credential
from provider_core.digests import Digest
from provider_core.errors import (
    AuthRequired,
    DigestMismatch,
    DocumentError,
    PackageNotFound,
    TransportError,
    UsageError,
)
from provider_core.model import Package, PackageId, Query, Source
from provider_core.references import Uri, parse_reference
from provider_core.testing import MemoryCatalogView, RecordingProgress, make_context
from provider_core.versions import VersionRange
from provider_registry import RegistryProvider
from provider_registry.endpoints import HUB_URL

from ...support.images import make_image
from .fake_registry import URL, FakeRegistry

WORK = Source(name="work", provider="registry", location=URL)
HUB = Source(name="hub", provider="registry", location=HUB_URL)
APP = make_image("app")


@pytest.fixture
def registry() -> FakeRegistry:
    one = FakeRegistry()
    for tag in ("1.9", "1.10", "1.10-slim", "2.0-rc.1", "latest"):
        one.push("team/app", tag, APP)
    one.push("team/tool", "0.1", make_image("tool"))
    return one


def find(one: FakeRegistry, query: Query, source: Source | None = WORK) -> list[Package]:
    context = make_context(source, transport=one.network)
    return list(RegistryProvider().find(query, context))


def versions(packages: list[Package]) -> list[str]:
    assert len({package.name for package in packages}) <= 1
    return [package.version for package in packages]


def test_a_name_costs_one_list_and_two_heads(registry: FakeRegistry) -> None:
    found = find(registry, Query(name="team/app"))
    assert versions(found) == ["latest", "1.10"]
    assert all(package.pin == APP.root for package in found)
    assert registry.paths("GET") == ["", "team/app/tags/list?n=1000"]
    assert len(registry.paths("HEAD")) == 2


def test_a_tag_costs_one_head(registry: FakeRegistry) -> None:
    assert versions(find(registry, Query(name="team/app", tag="1.9"))) == ["1.9"]
    assert registry.asked == [("GET", ""), ("HEAD", "team/app/manifests/1.9")]


def test_a_digest_costs_one_head(registry: FakeRegistry) -> None:
    (found,) = find(registry, Query(name="team/app", digest=APP.root.digest))
    assert (found.version, found.pin) == ("", APP.root)
    assert registry.paths("HEAD") == [f"team/app/manifests/{APP.root.digest}"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (Query(name="TEAM/App", versions=VersionRange.parse("<1.10")), ["1.9"]),
        (Query(name="team/app", variant="slim"), ["1.10-slim"]),
        (Query(name="team/app", versions=VersionRange.parse(">=3")), []),
        (Query(name="team/app", tag="7"), []),
        (Query(name="team/app", digest=Digest.of(b"nothing")), []),
        (Query(name="team/nothing"), []),
        (Query(name="Nano Server"), []),
        (Query(name="other.example/team/app"), []),
        (Query(name="registry.example/team/app", tag="1.9"), ["1.9"]),
    ],
)
def test_what_is_there_and_what_is_not(
    registry: FakeRegistry, query: Query, found: list[str]
) -> None:
    assert versions(find(registry, query)) == found


def test_a_name_of_another_host_is_not_told(registry: FakeRegistry) -> None:
    find(registry, Query(name="other.example/team/app"))
    assert registry.asked == []


def test_a_pattern_goes_through_the_catalog(registry: FakeRegistry) -> None:
    found = find(registry, Query(name="team/*"))
    assert [(one.name, one.version) for one in found] == [
        ("team/app", "latest"),
        ("team/app", "1.10"),
        ("team/tool", "0.1"),
    ]


def test_words_are_looked_for_in_names(registry: FakeRegistry) -> None:
    assert {one.name for one in find(registry, Query(words="TOOL"))} == {"team/tool"}


def test_too_many_names_are_not_asked_for(registry: FakeRegistry) -> None:
    for number in range(101):
        registry.push(f"many/app{number}", "1", APP)
    with pytest.raises(UsageError, match="101 names"):
        find(registry, Query(name="many/*"))


def test_ten_thousand_tags_on_a_hundred_pages(registry: FakeRegistry) -> None:
    registry.page = 100
    registry.tags["team/big"] = {
        f"{major}.{minor}": APP.root.digest for major in range(100) for minor in range(100)
    }
    assert versions(find(registry, Query(name="team/big"))) == ["99.99"]
    assert len(registry.paths("GET")) == 101
    assert len(registry.paths("HEAD")) == 1
    between = Query(name="team/big", versions=VersionRange.parse(">=20,<30"))
    assert versions(find(registry, between)) == ["29.99"]
    registry.asked.clear()
    assert versions(find(registry, Query(name="team/big", tag="5.5"))) == ["5.5"]
    assert registry.paths() == ["", "team/big/manifests/5.5"]
    with pytest.raises(UsageError, match="10000 versions"):
        find(registry, Query(name="team/big", all_versions=True))


def test_all_versions_of_a_hundred(registry: FakeRegistry) -> None:
    registry.tags["team/big"] = {f"1.{minor}": APP.root.digest for minor in range(100)}
    assert len(find(registry, Query(name="team/big", all_versions=True))) == 100


def test_a_list_that_goes_round_in_circles(registry: FakeRegistry) -> None:
    registry.headers["team/app/tags/list"] = {"link": '</v2/x?last=a>; rel="next"'}
    with pytest.raises(DocumentError, match="does not end"):
        find(registry, Query(name="team/app"))


def test_the_next_page_is_asked_of_the_same_registry(registry: FakeRegistry) -> None:
    registry.headers["team/app/tags/list"] = {
        "link": '<https://attacker.example/v2/team/app/tags/list?last=a>; rel="next"'
    }
    with pytest.raises(DocumentError):
        find(registry, Query(name="team/app"))
    assert all(request.url.startswith(URL) for request in registry.seen)


def break_tags(one: FakeRegistry) -> None:
    one.bodies["team/app/tags/list"] = b'{"tags":["../../etc"]}'


def break_list(one: FakeRegistry) -> None:
    one.bodies["team/app/tags/list"] = b"<html>sign in</html>"


def break_digest(one: FakeRegistry) -> None:
    one.headers["team/app/manifests/1.10"] = {"docker-content-digest": "sha256:zz"}


def break_type(one: FakeRegistry) -> None:
    one.headers["team/app/manifests/1.10"] = {"content-type": "text/html"}


@pytest.mark.parametrize("damage", [break_tags, break_list, break_digest, break_type])
def test_what_makes_no_sense(
    registry: FakeRegistry, damage: Callable[[FakeRegistry], None]
) -> None:
    damage(registry)
    with pytest.raises(DocumentError):
        find(registry, Query(name="team/app"))


def test_another_digest_than_the_one_asked_for(registry: FakeRegistry) -> None:
    path = f"team/app/manifests/{APP.root.digest}"
    registry.headers[path] = {"docker-content-digest": str(Digest.of(b"other"))}
    with pytest.raises(DigestMismatch):
        find(registry, Query(name="team/app", digest=APP.root.digest))


def test_an_old_registry_that_names_no_digest_is_read(registry: FakeRegistry) -> None:
    registry.headers["team/app/manifests/1.9"] = {"docker-content-digest": ""}
    (found,) = find(registry, Query(name="team/app", tag="1.9"))
    assert found.pin == APP.root
    assert registry.asked[-1] == ("GET", "team/app/manifests/1.9")


def test_a_warning_is_said_once(registry: FakeRegistry) -> None:
    registry.warning = '299 - "Rolls over in May", 299 - "Buy more"'
    provider, progress = RegistryProvider(), RecordingProgress()
    context = make_context(WORK, transport=registry.network, progress=progress)
    for _ in range(2):
        assert list(provider.find(Query(name="team/app"), context))
    assert progress.notices == [
        "registry.example warns: Rolls over in May",
        "registry.example warns: Buy more",
    ]


@pytest.fixture
def hub() -> FakeRegistry:
    realm = "https://auth.docker.io/token"
    one = FakeRegistry(
        url=HUB_URL, scheme="bearer", realm=realm, denies=frozenset({"library/nothing"})
    )
    one.push("library/nginx", "1.27", APP)
    return one


@pytest.mark.parametrize(
    "name", ["nginx", "library/nginx", "docker.io/nginx", "index.docker.io/nginx"]
)
def test_docker_hubs_names(hub: FakeRegistry, name: str) -> None:
    (found,) = find(hub, Query(name=name, tag="1.27"), HUB)
    assert found.name == name
    assert "scope=repository%3Alibrary%2Fnginx%3Apull" in hub.seen[1].url


def test_a_pattern_is_searched_for_at_docker_hub(hub: FakeRegistry) -> None:
    hits = [{"name": name} for name in ("nginx", "team/nginx", "other")]
    hub.network.routes["https://index.docker.io/v1/search"] = json.dumps({"results": hits}).encode()
    assert {one.name for one in find(hub, Query(name="ngi*"), HUB)} == {"nginx"}
    with pytest.raises(UsageError, match="words"):
        find(hub, Query(name="*"), HUB)


def test_what_docker_hub_denies_may_not_be_there(hub: FakeRegistry) -> None:
    """It says 401 of both; whoever asks must not go on to another source with the name."""
    with pytest.raises(PackageNotFound) as caught:
        find(hub, Query(name="nothing"), HUB)
    assert "ferry source login hub" in caught.value.hint


def test_a_login_that_docker_hub_refuses_is_said(hub: FakeRegistry) -> None:
    hub.login = "robot:right"
    context = make_context(
        HUB,
        transport=hub.network,
        credentials=lambda origin: Credential(username="robot", secret="wrong"),
    )
    with pytest.raises(AuthRequired, match="refused the login"):
        list(RegistryProvider().find(Query(name="nginx"), context))


def test_another_registry_that_denies_is_an_error() -> None:
    one = FakeRegistry(scheme="bearer", denies=frozenset({"team/app"}))
    with pytest.raises(AuthRequired):
        find(one, Query(name="team/app"))


@pytest.mark.parametrize(
    ("text", "name", "version"),
    [
        ("registry.example/team/app:1.9", "registry.example/team/app", "1.9"),
        ("registry.example/team/app", "registry.example/team/app", "latest"),
        ("registry.example/team/app>=1,<1.10", "registry.example/team/app", "1.9"),
        (f"registry.example/team/app@{APP.root.digest}", "registry.example/team/app", ""),
        ("docker://registry.example/team/app:1.9", "registry.example/team/app", "1.9"),
        ("docker://nginx:1.27", "docker.io/nginx", "1.27"),
    ],
)
def test_full_references_need_no_source(
    registry: FakeRegistry, hub: FakeRegistry, text: str, name: str, version: str
) -> None:
    hub.serve(registry.network)
    context = make_context(transport=registry.network)
    first, *_ = RegistryProvider().resolve(parse_reference(text), context)
    assert (first.name, first.version, first.id.source) == (name, version, "")
    assert first.pin == APP.root


@pytest.mark.parametrize("text", ["nginx", "./folder", "podman://nginx"])
def test_other_references_are_not_ours(text: str) -> None:
    assert list(RegistryProvider().resolve(parse_reference(text), make_context())) == []


def test_a_url_of_ours_that_is_no_name(registry: FakeRegistry) -> None:
    with pytest.raises(UsageError):
        list(RegistryProvider().resolve(Uri(scheme="docker", rest=" "), make_context()))


MIRRORED = Source(
    name="work",
    provider="registry",
    location=URL,
    options={"mirror": "https://mirror.example/cache"},
)


def mirrored(one: FakeRegistry, **options: Any) -> Context:
    known = Package(
        id=PackageId(provider="registry", source="work", name="team/app", version="1.9"),
        pin=APP.root,
    )
    return make_context(
        MIRRORED,
        transport=one.network,
        options=options,
        catalog=MemoryCatalogView(offers=(known,), sources=(MIRRORED,)),
    )


def test_tags_are_the_origins_word(registry: FakeRegistry) -> None:
    context = mirrored(registry)
    assert list(RegistryProvider().find(Query(name="team/app", tag="1.9"), context))
    assert all(request.url.startswith(URL) for request in registry.seen)


def test_without_the_origin_what_is_known_is_known(registry: FakeRegistry) -> None:
    provider, context = RegistryProvider(), mirrored(registry, origin=False)
    (found,) = provider.find(Query(name="team/app", tag="1.9"), context)
    assert found.pin == APP.root
    with pytest.raises(TransportError, match="--no-origin"):
        list(provider.find(Query(name="team/app", tag="1.10"), context))
    assert registry.asked == []


def test_a_digest_may_be_asked_of_a_mirror(registry: FakeRegistry) -> None:
    mirror = FakeRegistry(url="https://mirror.example")
    mirror.push("cache/team/app", "", APP)
    mirror.serve(registry.network)
    query = Query(name="team/app", digest=APP.root.digest)
    context = mirrored(registry, origin=False)
    (found,) = RegistryProvider().find(query, context)
    assert (found.pin, found.version) == (APP.root, "1.9")
    assert registry.asked == []
