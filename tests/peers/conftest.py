"""The real images and archives, made once a session, and a Podman for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .archives import WRITERS, Archive, write_several_by_podman
from .images import (
    BUSYBOX_NAME,
    MULTIARCH_NAME,
    SITE_NAMES,
    make_busybox,
    make_multiarch,
    make_site_builds,
)
from .layouts import LayoutImage
from .tools import Podman


@pytest.fixture(scope="session")
def busybox_image(tmp_path_factory: pytest.TempPathFactory) -> LayoutImage:
    """Give an image of one layer, alone in its layout."""
    return make_busybox(tmp_path_factory.mktemp("busybox") / "layout")


@pytest.fixture(scope="session")
def site_builds(tmp_path_factory: pytest.TempPathFactory) -> tuple[LayoutImage, LayoutImage]:
    """Give two builds in one layout that share their first layer."""
    return make_site_builds(tmp_path_factory.mktemp("site") / "layout")


@pytest.fixture(scope="session")
def multiarch_image(tmp_path_factory: pytest.TempPathFactory) -> LayoutImage:
    """Give an index of linux/amd64 and linux/arm64, alone in its layout."""
    return make_multiarch(tmp_path_factory.mktemp("multiarch") / "layout")


@pytest.fixture(scope="session", params=list(WRITERS))
def busybox_archive(
    request: pytest.FixtureRequest,
    busybox_image: LayoutImage,
    tmp_path_factory: pytest.TempPathFactory,
) -> Archive:
    """Give the busybox image in an archive of each tool and form."""
    folder: Path = tmp_path_factory.mktemp(request.param)
    return WRITERS[request.param](busybox_image, BUSYBOX_NAME, folder)


@pytest.fixture(scope="session")
def site_archive(
    site_builds: tuple[LayoutImage, LayoutImage], tmp_path_factory: pytest.TempPathFactory
) -> Archive:
    """Give both builds in one docker-archive by Podman."""
    named = list(zip(site_builds, SITE_NAMES, strict=True))
    return write_several_by_podman(named, tmp_path_factory.mktemp("site-archive"))


@pytest.fixture(scope="session")
def multiarch_archive(
    multiarch_image: LayoutImage, tmp_path_factory: pytest.TempPathFactory
) -> Archive:
    """Give the whole index in an OCI archive by skopeo."""
    folder = tmp_path_factory.mktemp("multiarch-archive")
    return WRITERS["skopeo-oci-archive"](multiarch_image, MULTIARCH_NAME, folder)


@pytest.fixture
def podman() -> Iterator[Podman]:
    """Give an empty Podman."""
    with Podman() as empty:
        yield empty
