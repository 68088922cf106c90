from __future__ import annotations

import gzip
import json
import os
import tarfile
from pathlib import Path

import pytest
import zstandard

from provider_archive.travel import LOCATION
from provider_core.errors import (
    Ambiguous,
    BlobNotFound,
    DocumentError,
    NoSuchFile,
    NotSupported,
    UsageError,
)
from provider_core.model import FileStamp, Package
from provider_core.oci import Descriptor
from provider_core.oci.annotations import CONTAINERD_NAME, REF_NAME, VENDOR
from provider_core.oci.layout import blob_path, layout_index
from provider_core.references import Name, Uri

from ...support.archives import docker_archive, layout_files, oci_archive, write_layout
from ...support.bench import Bench
from ...support.images import AMD64, ARM64, make_image, make_index, make_referrer, tar_of

ONE, TWO = make_image("base", "one"), make_image("base", "two", created="2026-01-02T03:04:05Z")
INDEX = make_index(ONE, make_image("arm", platform=ARM64))


@pytest.fixture
def bench() -> Bench:
    return Bench()


def write(folder: Path, data: bytes, name: str = "lab.tar") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def names(packages: list[Package]) -> list[tuple[str, str]]:
    return [(package.name, package.version) for package in packages]


def test_an_oci_archive_is_listed_with_digests(bench: Bench, tmp_path: Path) -> None:
    path = write(tmp_path, oci_archive(("Tools/Busy:1.0", ONE), ("multi:2", INDEX)))
    single, multi = bench.resolve(path)
    assert names([single, multi]) == [("Tools/Busy", "1.0"), ("multi", "2")]
    assert (single.pin, multi.pin) == (ONE.root, INDEX.root)
    assert (single.id.provider, single.id.source) == ("archive", "")
    assert (single.id.platform, multi.id.platform) == (AMD64, None)
    assert (single.platforms, multi.platforms) == ((AMD64,), (AMD64, ARM64))
    assert single.size == sum(map(len, ONE.blobs.values()))
    assert multi.size == sum(map(len, INDEX.blobs.values()))
    assert single.annotations == {LOCATION: str(path)}


def test_a_docker_archive_is_listed_by_stamp(bench: Bench, tmp_path: Path) -> None:
    path = write(tmp_path, docker_archive((["x:1", "Y:2"], ONE), (None, TWO)))
    packages = bench.resolve(path)
    assert names(packages) == [("x", "1"), ("Y", "2"), ("lab", "")]
    first, second, third = (package.pin for package in packages)
    assert first == second
    assert isinstance(first, FileStamp)
    assert isinstance(third, FileStamp)
    assert (first.selector, third.selector) == ("0", "1")
    assert first.files[0].path == str(path)
    assert first.files[0].size == path.stat().st_size
    assert packages[2].published == "2026-01-02T03:04:05Z"
    assert packages[2].platforms == (AMD64,)


@pytest.mark.parametrize("wrap", [gzip.compress, zstandard.compress])
@pytest.mark.parametrize("data", [oci_archive(("x:1", ONE)), docker_archive((["x:1"], ONE))])
def test_wrapping_is_recognised_by_content(
    bench: Bench, tmp_path: Path, wrap: type, data: bytes
) -> None:
    plain = bench.resolve(write(tmp_path, data))
    wrapped = bench.resolve(write(tmp_path, wrap(data), "not-a-suffix"))
    assert names(wrapped) == names(plain) == [("x", "1")]
    assert wrapped[0].size == plain[0].size


def test_a_hybrid_is_taken_as_oci(bench: Bench, tmp_path: Path) -> None:
    files = layout_files([("x:1", ONE)])
    files["manifest.json"] = json.dumps(
        [{"Config": "x", "RepoTags": ["other:1"], "Layers": []}]
    ).encode()
    (package,) = bench.resolve(write(tmp_path, tar_of(files.items())))
    assert package.pin == ONE.root


def test_a_hybrid_with_bare_tags_has_the_names_of_its_repo_tags(
    bench: Bench, tmp_path: Path
) -> None:
    files = layout_files([("v1", ONE), ("v2", TWO)])
    entry = {"Config": blob_path(ONE.image_id), "RepoTags": ["x:1", "y:2"], "Layers": []}
    files["manifest.json"] = json.dumps([entry]).encode()
    packages = bench.resolve(write(tmp_path, tar_of(files.items())))
    assert names(packages) == [("x", "1"), ("y", "2"), ("lab", "v2")]
    assert [package.pin for package in packages] == [ONE.root, ONE.root, TWO.root]


def test_a_layout_folder_is_listed(bench: Bench, tmp_path: Path) -> None:
    folder = write_layout(tmp_path / "busy", ("v1", ONE), ("", INDEX))
    assert names(bench.resolve(folder)) == [("busy", "v1"), ("busy", "")]


def test_a_folder_of_layouts_and_archives_is_listed(bench: Bench, tmp_path: Path) -> None:
    write_layout(tmp_path / "a", ("v1", ONE))
    write(tmp_path, oci_archive(("x:1", TWO)), "b.tar")
    write(tmp_path, b"text", "c.tar")
    assert names(bench.resolve(tmp_path)) == [("a", "v1"), ("x", "1")]


