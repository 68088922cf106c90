from __future__ import annotations

import gzip
import os
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest
import zstandard

from provider_core.digests import Digest
from provider_core.errors import (
    BlobNotFound,
    Conflict,
    DigestMismatch,
    DocumentError,
    IntegrityError,
    NotSupported,
    SizeMismatch,
)
from provider_core.model import Content
from provider_core.oci import Manifest
from provider_core.oci.layout import blob_path
from provider_core.oci.media_types import (
    OCI_LAYER,
    OCI_LAYER_GZIP,
    OCI_LAYER_ZSTD,
    OCI_NONDISTRIBUTABLE_LAYER,
)
from provider_core.platforms import PlatformSet

from ...support.archives import docker_archive, layout_files, oci_archive, write_layout
from ...support.bench import ALL, Bench
from ...support.images import (
    AMD64,
    ARM64,
    SmallImage,
    layer_of,
    make_image,
    make_index,
    make_referrer,
    tar_of,
)

ONE, TWO = make_image("base", "one"), make_image("base", "two")
ARM = make_image("arm", platform=ARM64)
INDEX = make_index(ONE, ARM)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def write(folder: Path, data: bytes, name: str = "lab.tar") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def here(bench: Bench) -> set[Digest]:
    return {digest for digest, _ in bench.store.blobs()}


def docker_layer(image: SmallImage, place: int = 0) -> str:
    return f"{image.manifest.layers[place].digest.hex}/layer.tar"


@pytest.mark.parametrize("wrap", [bytes, gzip.compress, zstandard.compress])
def test_an_oci_archive_comes_byte_for_byte(bench: Bench, tmp_path: Path, wrap: type) -> None:
    path = write(tmp_path, wrap(oci_archive(("x:1", ONE), ("y:1", TWO))))
    for package, image in zip(bench.resolve(path), (ONE, TWO), strict=True):
        assert bench.install(package) == Content(root=image.root, platforms=(AMD64,))
    assert here(bench) == {*ONE.blobs, *TWO.blobs}


def test_a_layout_folder_comes_byte_for_byte(bench: Bench, tmp_path: Path) -> None:
    (package,) = bench.resolve(write_layout(tmp_path / "busy", ("v1", INDEX)))
    assert bench.install(package, ALL).platforms == (AMD64, ARM64)
    assert here(bench) == set(INDEX.blobs)


def test_of_an_index_the_wanted_platform_comes(bench: Bench, tmp_path: Path) -> None:
    (package,) = bench.resolve(write(tmp_path, oci_archive(("x:1", INDEX))))
    content = bench.install(package, PlatformSet.of(ARM64))
    assert content == Content(root=INDEX.root, platforms=(ARM64,))
    assert here(bench) == {INDEX.root.digest, *ARM.blobs}


def test_of_a_sparse_index_all_is_what_is_there(bench: Bench, tmp_path: Path) -> None:
    files = layout_files([("x:1", INDEX)])
    del files[blob_path(ARM.root.digest)]
    (package,) = bench.resolve(write(tmp_path, tar_of(files.items())))
    assert bench.install(package, ALL).platforms == (AMD64,)
    with pytest.raises(NotSupported, match="linux/arm64"):
        bench.install(package, PlatformSet.of(ARM64))


def test_signatures_and_their_signatures_come_too(bench: Bench, tmp_path: Path) -> None:
    signature = make_referrer(ARM.root, b"signed")
    countersigned = make_referrer(signature.root, b"countersigned")
    stranger = make_referrer(TWO.root, b"for another image")
    files = layout_files([("x:1", INDEX)], extra=[countersigned, stranger, signature])
    (package,) = bench.resolve(write(tmp_path, tar_of(files.items())))
    content = bench.install(package, ALL)
    assert {one.digest for one in content.referrers} == {
        signature.root.digest,
        countersigned.root.digest,
    }
    assert here(bench) == {*INDEX.blobs, *signature.blobs, *countersigned.blobs}
    assert bench.install(package, PlatformSet.of(AMD64)).referrers == ()


