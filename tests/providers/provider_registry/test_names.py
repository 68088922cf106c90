"""What names mean: which registry, which repository."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_registry.names import canonical_host, hub_path, is_repository, is_tag, split_host


@pytest.mark.parametrize(
    ("name", "host", "path"),
    [
        ("nginx", "", "nginx"),
        ("team/app", "", "team/app"),
        ("docker.io/nginx", "docker.io", "nginx"),
        ("index.docker.io/library/nginx", "docker.io", "library/nginx"),
        ("registry-1.docker.io/library/nginx", "docker.io", "library/nginx"),
        ("registry.example/team/app", "registry.example", "team/app"),
        ("Registry.Example:443/team/app", "registry.example", "team/app"),
        ("registry.example:5000/app", "registry.example:5000", "app"),
        ("localhost/app", "localhost", "app"),
        ("localhost:5000/app", "localhost:5000", "app"),
        ("[::1]:5000/app", "[::1]:5000", "app"),
        ("art.example/docker-hub/library/nginx", "art.example", "docker-hub/library/nginx"),
        ("registry.example", "", "registry.example"),
    ],
)
def test_the_first_part_may_be_a_host(name: str, host: str, path: str) -> None:
    assert split_host(name) == (host, path)


def test_docker_hubs_own_lie_in_library() -> None:
    assert (hub_path("nginx"), hub_path("team/app")) == ("library/nginx", "team/app")
    assert canonical_host("docker.io") == canonical_host("registry.hub.docker.com")


@pytest.mark.parametrize("path", ["a", "library/nginx", "a/b/c", "a.b_c__d---e/0", "a" * 255])
def test_repositories(path: str) -> None:
    assert is_repository(path)


@pytest.mark.parametrize(
    "path",
    ["", "/", "a/", "/a", "a//b", "A", "a..b", "a._b", "-a", "a-", "a___b", "a b", "..", "a" * 256],
)
def test_no_repositories(path: str) -> None:
    assert not is_repository(path)


@pytest.mark.parametrize("text", ["-.-.-.-.-." * 25, "a-" * 127, "a." * 127 + "!"])
def test_names_made_to_be_slow_are_not(text: str) -> None:
    """docker-image-py#10: a name of 60 letters took four minutes."""
    assert not is_repository(text)


@given(st.text(max_size=300))
def test_any_text_is_answered(text: str) -> None:
    assert is_repository(text) in (True, False)
    host, path = split_host(text)
    assert not host or text.lower().endswith(path.lower())


@pytest.mark.parametrize(
    ("text", "good"), [("1.2", True), ("_x", True), (".x", False), ("", False)]
)
def test_tags(text: str, good: bool) -> None:
    assert is_tag(text) is good
    assert not is_tag("x" * 129)
