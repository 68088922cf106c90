from __future__ import annotations

import io
import json
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from provider_core import Host, Wishes
from provider_core.compression import Compression as Wrapping
from provider_core.compression import compression_of, decompressed
from provider_core.digests import Digest
from provider_core.errors import DigestMismatch, Exists, NoSpace, NotSupported, UsageError, WimError
from provider_core.model import Installed
from provider_core.oci import Descriptor, Manifest
from provider_core.oci.media_types import OCI_LAYER, OCI_LAYER_GZIP, OCI_LAYER_ZSTD
from provider_wim import WimProvider, converting
from provider_wim.tree import WimImage

from ...contract.hosts import Homes
from ...support.layers import layer_bytes
from ...support.wims import FIXTURES
from ...support.windows import NANO, file, folder, sample_tree, wim_bytes

UTILITY = replace(NANO, index=2, name="UtilityVM")


def manifest_of(host: Host, image: Installed) -> Manifest:
    assert isinstance(image.content.root, Descriptor)
    return Manifest.parse(host.store.read(image.content.root))


def layer_of(host: Host, image: Installed) -> bytes:
    """Return the tar archive of the one layer."""
    (layer,) = manifest_of(host, image).layers
    data = host.store.read(layer, limit=1 << 30)
    wrapping = compression_of(data)
    return b"".join(decompressed(io.BytesIO(data), wrapping, limit=1 << 30, what="layer"))


def test_a_file_becomes_an_image(host: Host, nano: Path) -> None:
    (image,) = host.install(str(nano)).installed
    assert (image.name, image.version, image.publisher) == ("NanoServer", "10.0.10586.0", "")
    assert image.is_os_image
    assert layer_of(host, image) == layer_bytes(sample_tree())
    assert image.diff_ids == (Digest.of(layer_bytes(sample_tree())),)
    assert host.check_store() == ()
    assert host.install(str(nano)).kept == (image,)


def test_its_config(host: Host, nano: Path) -> None:
    (image,) = host.install(str(nano)).installed
    config = json.loads(host.store.read(manifest_of(host, image).config))
    assert config == {
        "architecture": "amd64",
        "config": {"Cmd": ["c:\\windows\\system32\\cmd.exe"]},
        "created": "2015-10-31T00:00:00.1234567Z",
        "history": [
            {
                "created": "2015-10-31T00:00:00.1234567Z",
                "created_by": "Apply image 10.0.10586.0",
            }
        ],
        "os": "windows",
        "os.version": "10.0.10586.0",
        "rootfs": {"diff_ids": list(map(str, image.diff_ids)), "type": "layers"},
    }


def test_where_it_came_from_stands_in_manifest_and_catalog(host: Host, nano: Path) -> None:
    (image,) = host.install(str(nano)).installed
    digest = Digest.of(nano.read_bytes()).hex
    assert manifest_of(host, image).annotations == {
        "io.imageferry.wim.edition": "ServerDatacenterNano",
        "io.imageferry.wim.flags": "ServerDatacenterNano",
        "io.imageferry.wim.index": "1",
        "io.imageferry.wim.sha256": digest,
        "org.opencontainers.image.created": "2015-10-31T00:00:00.1234567Z",
        "org.opencontainers.image.description": "Container OS Image of Windows Server 2016",
        "org.opencontainers.image.title": "NanoServer",
    }
    assert image.content.facts["io.imageferry.wim.sha256"] == digest


def test_other_editions_need_the_window_manager(host: Host, tmp_path: Path) -> None:
    path = tmp_path / "core.wim"
    path.write_bytes(wim_bytes((replace(NANO, name="WindowsServerCore"), folder(""))))
    (image,) = host.install(str(path)).installed
    assert json.loads(host.store.read(manifest_of(host, image).config))["os.features"] == ["win32k"]


@pytest.mark.parametrize(
    ("asked", "media_type", "wrapping"),
    [
        ("gzip", OCI_LAYER_GZIP, Wrapping.GZIP),
        ("zstd", OCI_LAYER_ZSTD, Wrapping.ZSTD),
        ("none", OCI_LAYER, Wrapping.NONE),
    ],
)
def test_the_image_is_the_same_however_it_is_compressed(
    host: Host, homes: Homes, nano: Path, asked: str, media_type: str, wrapping: Wrapping
) -> None:
    (usual,) = host.install(str(nano)).installed
    other = homes(WimProvider(), name="other")
    wishes = Wishes(options={"layer-compression": asked})
    (image,) = other.install(str(nano), wishes=wishes).installed
    (layer,) = manifest_of(other, image).layers
    assert image.image_id == usual.image_id
    assert layer.media_type == media_type
    assert compression_of(other.store.read(layer)[:4]) is wrapping


@pytest.mark.parametrize(("asked", "most"), [("gzip", 9), ("zstd", 19)])
def test_a_level_changes_the_layer_and_not_the_image(
    homes: Homes, nano: Path, asked: str, most: int
) -> None:
    images = {}
    for level in (1, most):
        host = homes(WimProvider(), name=f"level {level}")
        wishes = Wishes(options={"layer-compression": asked, "layer-level": level})
        (image,) = host.install(str(nano), wishes=wishes).installed
        (layer,) = manifest_of(host, image).layers
        images[level] = image.image_id, layer.size
    assert images[1][0] == images[most][0]
    assert images[1][1] > images[most][1]


@pytest.mark.parametrize(("asked", "level"), [("gzip", 0), ("gzip", 10), ("zstd", 20), ("none", 1)])
def test_a_level_that_is_none(host: Host, nano: Path, asked: str, level: int) -> None:
    wishes = Wishes(options={"layer-compression": asked, "layer-level": level})
    with pytest.raises(UsageError, match=f"level {level} is none"):
        host.install(str(nano), wishes=wishes)