@pytest.mark.parametrize("wrap", [bytes, gzip.compress, zstandard.compress])
def test_a_docker_archive_gets_a_manifest(bench: Bench, tmp_path: Path, wrap: type) -> None:
    path = write(tmp_path, wrap(docker_archive((["x:1"], ONE), (["y:1"], TWO))))
    contents = [bench.install(package) for package in bench.resolve(path)]
    for content, image in zip(contents, (ONE, TWO), strict=True):
        manifest = Manifest.parse(bench.store.read(content.root))  # type: ignore[arg-type]
        assert manifest.config.digest == image.image_id
        assert [layer.media_type for layer in manifest.layers] == [OCI_LAYER, OCI_LAYER]
        assert content.platforms == (AMD64,)
    again = [Bench().install(package) for package in bench.resolve(path)]
    assert again == contents


@pytest.mark.parametrize(
    ("wrap", "media_type"),
    [(gzip.compress, OCI_LAYER_GZIP), (zstandard.compress, OCI_LAYER_ZSTD)],
)
def test_compressed_layers_of_a_docker_archive_stay_as_they_are(
    bench: Bench, tmp_path: Path, wrap: type, media_type: str
) -> None:
    data: bytes = wrap(layer_of("base"))
    path = write(tmp_path, docker_archive((None, ONE), change={docker_layer(ONE): data}))
    (package,) = bench.resolve(path)
    assert bench.contents(package) is None
    content = bench.install(package)
    manifest = Manifest.parse(bench.store.read(content.root))  # type: ignore[arg-type]
    assert manifest.layers[0].media_type == media_type
    assert manifest.layers[0].digest == Digest.of(data)
    assert manifest.layers[1].media_type == OCI_LAYER


def test_shared_layers_may_be_links(bench: Bench, tmp_path: Path) -> None:
    link = tarfile.TarInfo(docker_layer(ONE))
    link.type, link.linkname = tarfile.SYMTYPE, "../real.tar"
    change = {docker_layer(ONE): None, "real.tar": layer_of("base")}
    data = link.tobuf(tarfile.GNU_FORMAT) + docker_archive((["x:1"], ONE), change=change)
    (package,) = bench.resolve(write(tmp_path, data))
    bench.install(package)
    assert Digest.of(layer_of("base")) in here(bench)


def test_contents_is_what_install_brings(bench: Bench, tmp_path: Path) -> None:
    signature = make_referrer(INDEX.root, b"signed")
    files = layout_files([("x:1", INDEX)], extra=[signature])
    oci = write(tmp_path, tar_of(files.items()), "oci.tar")
    docker = write(tmp_path, docker_archive((["x:1"], ONE)), "docker.tar")
    for path in (oci, docker):
        mine = Bench()
        (package,) = mine.resolve(path)
        contents = mine.contents(package)
        assert contents is not None
        content = mine.install(package)
        made = {content.root.digest} if path == docker else set()
        assert {one.digest for one in contents.descriptors} == here(mine) - made


@pytest.mark.parametrize("data", [oci_archive(("x:1", ONE)), docker_archive((None, ONE))])
def test_contents_of_a_compressed_archive_is_unknown(
    bench: Bench, tmp_path: Path, data: bytes
) -> None:
    (package,) = bench.resolve(write(tmp_path, gzip.compress(data)))
    assert bench.contents(package) is None
    assert package.size


def test_a_missing_layer_is_named(bench: Bench, tmp_path: Path) -> None:
    files = layout_files([("x:1", ONE)])
    layer = ONE.manifest.layers[1]
    del files[blob_path(layer.digest)]
    (package,) = bench.resolve(write(tmp_path, tar_of(files.items())))
    with pytest.raises(BlobNotFound, match=layer.digest.hex):
        bench.install(package)
    docker = docker_archive((None, TWO), change={docker_layer(TWO, 1): None})
    (package,) = bench.resolve(write(tmp_path, docker))
    with pytest.raises(BlobNotFound, match=r"lab\.tar"):
        bench.install(package)


def test_a_layer_that_archives_leave_out_says_where_to_get_it(bench: Bench, tmp_path: Path) -> None:
    foreign = [
        replace(layer, media_type=f"{OCI_NONDISTRIBUTABLE_LAYER}+gzip")
        for layer in ONE.manifest.layers
    ]
    manifest = Manifest.build(ONE.manifest.config, foreign)
    config = ONE.manifest.config.digest
    there = {config: ONE.blobs[config], manifest.digest: manifest.raw}
    files = layout_files([("x:1", replace(ONE, root=manifest.descriptor(), blobs=there))])
    (package,) = bench.resolve(write(tmp_path, tar_of(files.items())))
    with pytest.raises(BlobNotFound) as caught:
        bench.install(package)
    assert "--foreign-layers" in caught.value.hint


