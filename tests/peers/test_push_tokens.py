"""A registry whose token server lets us push: what it is asked for, and tokens that end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from provider_core import Host, Settings, Wishes
from provider_core.credentials import Credential
from provider_core.errors import AuthRequired
from provider_core.transport import Origin
from provider_registry import push_content, uploads

from ..support.archives import write_layout
from ..support.images import make_image
from .layouts import read_image
from .registries import PASSWORD, DockerRegistry
from .token_server import TokenServer
from .tools import skopeo_copy

pytestmark = pytest.mark.peer("skopeo", "docker-registry")

SETTINGS = Settings(plugins=False, disabled_sources=("hub",))
IMAGE = make_image("x" * (1 << 20), wrapping="")
SIZE = sum(map(len, IMAGE.blobs.values()))
_LIFE = 3
"""Seconds for which the registry takes a token in the second test."""


@pytest.fixture
def tokens(tmp_path: Path) -> Iterator[TokenServer]:
    """Return the token server."""
    with TokenServer(tmp_path, user="robot", password=PASSWORD) as tokens:
        yield tokens


@pytest.fixture
def registry(tmp_path: Path, tokens: TokenServer) -> Iterator[DockerRegistry]:
    """Return an empty registry that believes that token server alone."""
    (tmp_path / "registry").mkdir()
    with DockerRegistry(tmp_path / "registry", auth=tokens.configuration) as registry:
        yield registry


def _host(tmp_path: Path, registry: DockerRegistry, tokens: TokenServer, password: str) -> Host:
    def lookup(origin: Origin) -> Credential | None:
        known = origin == Origin.of(registry.url)
        return Credential(username="robot", secret=password) if known else None

    host = Host(tmp_path / f"home-{password}", settings=SETTINGS, credentials=lookup)
    host.install(str(write_layout(tmp_path / f"layout-{password}", ("app:1", IMAGE))))
    return host


def _push(host: Host, registry: DockerRegistry, tokens: TokenServer) -> int:
    place = Origin.of(tokens.url)
    wishes = Wishes(options={"token-host": [f"{place.host}:{place.port}"]})
    return host.save("app:1", to=f"registry://{registry.host}/far", wishes=wishes).saved.written


def _fetched(registry: DockerRegistry, out: Path) -> set[str]:
    flags = ["--preserve-digests", f"--src-creds=robot:{PASSWORD}", "--src-tls-verify=false"]
    skopeo_copy(f"docker://{registry.host}/far/app:1", f"oci:{out}:x", *flags)
    return set(read_image(out, "x").blobs)


def test_one_token_to_pull_and_push(
    registry: DockerRegistry, tokens: TokenServer, tmp_path: Path
) -> None:
    with _host(tmp_path, registry, tokens, PASSWORD) as host:
        assert _push(host, registry, tokens) == SIZE
        assert tokens.asked == ["repository:far/app:pull,push"]
        assert _push(host, registry, tokens) == 0
    assert _fetched(registry, tmp_path / "out") == set(map(str, IMAGE.blobs))


def test_a_wrong_password_pushes_nothing(
    registry: DockerRegistry, tokens: TokenServer, tmp_path: Path
) -> None:
    with _host(tmp_path, registry, tokens, "wrong") as host, pytest.raises(AuthRequired):
        _push(host, registry, tokens)
    assert registry.asked("POST") == 0


def test_a_token_that_ends_in_the_middle_of_an_upload(
    registry: DockerRegistry,
    tokens: TokenServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(push_content, "Uploader", partial(uploads.Uploader, chunk=256 << 10))
    real, chunks = uploads.Uploader.send, list[str]()

    def resting(self: uploads.Uploader, method: str, *args: object) -> object:
        chunks.append(method)
        if chunks.count("PATCH") == 2 and method == "PATCH":
            time.sleep(_LIFE + 1)
        return real(self, method, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(uploads.Uploader, "send", resting)
    tokens.life = _LIFE
    with _host(tmp_path, registry, tokens, PASSWORD) as host:
        assert _push(host, registry, tokens) == SIZE
    assert len(tokens.asked) >= 2
    assert registry.asked("PATCH") > chunks.count("PATCH")  # one was refused, and sent again
    assert _fetched(registry, tmp_path / "out") == set(map(str, IMAGE.blobs))
