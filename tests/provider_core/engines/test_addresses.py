"""Where engines are looked for, and which of several places counts."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from provider_core.engines import EngineAddress, EngineKind
from provider_core.engines.addresses import Surroundings, parse_setting
from provider_core.errors import UsageError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sockets of POSIX systems")


def _found(
    environ: Mapping[str, str], *there: str, setting: tuple[str, ...] = ()
) -> dict[str, EngineAddress]:
    places = Surroundings(environ, setting, exists=lambda path: str(path) in there)
    first: dict[str, EngineAddress] = {}
    for address in places:
        first.setdefault(address.name, address)
    return first


def test_nothing_is_found_where_nothing_is() -> None:
    assert _found({}) == {}


def test_the_usual_sockets() -> None:
    found = _found(
        {}, "/var/run/docker.sock", "/run/podman/podman.sock", "/run/containerd/containerd.sock"
    )
    assert {name: address.url for name, address in found.items()} == {
        "docker": "unix:///var/run/docker.sock",
        "podman": "unix:///run/podman/podman.sock",
        "containerd": "containerd:///run/containerd/containerd.sock",
    }
    assert not any(address.is_configured for address in found.values())


def test_the_users_own_socket_comes_before_the_machines() -> None:
    environ = {"XDG_RUNTIME_DIR": "/run/user/7"}
    there = ("/run/user/7/podman/podman.sock", "/run/podman/podman.sock")
    assert _found(environ, *there)["podman"].url == "unix:///run/user/7/podman/podman.sock"


def test_a_variable_is_configured_whether_something_is_there_or_not() -> None:
    found = _found(
        {
            "DOCKER_HOST": "tcp://build:2376",
            "DOCKER_TLS_VERIFY": "1",
            "DOCKER_CERT_PATH": "/certs",
            "CONTAINER_HOST": "unix:///p.sock",
            "CONTAINERD_ADDRESS": "unix:///c.sock",
            "CONTAINERD_NAMESPACE": "k8s.io",
        }
    )
    assert found["docker"].certificates == Path("/certs")
    assert found["podman"].certificates is None
    assert found["containerd"].url == "containerd:///c.sock?namespace=k8s.io"
    assert found["containerd"].kind is EngineKind.CONTAINERD
    assert all(address.is_configured for address in found.values())
    assert found["docker"].origin == "DOCKER_HOST"


def test_the_setting_comes_before_everything() -> None:
    setting = ("docker=unix:///mine.sock", "build=ssh://me@build")
    found = _found({"DOCKER_HOST": "unix:///other.sock"}, setting=setting)
    assert found["docker"].url == "unix:///mine.sock"
    assert found["docker"].origin == "setting"
    assert found["build"].kind is EngineKind.API


def test_a_known_name_alone_is_its_usual_place() -> None:
    (docker,) = parse_setting(["docker"], {"DOCKER_HOST": "unix:///x.sock"})
    assert (docker.url, docker.is_configured) == ("unix:///x.sock", True)
    (podman,) = parse_setting(["podman"], {"XDG_RUNTIME_DIR": "/nowhere"})
    assert podman.url == "unix:///run/podman/podman.sock"


@pytest.mark.parametrize(
    "entry", ["", "nerdctl", "=unix:///x", "x=", "x=/run/x.sock", "x=http://x", "x=unix://"]
)
def test_what_names_no_engine(entry: str) -> None:
    with pytest.raises(UsageError):
        list(parse_setting([entry], {}))


def test_a_variable_that_is_no_url_is_refused() -> None:
    with pytest.raises(UsageError, match="of DOCKER_HOST, is no engine's URL"):
        _found({"DOCKER_HOST": "/var/run/docker.sock"})
