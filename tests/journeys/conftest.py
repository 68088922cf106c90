"""The near side with its registry, and far sites whose ferry came in a kit, once a session."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ..peers.images import make_site_builds
from ..peers.registries import DockerRegistry
from ..peers.side import Side
from ..support.kits import BareHost, shared_kit
from .near_side import NearSide, capture_windows, push_busybox

Sites = Callable[[], Side]


@pytest.fixture(scope="session")
def near(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NearSide]:
    """Return the near side: a folder of builds, a registry, and Windows that was installed."""
    folder = tmp_path_factory.mktemp("near")
    builds = make_site_builds(folder / "site")
    ferry = Side(folder / "home")
    with DockerRegistry(folder) as registry:
        busybox = push_busybox(folder, registry)
        ferry("source", "add", "builds", folder / "site")
        ferry("source", "add", "registry", registry.url, "--provider", "registry")
        (windows,) = ferry("install", capture_windows(folder))
        ferry("save", "site:1.0", "--to", folder / "first")  # makes the courier's key
        yield NearSide(
            ferry=ferry,
            bag=folder / "bag",
            builds=builds,
            digests=frozenset({*(build.root for build in builds), busybox, windows["digest"]}),
            pin=ferry("key", "show", folder / "first")[0]["fingerprint"],
        )


@pytest.fixture(scope="session")
def bare_host(tmp_path_factory: pytest.TempPathFactory) -> BareHost:
    """Return a host without interfaces and index, on which ferry was installed from a kit."""
    host = BareHost(tmp_path_factory.mktemp("bare"))
    host.install(shared_kit(tmp_path_factory))
    return host


@pytest.fixture
def new_site(bare_host: BareHost, near: NearSide, tmp_path: Path) -> Sites:
    """Return what opens a new far site, which knows the courier's fingerprint and nothing else."""
    homes: list[Path] = []

    def opened() -> Side:
        homes.append(tmp_path / f"site-{len(homes)}")
        return Side(
            homes[-1],
            inside=bare_host.inside,
            program=[bare_host.program],
            environ=bare_host.environ,
        )

    return opened
