"""The peers themselves agree that the images and archives of these fixtures are what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from .archives import Archive
from .images import BUSYBOX_NAME, MULTIARCH_NAME, SITE_NAMES
from .layouts import LayoutImage, blob_path, read_tags
from .tools import PeerError, Podman, gnu_tar, run, skopeo_copy, skopeo_inspect

SiteBuilds = tuple[LayoutImage, LayoutImage]


def stored_bytes(image: LayoutImage) -> int:
    return sum(file.stat().st_size for file in image.layout.rglob("*") if file.is_file())


def stored_digests(image: LayoutImage) -> frozenset[str]:
    return frozenset(f"sha256:{file.name}" for file in image.layout.glob("blobs/sha256/*"))


def readable_by_skopeo(archive: Archive) -> list[str]:
    """Name the archive as the transports of skopeo that can read it whole."""
    both = {"oci-archive": archive.roots, "docker-archive": archive.images}
    return [f"{transport}:{archive.path}" for transport, found in both.items() if found]


def test_skopeo_reads_the_busybox_image(busybox_image: LayoutImage) -> None:
    said = skopeo_inspect(f"oci:{busybox_image.layout}:{busybox_image.tag}")
    assert said["Digest"] == busybox_image.root
    assert tuple(said["Layers"]) == busybox_image.layers[0]
    assert (said["Os"], said["Architecture"]) == ("linux", "amd64")
    assert len(busybox_image.layers[0]) == 1


def test_the_layer_is_a_whole_tar_with_the_real_busybox(
    busybox_image: LayoutImage, tmp_path: Path
) -> None:
    layer = blob_path(busybox_image.layout, busybox_image.layers[0][0])
    gnu_tar("--extract", "--gzip", "--file", layer, "--directory", tmp_path)
    assert (tmp_path / "bin/busybox").read_bytes() == Path("/bin/busybox").read_bytes()
    assert "BusyBox v1." in run(tmp_path / "bin/busybox")


def test_the_builds_share_their_first_layer_only(site_builds: SiteBuilds) -> None:
    first, second = (build.layers[0] for build in site_builds)
    assert first[0] == second[0]
    assert {*first[1:]}.isdisjoint(second[1:])
    assert len(first) == len(second) == 2


def test_skopeo_reads_both_builds(site_builds: SiteBuilds) -> None:
    for build in site_builds:
        said = skopeo_inspect(f"oci:{build.layout}:{build.tag}")
        assert (said["Digest"], tuple(said["Layers"])) == (build.root, build.layers[0])


def test_skopeo_reads_each_platform_of_the_index(
    multiarch_image: LayoutImage, tmp_path: Path
) -> None:
    reference = f"oci:{multiarch_image.layout}:{multiarch_image.tag}"
    entries = skopeo_inspect(reference, "--raw")["manifests"]
    assert tuple(entry["digest"] for entry in entries) == multiarch_image.manifests
    assert multiarch_image.platforms == ("linux/amd64", "linux/arm64")
    skopeo_copy(reference, f"oci:{tmp_path}/copy:2.0", "--all")
    assert read_tags(tmp_path / "copy") == {"2.0": multiarch_image.root}


def test_layouts_hold_nothing_else_and_are_small(
    busybox_image: LayoutImage, site_builds: SiteBuilds, multiarch_image: LayoutImage
) -> None:
    first, second = site_builds
    assert stored_digests(busybox_image) == busybox_image.blobs
    assert stored_digests(first) == first.blobs | second.blobs
    assert stored_digests(multiarch_image) == multiarch_image.blobs
    assert max(map(stored_bytes, (busybox_image, first, multiarch_image))) < 8 << 20


def test_skopeo_reads_every_archive(busybox_archive: Archive, busybox_image: LayoutImage) -> None:
    references = readable_by_skopeo(busybox_archive)
    assert references
    for reference in references:
        config = skopeo_inspect(reference, "--config")
        assert tuple(config["rootfs"]["diff_ids"]) == busybox_image.diff_ids[0]


def test_every_archive_keeps_the_image_id(
    busybox_archive: Archive, busybox_image: LayoutImage
) -> None:
    assert busybox_image.configs[0] in busybox_archive.files
    assert set(busybox_archive.images) <= set(busybox_image.configs)


def test_podman_loads_every_archive(
    busybox_archive: Archive, busybox_image: LayoutImage, podman: Podman
) -> None:
    (name,) = podman.load(busybox_archive.path)
    assert podman.images() == (name,)
    assert podman.image_id(name) == busybox_image.configs[0]
    assert podman.diff_ids(name) == busybox_image.diff_ids[0]
    podman.rm(name)
    assert podman.images() == ()


def test_archives_spell_the_names_they_were_given(busybox_archive: Archive) -> None:
    assert busybox_archive.names in [(BUSYBOX_NAME,), ("1.35",)]
    of_layout = busybox_archive.path.name.startswith(("layout", "hybrid"))
    assert (busybox_archive.names == ("1.35",)) is of_layout


def test_podman_loads_two_images_of_one_archive(
    site_archive: Archive, site_builds: SiteBuilds, podman: Podman
) -> None:
    assert site_archive.names == SITE_NAMES
    assert podman.load(site_archive.path) == SITE_NAMES
    for name, build in zip(SITE_NAMES, site_builds, strict=True):
        assert podman.image_id(name) == build.configs[0]
        assert podman.diff_ids(name) == build.diff_ids[0]


def test_the_archive_of_an_index_is_whole(
    multiarch_archive: Archive, multiarch_image: LayoutImage
) -> None:
    assert multiarch_archive.roots == (multiarch_image.root,)
    assert multiarch_archive.names == (MULTIARCH_NAME,)
    assert multiarch_image.blobs <= multiarch_archive.files


def test_a_refusal_carries_the_words_of_the_peer(tmp_path: Path) -> None:
    with pytest.raises(PeerError, match="no such file or directory"):
        skopeo_inspect(f"oci-archive:{tmp_path}/nothing.tar")
