"""Archives of skopeo, Podman and tar are installed; skopeo and Podman read what is saved."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from provider_archive import ArchiveProvider
from provider_core.model import Content
from provider_core.oci import Descriptor, ImageConfig, Manifest
from provider_core.platforms import PlatformSet

from ..support.bench import ALL, Bench
from ..support.images import AMD64, ARM64
from .archives import Archive
from .images import BUSYBOX_NAME, MULTIARCH_NAME, SITE_NAMES
from .layouts import LayoutImage, read_image
from .tools import Podman, skopeo_copy, skopeo_inspect

SiteBuilds = tuple[LayoutImage, LayoutImage]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def here(bench: Bench) -> set[str]:
    return {str(digest) for digest, _ in bench.store.blobs()}


def config_of(bench: Bench, content: Content) -> ImageConfig:
    assert isinstance(content.root, Descriptor)
    manifest = Manifest.parse(bench.store.read(content.root))
    return ImageConfig.parse(bench.store.read(manifest.config))


def test_archives_of_every_tool_are_installed(
    bench: Bench, busybox_image: LayoutImage, busybox_archive: Archive
) -> None:
    (image,) = bench.install_all(busybox_archive.path)
    config = config_of(bench, image.content)
    assert str(config.digest) == busybox_image.configs[0]
    assert tuple(map(str, config.diff_ids)) == busybox_image.diff_ids[0]
    assert image.content.platforms == (AMD64,)
    if busybox_archive.roots:
        assert (str(image.content.root.digest),) == busybox_archive.roots
    if busybox_archive.roots == (busybox_image.root,):
        assert here(bench) == busybox_image.blobs


def test_names_are_those_of_the_archive(bench: Bench, busybox_archive: Archive) -> None:
    (package,) = bench.resolve(busybox_archive.path)
    (name,) = busybox_archive.names
    # A hybrid's RepoTags say more than its bare ref name; without them the file's name does.
    full = BUSYBOX_NAME if busybox_archive.images else f"layout:{name}"
    assert f"{package.name}:{package.version}" == (name if ":" in name else full)


def test_several_images_of_one_archive_share_their_layers(
    bench: Bench, site_builds: SiteBuilds, site_archive: Archive
) -> None:
    images = bench.install_all(site_archive.path)
    assert [f"{one.package.name}:{one.package.version}" for one in images] == list(SITE_NAMES)
    configs = [config_of(bench, one.content) for one in images]
    assert [str(config.digest) for config in configs] == [one.configs[0] for one in site_builds]
    assert configs[0].diff_ids[0] == configs[1].diff_ids[0]
    layers = {digest for config in configs for digest in config.diff_ids}
    assert len(here(bench)) == len(layers) + 2 * len(images)


def test_an_index_comes_whole_or_in_part(
    multiarch_image: LayoutImage, multiarch_archive: Archive
) -> None:
    for platforms, expected in ((ALL, (AMD64, ARM64)), (PlatformSet.of(ARM64), (ARM64,))):
        bench = Bench()
        (image,) = bench.install_all(multiarch_archive.path, platforms)
        assert str(image.content.root.digest) == multiarch_image.root
        assert image.content.platforms == expected
        assert here(bench) <= multiarch_image.blobs
        assert (here(bench) == multiarch_image.blobs) is (platforms is ALL)


@pytest.fixture
def saved(
    bench: Bench, site_builds: SiteBuilds, multiarch_archive: Archive, tmp_path: Path
) -> Path:
    """Give one archive of ours: both site builds from their layout, and the index."""
    images = [
        *bench.install_all(site_builds[0].layout),
        *bench.install_all(multiarch_archive.path, ALL),
    ]
    path = tmp_path / "saved.tar"
    bench.save(images, path)
    return path


LAYOUT_NAMES = ("layout:1.0", "layout:1.1", MULTIARCH_NAME)


def test_skopeo_reads_it_as_an_oci_archive(
    saved: Path, site_builds: SiteBuilds, multiarch_image: LayoutImage, tmp_path: Path
) -> None:
    for name, image in zip(LAYOUT_NAMES, (*site_builds, multiarch_image), strict=True):
        said = skopeo_inspect(f"oci-archive:{saved}:{name}")
        assert said["Digest"] == image.root
        skopeo_copy(f"oci-archive:{saved}:{name}", f"oci:{tmp_path / 'copy'}:x", "--all")
        copied = read_image(tmp_path / "copy", "x")
        assert (copied.root, copied.blobs) == (image.root, image.blobs)


def test_skopeo_reads_it_as_a_docker_archive(
    saved: Path, site_builds: SiteBuilds, multiarch_image: LayoutImage, tmp_path: Path
) -> None:
    for name, image in zip(LAYOUT_NAMES, (*site_builds, multiarch_image), strict=True):
        target = tmp_path / name.replace("/", "-").replace(":", "-")
        skopeo_copy(f"docker-archive:{saved}:{name}", f"dir:{target}")
        manifest = json.loads((target / "manifest.json").read_bytes())
        assert manifest["config"]["digest"] == image.configs[0]
        assert len(manifest["layers"]) == len(image.layers[0])


@pytest.mark.privileged
def test_podman_loads_it(
    saved: Path, site_builds: SiteBuilds, multiarch_image: LayoutImage, podman: Podman
) -> None:
    loaded = podman.load(saved)
    assert len(loaded) == len(LAYOUT_NAMES)
    for name, image in zip(LAYOUT_NAMES, (*site_builds, multiarch_image), strict=True):
        (mine,) = (one for one in loaded if one.endswith(name))
        assert podman.image_id(mine) == image.configs[0]
        assert podman.diff_ids(mine) == image.diff_ids[0]


def test_an_archive_of_others_is_the_same_after_ours(
    bench: Bench, busybox_image: LayoutImage, busybox_archive: Archive, tmp_path: Path
) -> None:
    images = bench.install_all(busybox_archive.path)
    bench.save(images, tmp_path / "ours.tar")
    far = Bench()
    (again,) = far.install_all(tmp_path / "ours.tar")
    assert again.content.root.digest == images[0].content.root.digest
    assert here(far) == here(bench)
    assert str(config_of(far, again.content).digest) == busybox_image.configs[0]


def test_a_layout_of_umoci_is_listed(bench: Bench, site_builds: SiteBuilds) -> None:
    provider: ArchiveProvider = bench.provider
    assert provider.provider_info().markers[0] == "oci-layout"
    packages = bench.resolve(site_builds[0].layout)
    assert {str(package.pin.digest) for package in packages} == {one.root for one in site_builds}
    assert BUSYBOX_NAME not in {package.name for package in packages}
