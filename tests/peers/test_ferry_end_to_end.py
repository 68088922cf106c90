"""The main job on real images, with the command a person types, from one home to another.

Archives that skopeo, Podman and tar wrote are installed, listed, saved, carried to a second home
that is offline, loaded into Podman and read by skopeo; every digest is the same throughout; then
everything is uninstalled and the disk space is back.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from .archives import Archive
from .layouts import LayoutImage, read_image, read_tags
from .side import Side
from .tools import Podman, skopeo_copy, skopeo_inspect

pytestmark = pytest.mark.peer("skopeo", "podman", "umoci")


@pytest.fixture
def near(tmp_path: Path) -> Side:
    return Side(tmp_path / "near")


@pytest.fixture
def far(tmp_path: Path) -> Side:
    return Side(tmp_path / "far", "--offline")


def _config_digests(side: Side) -> set[str]:
    return {image["id"] for image in side("list")}


def test_every_tools_archive_goes_all_the_way(
    near: Side,
    far: Side,
    busybox_archive: Archive,
    busybox_image: LayoutImage,
    tmp_path: Path,
    podman: Podman,
) -> None:
    installed = near("install", busybox_archive.path, "--name", "lab/busybox", "--version", "1.0")
    assert [(image["name"], image["version"]) for image in installed] == [("lab/busybox", "1.0")]
    if busybox_archive.roots:
        assert installed[0]["digest"] == busybox_archive.roots[0]
    carried = tmp_path / "carried.tar"
    near("save", "lab/busybox", "--to", carried)

    there = far("install", carried)
    assert [image["digest"] for image in there] == [installed[0]["digest"]]
    assert far.blobs() == near.blobs()
    assert far("store", "check") == []

    again = read_image(far.layout, "lab/busybox:1.0")
    assert again.root == installed[0]["digest"]
    assert skopeo_inspect(f"oci:{far.layout}:lab/busybox:1.0")["Digest"] == again.root
    assert podman.load(carried)
    image_id = podman.image_id("lab/busybox:1.0")
    assert f"sha256:{image_id.removeprefix('sha256:')}" == installed[0]["id"]
    assert podman.diff_ids("lab/busybox:1.0") == busybox_image.diff_ids[0]


def test_builds_that_share_layers_share_their_bytes(
    near: Side, far: Side, site_archive: Archive, tmp_path: Path
) -> None:
    images = near("install", site_archive.path)
    assert len(images) == 2
    carried = tmp_path / "site.tar"
    near("save", *(f"{image['name']}=={image['version']}" for image in images), "--to", carried)
    far("install", carried)
    assert _config_digests(far) == _config_digests(near)
    assert far.blobs() == near.blobs()

    removal = far("uninstall", f"{images[0]['name']}=={images[0]['version']}")[0]
    left = far.blobs()
    assert set(removal["deleted"]) == near.blobs() - left
    assert far("store", "check") == []
    far("uninstall", f"{images[1]['name']}=={images[1]['version']}")
    assert far.blobs() == set()


def test_a_multi_arch_index_is_carried_whole(
    near: Side, far: Side, multiarch_archive: Archive, multiarch_image: LayoutImage, tmp_path: Path
) -> None:
    image = near("install", multiarch_archive.path, "--all-platforms")[0]
    assert image["digest"] == multiarch_image.root
    assert len(image["platforms"]) == 2
    carried = tmp_path / "all.tar"
    near("save", image["name"], "--to", carried)
    assert far("install", carried, "--all-platforms")[0]["digest"] == multiarch_image.root
    assert far.blobs() == set(multiarch_image.blobs)

    copied = tmp_path / "copied"
    name = next(iter(read_tags(far.layout)))
    skopeo_copy(f"oci:{far.layout}:{name}", f"oci:{copied}:all", "--all")
    assert read_image(copied, "all").blobs == multiarch_image.blobs


def test_one_platform_of_an_index_keeps_its_digest(
    near: Side, far: Side, multiarch_archive: Archive, multiarch_image: LayoutImage, tmp_path: Path
) -> None:
    image = near("install", multiarch_archive.path, "--platform", "linux/arm64")[0]
    assert image["digest"] == multiarch_image.root
    assert image["platforms"] == ["linux/arm64"]
    carried = tmp_path / "arm.tar"
    near("save", image["name"], "--to", carried)
    there = far("install", carried, "--platform", "linux/arm64")[0]
    assert there["digest"] == multiarch_image.root
    assert far.blobs() < set(multiarch_image.blobs)


def test_the_space_comes_back(near: Side, site_archive: Archive) -> None:
    near("list")
    images = near("install", site_archive.path)
    full = near.disk()
    for image in images:
        near("uninstall", f"{image['name']}=={image['version']}")
    near("store", "gc", "--grace", "0")
    size = sum(image["size"] for image in images)
    assert near.blobs() == set()
    assert near.disk() < full - size // 2
    assert near.disk() < 1 << 20  # the databases, and nothing of the images


def test_a_layout_folder_is_a_source(
    near: Side, site_builds: tuple[LayoutImage, LayoutImage]
) -> None:
    near("source", "add", "lab", site_builds[0].layout)
    offers = near("find", "--all-versions")
    assert {offer["digest"] for offer in offers} == {build.root for build in site_builds}
    near("install", f"{offers[0]['name']}:{offers[0]['version']}")
    assert near("list")[0]["digest"] == offers[0]["digest"]