def test_a_layer_of_another_content_is_refused(bench: Bench, tmp_path: Path) -> None:
    layer = ONE.manifest.layers[0]
    wrong = {**layout_files([("x:1", ONE)]), blob_path(layer.digest): bytes(layer.size)}
    (package,) = bench.resolve(write(tmp_path, tar_of(wrong.items())))
    with pytest.raises(DigestMismatch):
        bench.install(package)
    short = {**wrong, blob_path(layer.digest): bytes(layer.size - 1)}
    (package,) = bench.resolve(write(tmp_path, tar_of(short.items())))
    with pytest.raises(SizeMismatch):
        bench.install(package)
    assert layer.digest not in here(bench)


@pytest.mark.parametrize("wrap", [bytes, gzip.compress, zstandard.compress])
def test_a_docker_layer_must_be_what_the_config_says(
    bench: Bench, tmp_path: Path, wrap: type
) -> None:
    evil = wrap(layer_of("evil"))
    path = write(tmp_path, docker_archive((None, ONE), change={docker_layer(ONE): evil}))
    (package,) = bench.resolve(path)
    with pytest.raises(IntegrityError):
        bench.install(package)
    assert Digest.of(evil) not in here(bench)


def test_a_layer_that_is_a_bomb_is_refused(bench: Bench, tmp_path: Path) -> None:
    bomb = zstandard.compress(bytes(64 << 20))
    path = write(tmp_path, docker_archive((None, ONE), change={docker_layer(ONE): bomb}))
    (package,) = bench.resolve(path)
    with pytest.raises(DocumentError, match="unpacks to more"):
        bench.install(package)


def test_an_archive_that_is_a_bomb_is_refused(bench: Bench, tmp_path: Path) -> None:
    bomb = zstandard.compress(docker_archive((None, ONE)) + bytes(80 << 20))
    with pytest.raises(DocumentError, match="unpacks to more"):
        bench.resolve(write(tmp_path, bomb))


def test_a_file_that_changed_in_between_is_a_conflict(bench: Bench, tmp_path: Path) -> None:
    path = write(tmp_path, docker_archive((None, ONE)))
    (package,) = bench.resolve(path)
    os.utime(path, ns=(0, 0))
    with pytest.raises(Conflict):
        bench.install(package)


def test_other_images_under_the_same_time_are_a_conflict(bench: Bench, tmp_path: Path) -> None:
    path = write(tmp_path, docker_archive((["x:1"], ONE)))
    (package,) = bench.resolve(path)
    status = path.stat()
    write(tmp_path, docker_archive((["x:1"], TWO)))
    assert path.stat().st_size == status.st_size
    os.utime(path, ns=(status.st_mtime_ns, status.st_mtime_ns))
    with pytest.raises(Conflict):
        bench.install(package)
    write(tmp_path, oci_archive(("x:1", ONE)).ljust(status.st_size, b"\0")[: status.st_size])
    os.utime(path, ns=(status.st_mtime_ns, status.st_mtime_ns))
    with pytest.raises((Conflict, IntegrityError)):
        bench.install(package)


def test_an_oci_archive_that_lost_the_image_says_so(bench: Bench, tmp_path: Path) -> None:
    path = write(tmp_path, oci_archive(("x:1", ONE)))
    (package,) = bench.resolve(path)
    write(tmp_path, oci_archive(("x:1", TWO)))
    with pytest.raises(BlobNotFound):
        bench.install(package)


def test_a_package_without_its_file_is_refused(bench: Bench, tmp_path: Path) -> None:
    (package,) = bench.resolve(write(tmp_path, oci_archive(("x:1", ONE))))
    with pytest.raises(NotSupported):
        bench.install(replace(package, annotations={}))


def test_a_link_in_place_of_a_blob_is_no_blob(bench: Bench, tmp_path: Path) -> None:
    folder = write_layout(tmp_path / "busy", ("v1", ONE))
    blob = folder / blob_path(ONE.manifest.layers[0].digest)
    blob.rename(tmp_path / "elsewhere")
    blob.symlink_to(tmp_path / "elsewhere")
    (package,) = bench.resolve(folder)
    with pytest.raises(BlobNotFound):
        bench.install(package)
