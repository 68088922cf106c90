"""One name in the spellings of Docker, Podman and containerd."""

from __future__ import annotations

import pytest

from provider_core.engines.names import familiar, qualified, split_tag


@pytest.mark.parametrize(
    ("name", "short", "whole"),
    [
        ("nginx", "nginx:latest", "docker.io/library/nginx:latest"),
        ("nginx:1.27", "nginx:1.27", "docker.io/library/nginx:1.27"),
        ("team/app:1", "team/app:1", "docker.io/team/app:1"),
        ("localhost/app:1", "app:1", "localhost/app:1"),
        ("localhost:5000/app", "localhost:5000/app:latest", "localhost:5000/app:latest"),
        ("quay.io/a/b:c", "quay.io/a/b:c", "quay.io/a/b:c"),
        ("docker.io/library/x:1", "x:1", "docker.io/library/x:1"),
    ],
)
def test_spellings(name: str, short: str, whole: str) -> None:
    assert familiar(name) == short
    assert qualified(name) == whole
    assert familiar(whole) == short


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("a:1", ("a", "1")),
        ("host:5000/a", ("host:5000/a", "")),
        ("host:5000/a:b", ("host:5000/a", "b")),
        ("a", ("a", "")),
    ],
)
def test_a_port_is_no_tag(name: str, parts: tuple[str, str]) -> None:
    assert split_tag(name) == parts
