from __future__ import annotations

import io
import json
import os
import tarfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from provider_archive.archive_plan import plan_archive
from provider_archive.archive_writer import archive_size
from provider_core.cancel import CancelToken
from provider_core.digests import Digest
from provider_core.errors import (
    Ambiguous,
    Cancelled,
    DigestMismatch,
    Exists,
    NotSupported,
)
from provider_core.model import Content, FileMark, FileStamp, Held, Package, PackageId, Parent
from provider_core.oci import Descriptor
from provider_core.oci.layout import blob_path
from provider_core.platforms import Platform, PlatformSet
from provider_core.store import pour
from provider_core.testing import MemoryStore, RecordingProgress, make_context

from ...support.archives import docker_archive, layout_files, oci_archive
from ...support.bench import ALL, Bench, held
from ...support.images import (
    AMD64,
    ARM64,
    SmallImage,
    make_artifact,
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


def bring(bench: Bench, image: SmallImage) -> None:
    with bench.store.lease() as lease:
        writer = bench.store.writer(lease)
        for digest, data in image.blobs.items():
            blob = Descriptor(media_type="x/x", digest=digest, size=len(data))
            pour(io.BytesIO(data), writer, blob)


def one(bench: Bench, image: SmallImage, name: str = "x", version: str = "1", **more: Any) -> Held:
    """Put an image into the store and return it ready to be saved."""
    bring(bench, image)
    package = Package(
        id=PackageId(provider="feed", source="corp", name=name, version=version),
        pin=image.root,
        **more,
    )
    return held(package, Content(root=image.root, platforms=image.platforms))


def members(path: Path) -> dict[str, bytes]:
    found = {}
    with tarfile.open(path) as archive:
        for member in archive:
            stream = archive.extractfile(member)
            found[member.name] = b"" if stream is None else stream.read()
    return found


def lines(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(members(path)["index.json"])["manifests"]
    return found


def docker_lines(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(members(path)["manifest.json"])
    return found


def blobs(path: Path) -> Mapping[Digest, bytes]:
    data = [body for name, body in members(path).items() if name.startswith("blobs/") and body]
    return {Digest.of(body): body for body in data}


def test_the_archive_is_oci_and_docker_at_once(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "x.tar"
    saved = bench.save([one(bench, ONE, "Tools/Busy", "1.0")], path)
    assert (saved.location, saved.names) == (str(path), ("tools/busy:1.0",))
    assert (saved.roots, saved.written) == ((ONE.root.digest,), path.stat().st_size)
    assert blobs(path) == ONE.blobs
    assert list(members(path))[:3] == ["oci-layout", "index.json", "manifest.json"]
    (line,) = lines(path)
    assert line["digest"] == str(ONE.root.digest)
    assert line["platform"] == {"os": "linux", "architecture": "amd64"}
    assert line["annotations"] == {
        "org.opencontainers.image.ref.name": "tools/busy:1.0",
        "io.containerd.image.name": "docker.io/tools/busy:1.0",
        "io.imageferry.image.name": "Tools/Busy",
        "io.imageferry.image.version": "1.0",
    }
    assert docker_lines(path) == [
        {
            "Config": blob_path(ONE.image_id),
            "RepoTags": ["tools/busy:1.0"],
            "Layers": [blob_path(layer.digest) for layer in ONE.manifest.layers],
        }
    ]


def test_saved_and_installed_again_it_is_the_same(bench: Bench, tmp_path: Path) -> None:
    parent = Parent(name="NanoServer", version="10.0.10586.0", publisher="CN=Microsoft")
    image = one(
        bench, INDEX, "NanoServerIIS", "10.0+1", publisher="CN=Microsoft", summary="a server",
        is_os_image=False, parent=parent, annotations={"org.example.note": "kept"},
    )  # fmt: skip
    bench.save([image], tmp_path / "a.tar")
    far = Bench()
    (again,) = far.install_all(tmp_path / "a.tar", ALL)
    package = again.package
    assert (package.name, package.version) == ("NanoServerIIS", "10.0+1")
    assert (package.publisher, package.summary) == ("CN=Microsoft", "a server")
    assert (package.is_os_image, package.parent) == (False, parent)
    assert package.annotations["org.example.note"] == "kept"
    assert (again.content.root, again.content.platforms) == (INDEX.root, (AMD64, ARM64))
    assert {digest for digest, _ in far.store.blobs()} == set(INDEX.blobs)
    far.save([again], tmp_path / "b.tar")
    assert (tmp_path / "b.tar").read_bytes() == (tmp_path / "a.tar").read_bytes()


@pytest.mark.parametrize("data", [oci_archive(("v1", ONE)), docker_archive((["Busy:1"], ONE))])
def test_an_archive_of_others_keeps_its_name(bench: Bench, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "Busy.tar").write_bytes(data)
    (first,) = bench.install_all(tmp_path / "Busy.tar")
    bench.save([first], tmp_path / "other.tar")
    (second,) = Bench().install_all(tmp_path / "other.tar")
    assert second.package.name == first.package.name == "Busy"
    assert second.package.version == first.package.version
    assert second.content.root == first.content.root


def test_saving_twice_gives_the_same_bytes(bench: Bench, tmp_path: Path) -> None:
    images = [one(bench, ONE), one(bench, INDEX, "y")]
    bench.save(images, tmp_path / "a.tar")
    os.utime(tmp_path / "a.tar", (0, 0))
    bench.save(images, tmp_path / "b.tar")
    assert (tmp_path / "a.tar").read_bytes() == (tmp_path / "b.tar").read_bytes()


def test_shared_layers_are_in_it_once(bench: Bench, tmp_path: Path) -> None:
    bench.save([one(bench, ONE), one(bench, TWO, "y")], tmp_path / "x.tar")
    with tarfile.open(tmp_path / "x.tar") as archive:
        names = [member.name for member in archive if member.isfile()]
    assert len(names) == len(set(names)) == 3 + len({*ONE.blobs, *TWO.blobs})


def test_further_names_are_lines_of_their_own(bench: Bench, tmp_path: Path) -> None:
    image = replace(one(bench, ONE, "Busy", "1.0"), names=("Busy:1.0", "Busy:Latest", "other:9"))
    saved = bench.save([image], tmp_path / "x.tar")
    assert saved.names == ("busy:1.0", "busy:Latest", "other:9")
    assert docker_lines(tmp_path / "x.tar")[0]["RepoTags"] == list(saved.names)
    again = Bench().resolve(tmp_path / "x.tar")
    assert [(package.name, package.version) for package in again] == [
        ("Busy", "1.0"), ("Busy", "Latest"), ("other", "9"),
    ]  # fmt: skip
    assert {package.pin for package in again} == {ONE.root}


def test_no_version_stays_no_version(bench: Bench, tmp_path: Path) -> None:
    saved = bench.save([one(bench, ONE, version="")], tmp_path / "x.tar")
    assert saved.names == ("x:latest",)
    (package,) = Bench().resolve(tmp_path / "x.tar")
    assert (package.name, package.version) == ("x", "")
    assert len(lines(tmp_path / "x.tar")) == 1


def test_of_an_index_the_chosen_platforms_go(bench: Bench, tmp_path: Path) -> None:
    image = replace(one(bench, INDEX), platforms=(ARM64,))
    bench.save([image], tmp_path / "x.tar")
    assert set(blobs(tmp_path / "x.tar")) == {INDEX.root.digest, *ARM.blobs}
    assert docker_lines(tmp_path / "x.tar")[0]["Config"] == blob_path(ARM.image_id)
    (again,) = Bench().install_all(tmp_path / "x.tar", ALL)
    assert (again.content.root, again.content.platforms) == (INDEX.root, (ARM64,))


def test_docker_gets_the_first_platform_of_an_index(bench: Bench, tmp_path: Path) -> None:
    bench.save([one(bench, INDEX)], tmp_path / "x.tar")
    (line,) = docker_lines(tmp_path / "x.tar")
    assert line["Config"] == blob_path(ONE.image_id)
    assert lines(tmp_path / "x.tar")[0]["mediaType"] == INDEX.root.media_type
    assert "platform" not in lines(tmp_path / "x.tar")[0]


def test_a_platform_that_is_not_whole_stays_behind(bench: Bench, tmp_path: Path) -> None:
    index = make_index(ONE, ARM, say_platforms=False)
    arm_only = [ARM.root.digest, ARM.image_id]
    bring(bench, ONE)
    bring(bench, replace(index, blobs={digest: index.blobs[digest] for digest in arm_only}))
    image = one(bench, replace(index, blobs={index.root.digest: index.blobs[index.root.digest]}))
    content = replace(image.content, platforms=(AMD64,))
    bench.save([replace(image, content=content, platforms=(AMD64,))], tmp_path / "x.tar")
    assert set(blobs(tmp_path / "x.tar")) == {index.root.digest, *ONE.blobs}


def test_attestations_go_with_a_whole_index_only(bench: Bench, tmp_path: Path) -> None:
    unknown = Platform(os="unknown", architecture="unknown")
    attestation = replace(make_artifact(b"attestation"), platforms=(unknown,))
    index = make_index(ONE, ARM, attestation)
    image = one(bench, replace(index, platforms=(AMD64, ARM64)))
    bench.save([image], tmp_path / "all.tar")
    assert attestation.root.digest in blobs(tmp_path / "all.tar")
    bench.save([replace(image, platforms=(AMD64,))], tmp_path / "one.tar")
    assert set(blobs(tmp_path / "one.tar")) == {index.root.digest, *ONE.blobs}


def test_what_else_the_store_has_of_an_index_stays_behind(bench: Bench, tmp_path: Path) -> None:
    index = make_index(ONE, ARM)
    image = one(bench, index)
    content = replace(image.content, platforms=(ARM64,))
    bench.save([replace(image, content=content, platforms=(ARM64,))], tmp_path / "arm.tar")
    assert set(blobs(tmp_path / "arm.tar")) == {index.root.digest, *ARM.blobs}


def test_signatures_travel(bench: Bench, tmp_path: Path) -> None:
    signature = make_referrer(ONE.root, b"signed")
    (tmp_path / "in.tar").write_bytes(
        tar_of(layout_files([("x:1", ONE)], extra=[signature]).items())
    )
    (image,) = bench.install_all(tmp_path / "in.tar")
    bench.save([image, replace(image, names=("x:1", "x:2"))], tmp_path / "out.tar")
    assert set(blobs(tmp_path / "out.tar")) == {*ONE.blobs, *signature.blobs}
    assert [line["digest"] for line in lines(tmp_path / "out.tar")].count(
        str(signature.root.digest)
    ) == 1
    again = Bench().install_all(tmp_path / "out.tar")
    assert {each.digest for image in again for each in image.content.referrers} == {
        signature.root.digest
    }


def test_artifacts_are_for_oci_readers_only(bench: Bench, tmp_path: Path) -> None:
    artifact = make_artifact(b"a chart")
    bench.save([one(bench, artifact, "chart")], tmp_path / "x.tar")
    assert "manifest.json" not in members(tmp_path / "x.tar")
    (again,) = Bench().install_all(tmp_path / "x.tar")
    assert (again.content.root, again.content.platforms) == (artifact.root, ())


def test_one_name_for_two_platforms_goes_to_the_first(bench: Bench, tmp_path: Path) -> None:
    saved = bench.save([one(bench, ONE), one(bench, ARM)], tmp_path / "x.tar")
    assert saved.names == ("x:1",)
    assert [line["RepoTags"] for line in docker_lines(tmp_path / "x.tar")] == [["x:1"], None]
    again = Bench().resolve(tmp_path / "x.tar")
    assert [(package.name, package.version) for package in again] == [("x", "1")] * 2
    assert [package.id.platform for package in again] == [AMD64, ARM64]


def test_two_names_that_become_one_are_refused(bench: Bench, tmp_path: Path) -> None:
    images = [one(bench, ONE, "my image"), one(bench, TWO, "my-image")]
    with pytest.raises(Ambiguous, match="my-image:1"):
        bench.save(images, tmp_path / "x.tar")
    assert os.listdir(tmp_path) == []


def test_a_local_file_is_no_image(bench: Bench, tmp_path: Path) -> None:
    file = tmp_path / "x.wim"
    file.write_bytes(b"MSWIM")
    image = one(bench, ONE)
    stamp = FileStamp(files=(FileMark.of(file),))
    with pytest.raises(NotSupported, match="kept as a file"):
        bench.save([replace(image, content=Content(root=stamp))], tmp_path / "x.tar")


@pytest.mark.parametrize("name", ["x.tar.gz", "x.tgz", "x.tar.zst", "x"])
def test_only_plain_archives_are_written(bench: Bench, tmp_path: Path, name: str) -> None:
    with pytest.raises(NotSupported) as caught:
        bench.save([one(bench, ONE)], tmp_path / name)
    assert ".tar" in caught.value.hint


def test_what_is_there_is_replaced_only_by_force(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "x.tar"
    path.write_bytes(b"old")
    image = one(bench, ONE)
    with pytest.raises(Exists):
        bench.save([image], path)
    assert path.read_bytes() == b"old"
    bench.save([image], path, force=True)
    assert Bench().resolve(path)


def test_a_damaged_blob_leaves_nothing_behind(tmp_path: Path) -> None:
    store = MemoryStore()
    bench = Bench(store=store)
    image = one(bench, ONE)
    layer = ONE.manifest.layers[1]
    store.overwrite(layer.digest, bytes(layer.size))
    with pytest.raises(DigestMismatch):
        bench.save([image], tmp_path / "x.tar")
    assert os.listdir(tmp_path) == []


def test_giving_up_leaves_nothing_behind(bench: Bench, tmp_path: Path) -> None:
    cancel = CancelToken()
    cancel.cancel()
    context = make_context(cancel=cancel)
    with pytest.raises(Cancelled):
        bench.provider.save([one(bench, ONE)], str(tmp_path / "x.tar"), bench.store, context)
    assert os.listdir(tmp_path) == []


def test_progress_adds_up(bench: Bench, tmp_path: Path) -> None:
    progress = RecordingProgress()
    context = make_context(progress=progress, platforms=PlatformSet.all())
    path = tmp_path / "x.tar"
    bench.provider.save([one(bench, ONE)], str(path), bench.store, context)
    assert progress.advanced == progress.totals == {str(path): path.stat().st_size}
    assert progress.ended == [str(path)]


def test_members_above_8_gib_are_counted_with_their_longer_header(bench: Bench) -> None:
    plan = plan_archive([one(bench, ONE)], bench.store)
    size = 8 << 30
    huge = [
        replace(plan, blobs=(Descriptor(media_type="x/x", digest=Digest.of(b""), size=each),))
        for each in (size - 1, size)
    ]
    # A PAX header and its record, a block each.
    assert archive_size(huge[1]) - archive_size(huge[0]) == 1024