def test_the_full_name_comes_before_the_tag(bench: Bench, tmp_path: Path) -> None:
    files = layout_files([("", ONE)])
    line = Descriptor(
        media_type=ONE.root.media_type,
        digest=ONE.root.digest,
        size=ONE.root.size,
        annotations={REF_NAME: "v1", CONTAINERD_NAME: "example.org/busy:v1"},
    )
    files["index.json"] = layout_index([line])
    assert names(bench.resolve(write(tmp_path, tar_of(files.items())))) == [
        ("example.org/busy", "v1")
    ]


def test_what_the_manifest_says_is_listed(bench: Bench, tmp_path: Path) -> None:
    image = make_image("a", annotations={VENDOR: "Acme"})
    (package,) = bench.resolve(write(tmp_path, oci_archive(("x:1", image))))
    assert package.publisher == "Acme"
    assert package.annotations.keys() == {LOCATION}


def test_nameless_referrers_are_no_packages(bench: Bench, tmp_path: Path) -> None:
    signature = make_referrer(ONE.root, b"signed")
    files = layout_files([("x:1", ONE)], extra=[signature])
    assert names(bench.resolve(write(tmp_path, tar_of(files.items())))) == [("x", "1")]


def test_a_sparse_index_lists_what_is_there(bench: Bench, tmp_path: Path) -> None:
    files = layout_files([("x:1", INDEX)])
    del files[f"blobs/sha256/{INDEX.manifests[1].digest.hex}"]
    (package,) = bench.resolve(write(tmp_path, tar_of(files.items())))
    assert package.platforms == (AMD64,)


def test_name_and_version_may_be_given(bench: Bench, tmp_path: Path) -> None:
    path = write(tmp_path, docker_archive((["x:1", "y:2"], ONE)))
    assert names(bench.resolve(path, name="Mine")) == [("Mine", "1")]
    assert names(bench.resolve(path, version="9")) == [("x", "9")]
    assert names(bench.resolve(path, name="Mine", version="9")) == [("Mine", "9")]


def test_a_name_for_several_images_is_ambiguous(bench: Bench, tmp_path: Path) -> None:
    path = write(tmp_path, oci_archive(("x:1", ONE), ("y:1", TWO)))
    with pytest.raises(Ambiguous) as caught:
        bench.resolve(path, name="mine")
    assert len(caught.value.fields["candidates"]) == 2  # type: ignore[arg-type]


def test_names_with_control_characters_are_refused(bench: Bench, tmp_path: Path) -> None:
    path = write(tmp_path, docker_archive((["a\x1b[2J:1"], ONE)))
    with pytest.raises(DocumentError):
        bench.resolve(path)


@pytest.mark.parametrize(
    "data",
    [
        tar_of([("etc/passwd", b"root")]),
        tar_of([("index.json", b"{}")]),
        tar_of([("../manifest.json", b"[]"), ("a/b", b"")]),
        gzip.compress(b"some log", mtime=0),
        gzip.compress(bytes(1000), mtime=0),
        gzip.compress(b"", mtime=0),
        zstandard.compress(b"x" * 1000),
        b"plain text",
        b"",
    ],
)
def test_other_files_are_not_ours(bench: Bench, tmp_path: Path, data: bytes) -> None:
    assert bench.resolve(write(tmp_path, data)) == []


def test_a_folder_of_something_else_is_not_ours(bench: Bench, tmp_path: Path) -> None:
    write(tmp_path, b"x", "readme")
    (tmp_path / "deeper").mkdir()
    assert bench.resolve(tmp_path) == []


def test_names_and_urls_are_not_ours(bench: Bench) -> None:
    for reference in (Name(name="x"), Uri(scheme="https", rest="example.org/x.tar")):
        assert list(bench.provider.resolve(reference, bench.context())) == []


def test_what_is_not_there_is_no_such_file(bench: Bench, tmp_path: Path) -> None:
    with pytest.raises(NoSuchFile, match=r"nothing\.tar"):
        bench.resolve(tmp_path / "nothing.tar")


def test_a_pipe_is_refused_without_waiting(bench: Bench, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.tar")
    with pytest.raises(UsageError, match="regular"):
        bench.resolve(tmp_path / "pipe.tar")


def test_the_form_before_docker_1_10_is_named(bench: Bench, tmp_path: Path) -> None:
    path = write(tmp_path, tar_of([("repositories", b"{}"), ("abc/layer.tar", b"")]))
    with pytest.raises(NotSupported, match=r"1\.10"):
        bench.resolve(path)


def test_a_manifest_that_is_listed_and_absent_is_named(bench: Bench, tmp_path: Path) -> None:
    files = layout_files([("x:1", ONE)])
    del files[f"blobs/sha256/{ONE.root.digest.hex}"]
    path = write(tmp_path, tar_of(files.items()))
    with pytest.raises(BlobNotFound, match=r"lab\.tar"):
        bench.resolve(path)


def test_listing_a_large_archive_reads_no_layer(bench: Bench, tmp_path: Path) -> None:
    path = write(tmp_path, oci_archive(("x:1", ONE)))
    layer = tarfile.TarInfo("blobs/sha256/" + "0" * 64)
    layer.size = 64 << 30
    with path.open("r+b") as file:
        file.seek(len(path.read_bytes().rstrip(b"\0")) // 512 * 512 + 512)
        file.write(layer.tobuf(tarfile.GNU_FORMAT))
        file.seek(layer.size, os.SEEK_CUR)
        file.write(bytes(1024))
    assert path.stat().st_size > 64 << 30
    assert names(bench.resolve(path)) == [("x", "1")]