def test_the_order_of_blobs_and_directories_does_not_matter(
    homes: Homes, nano: Path, tmp_path: Path
) -> None:
    tree = sample_tree()
    other = tmp_path / "other.wim"
    reordered = replace(tree, children=tuple(reversed(tree.children)))
    other.write_bytes(wim_bytes((NANO, reordered)))
    assert other.read_bytes() != nano.read_bytes()
    ids = {
        homes(WimProvider(), name=path.stem).install(str(path)).installed[0].image_id
        for path in (nano, other)
    }
    assert len(ids) == 1


def test_times_of_last_access_are_kept_if_asked_for(host: Host, nano: Path) -> None:
    wishes = Wishes(options={"faithful-times": True})
    (image,) = host.install(str(nano), wishes=wishes).installed
    assert layer_of(host, image) == layer_bytes(sample_tree(), faithful=True)


def test_a_utility_vm_goes_into_the_layer(host: Host, tmp_path: Path) -> None:
    path = tmp_path / "both.wim"
    utility = folder("", file("bootmgr", b"boot"))
    path.write_bytes(wim_bytes((NANO, sample_tree()), (UTILITY, utility)))
    (image,) = host.install(str(path)).installed
    assert layer_of(host, image) == layer_bytes(sample_tree(), utility)


def test_what_no_layer_can_hold(host: Host, tmp_path: Path) -> None:
    path = tmp_path / "efs.wim"
    path.write_bytes(wim_bytes((NANO, folder("", file("secret", b"x", attributes=0x4020)))))
    with pytest.raises(NotSupported, match="EFS"):
        host.install(str(path))
    assert host.list() == ()
    wishes = Wishes(options={"leave-out": True})
    (image,) = host.install(str(path), wishes=wishes).installed
    assert manifest_of(host, image).annotations["io.imageferry.wim.lost"] == "files left out=1"


def test_a_file_that_says_nothing_of_windows(host: Host, tmp_path: Path) -> None:
    path = tmp_path / "data.wim"
    path.write_bytes(wim_bytes((WimImage(index=1, name="Data"), sample_tree())))
    (image,) = host.install(str(path)).installed
    config = json.loads(host.store.read(manifest_of(host, image).config))
    assert config.keys() == {"architecture", "history", "os", "rootfs"}
    assert config["history"] == [{"created_by": "Apply image"}]
    assert (image.version, image.is_os_image) == ("", True)


@pytest.mark.parametrize("place", [300, 5_000])
def test_damage_is_found(host: Host, nano: Path, place: int) -> None:
    data = bytearray(nano.read_bytes())
    data[place] ^= 1
    nano.write_bytes(data)
    with pytest.raises(WimError):
        host.install(str(nano))
    assert host.list() == ()
    host.collect(grace=0)
    assert list(host.store.blobs()) == []


def test_damage_is_found_without_an_integrity_table(host: Host, nano: Path) -> None:
    data = bytearray(nano.read_bytes())
    data[124:148] = bytes(24)
    data[5_000] ^= 1
    nano.write_bytes(data)
    with pytest.raises(WimError):
        host.install(str(nano))


def test_the_digest_on_the_command_line(host: Host, nano: Path) -> None:
    with pytest.raises(DigestMismatch):
        host.install(str(nano), wishes=Wishes(sha256=Digest.of(b"other")))
    assert host.install(str(nano), wishes=Wishes(sha256=Digest.of(nano.read_bytes()))).installed


def test_other_content_under_one_version(host: Host, nano: Path) -> None:
    host.install(str(nano))
    nano.write_bytes(wim_bytes((NANO, folder("", file("other")))))
    with pytest.raises(Exists):
        host.install(str(nano))
    assert host.install(str(nano), wishes=Wishes(force=True)).installed


def test_a_limit_to_what_it_unpacks_to(host: Host, nano: Path) -> None:
    with pytest.raises(WimError, match="more than the 10000") as caught:
        host.install(str(nano), wishes=Wishes(options={"max-unpacked": 10_000}))
    assert "--max-unpacked" in caught.value.hint


def test_a_limit_of_nothing_is_a_limit(host: Host, nano: Path) -> None:
    with pytest.raises(WimError, match="more than the 0"):
        host.install(str(nano), wishes=Wishes(options={"max-unpacked": 0}))


def test_a_disk_that_is_too_small(host: Host, nano: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(converting, "free_bytes", lambda folder: 10_000)
    with pytest.raises(NoSpace):
        host.install(str(nano), wishes=Wishes(options={"layer-compression": "none"}))
    assert host.list() == ()


def test_what_an_image_unpacks_to_needs_no_room_where_it_is_compressed(
    host: Host, nano: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(converting, "free_bytes", lambda folder: 10_000)
    assert host.install(str(nano)).installed


def test_a_split_set_is_the_same_image(homes: Homes, tmp_path: Path) -> None:
    ids = {
        homes(WimProvider(), name=name)
        .install(str(FIXTURES / name), wishes=Wishes(options={"index": 1, "leave-out": True}))
        .installed[0]
        .diff_ids
        for name in ("split.swm", "none.wim", "xpress.wim", "lzx.wim")
    }
    assert len(ids) == 1


def test_the_layer_is_no_archive_that_python_refuses(host: Host, nano: Path) -> None:
    (image,) = host.install(str(nano)).installed
    with tarfile.open(fileobj=io.BytesIO(layer_of(host, image))) as archive:
        assert archive.getnames()[0] == "Files"
