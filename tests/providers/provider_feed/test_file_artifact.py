"""A file as an artifact: verified while it is copied, refused if it moves."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from provider_core.digests import Digest
from provider_core.errors import BlobNotFound, Conflict, IntegrityError, NoSuchFile, UsageError
from provider_core.oci import Descriptor, Manifest
from provider_feed.file_artifact import artifact_of

TYPE = "application/x-parts"


def test_it_has_a_layer_a_file(tmp_path: Path) -> None:
    parts = [tmp_path / "one.swm", tmp_path / "two.swm"]
    for part in parts:
        part.write_text(part.name)
    artifact = artifact_of(parts, TYPE)
    manifest = Manifest.parse(artifact.read(artifact.root))
    assert manifest.artifact_type == artifact.root.artifact_type == TYPE
    assert artifact.blobs == (artifact.root, manifest.config, *manifest.layers)
    for blob in artifact.blobs:
        assert artifact.has(blob)
        with artifact.open(blob) as file:
            assert Digest.of(file.read()) == blob.digest
    assert [artifact.read(layer) for layer in manifest.layers] == [b"one.swm", b"two.swm"]
    assert artifact_of(parts, TYPE).root == artifact.root


def test_a_file_that_changes_is_no_longer_the_one(tmp_path: Path) -> None:
    part = tmp_path / "part"
    part.write_bytes(b"1" * 1000)
    artifact = artifact_of([part], TYPE)
    layer = artifact.blobs[-1]
    part.write_bytes(b"2" * 999)
    with pytest.raises(Conflict):
        artifact.read(layer)
    # even if it looks the same from outside
    mark = artifact.files[layer.digest]
    part.write_bytes(b"2" * 1000)
    os.utime(part, ns=(mark.mtime_ns, mark.mtime_ns))
    with pytest.raises(IntegrityError):
        artifact.read(layer)
    part.unlink()
    with pytest.raises(NoSuchFile):
        artifact.read(layer)


def test_other_blobs_are_not_in_it(tmp_path: Path) -> None:
    (tmp_path / "part").touch()
    artifact = artifact_of([tmp_path / "part"], TYPE)
    other = Descriptor.of(b"other", TYPE)
    assert not artifact.has(other)
    with pytest.raises(BlobNotFound):
        artifact.open(other)


def test_what_is_no_file_or_type_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoSuchFile):
        artifact_of([tmp_path / "nothing"], TYPE)
    with pytest.raises(UsageError, match="no regular file"):
        artifact_of([tmp_path], TYPE)
    (tmp_path / "part").touch()
    with pytest.raises(UsageError, match="no media type"):
        artifact_of([tmp_path / "part"], "nothing")
