"""Where registries are, and what names mean there."""

from __future__ import annotations

import pytest

from provider_core.errors import UsageError
from provider_registry.endpoints import HUB_URL, endpoint_at, endpoint_of_host


@pytest.mark.parametrize(
    ("location", "base", "prefix"),
    [
        ("https://registry.example", "https://registry.example", ""),
        ("https://registry.example/", "https://registry.example", ""),
        ("https://Registry.example:5000", "https://registry.example:5000", ""),
        ("https://registry.example/team", "https://registry.example", "team/"),
        ("https://registry.example/v2/", "https://registry.example", ""),
        ("https://art.example/api/docker/hub/v2", "https://art.example/api/docker/hub", ""),
        (
            "https://art.example/api/docker/hub/v2/team/",
            "https://art.example/api/docker/hub",
            "team/",
        ),
        ("registry://registry.example/team", "https://registry.example", "team/"),
        ("registry://127.0.0.1:5000", "http://127.0.0.1:5000", ""),
        ("docker://docker.io", HUB_URL, ""),
        ("https://docker.io", HUB_URL, ""),
        ("http://localhost:5000", "http://localhost:5000", ""),
    ],
)
def test_locations(location: str, base: str, prefix: str) -> None:
    endpoint = endpoint_at(location)
    assert (endpoint.base, endpoint.prefix) == (base, prefix)


@pytest.mark.parametrize(
    "location",
    [
        "registry.example",
        "ftp://registry.example",
        "https://",
        "https://user:secret@registry.example",
        "https://registry.example/Team",
        "https://registry.example/a//b",
        "https://registry.example/../x",
        "https://registry.example?x=1",
        "https://registry.example/#x",
        "https://registry.example:port",
    ],
)
def test_what_is_no_registry(location: str) -> None:
    with pytest.raises(UsageError, match="not the URL of a registry") as caught:
        endpoint_at(location)
    assert "secret" not in str(caught.value)
    assert "https://host" in caught.value.hint
    assert not caught.value.message.startswith(":")


def test_where_to_push_is_told_as_it_is_written() -> None:
    with pytest.raises(UsageError) as caught:
        endpoint_at("registry://registry.example/team/app:1.0")
    assert "write registry://host" in caught.value.hint
    assert "https" not in caught.value.hint


def test_names_at_docker_hub() -> None:
    hub = endpoint_at(HUB_URL)
    assert hub.is_hub
    for name in ("nginx", "Nginx", "docker.io/nginx", "index.docker.io/library/nginx"):
        assert hub.local(name) == "library/nginx"
    assert hub.local("team/app") == "team/app"
    assert hub.local("registry.example/team/app") is None
    assert hub.local("Nano Server") is None
    assert hub.url("library/nginx", "tags/list") == f"{HUB_URL}/v2/library/nginx/tags/list"


def test_names_below_a_prefix() -> None:
    part = endpoint_at("https://registry.example/team")
    assert part.local("app") == "app"
    assert part.local("registry.example/team/app") == "app"
    assert part.local("registry.example/other/app") is None
    assert part.whole("app") == "team/app"
    assert part.url("app", "blobs/x", namespace="docker.io").endswith(
        "/v2/team/app/blobs/x?ns=docker.io"
    )


def test_a_mirror_of_docker_hub_is_not_docker_hub() -> None:
    assert not endpoint_at("https://mirror.example/hub").is_hub


@pytest.mark.parametrize(
    ("host", "base"),
    [
        ("docker.io", HUB_URL),
        ("registry.example", "https://registry.example"),
        ("127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("[::1]:5000", "http://[::1]:5000"),
    ],
)
def test_hosts_of_full_references(host: str, base: str) -> None:
    assert endpoint_of_host(host).base == base


def test_plain_http_only_where_it_is_said() -> None:
    assert endpoint_of_host("registry.example", plain=True).base == "http://registry.example"
