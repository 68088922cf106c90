"""Whatever is done to an archive, the same image comes out of it, or one of our errors."""

from __future__ import annotations

import gzip
import tarfile
from pathlib import Path

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provider_core.digests import Digest
from provider_core.errors import DocumentError, Error

from ...support.archives import docker_archive, layout_files, oci_archive
from ...support.bench import ALL, Bench
from ...support.images import ARM64, make_image, make_index, make_referrer, tar_of

IMAGE = make_image("base", "one")
INDEX = make_index(IMAGE, make_image("arm", platform=ARM64))
SIGNED = tar_of(
    layout_files([("x:1", INDEX)], extra=[make_referrer(INDEX.root, b"signed")]).items()
)
PLAIN = {
    "oci": oci_archive(("x:1", IMAGE)),
    "signed": SIGNED,
    "docker": docker_archive((["x:1"], IMAGE)),
}
ARCHIVES = {
    **PLAIN,
    **{f"{name}-gzip": gzip.compress(data) for name, data in PLAIN.items()},
    **{f"{name}-zstd": zstandard.compress(data) for name, data in PLAIN.items()},
}
# Where in an archive a change is worth making: not in the zeros that fill its blocks.
PLACES = {
    name: [place for place, byte in enumerate(data) if byte] for name, data in ARCHIVES.items()
}
quick = settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
archives = pytest.mark.parametrize("form", list(ARCHIVES))


def roots(path: Path) -> set[Digest]:
    """Install everything in an archive; return the roots, all of whose blobs are verified."""
    bench = Bench()
    found = set()
    for package in bench.resolve(path):
        bench.contents(package, ALL)
        root = bench.install(package, ALL).root
        assert root.digest is not None
        found.add(root.digest)
    return found


def known(tmp_path: Path, form: str) -> set[Digest]:
    path = tmp_path / "whole.tar"
    path.write_bytes(ARCHIVES[form])
    return roots(path)


@archives
@quick
@given(data=st.data())
def test_truncated_anywhere(tmp_path: Path, form: str, data: st.DataObject) -> None:
    whole = ARCHIVES[form]
    path = tmp_path / "x.tar"
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    try:
        found = roots(path)
    except Error:
        return
    assert found <= known(tmp_path, form)


@archives
@quick
@given(data=st.data())
def test_changed_anywhere(tmp_path: Path, form: str, data: st.DataObject) -> None:
    broken = bytearray(ARCHIVES[form])
    for _ in range(data.draw(st.integers(1, 4))):
        broken[data.draw(st.sampled_from(PLACES[form]))] = data.draw(st.integers(0, 255))
    path = tmp_path / "x.tar"
    path.write_bytes(bytes(broken))
    try:
        found = roots(path)
    except Error:
        return
    assert found <= known(tmp_path, form)


EVIL = [
    ("../../etc/cron.d/evil", tarfile.REGTYPE, ""),
    ("/etc/passwd", tarfile.REGTYPE, ""),
    ("C:\\evil", tarfile.REGTYPE, ""),
    ("evil", tarfile.SYMTYPE, "/etc/passwd"),
    ("blobs/sha256/" + "0" * 64, tarfile.SYMTYPE, "../../../etc/passwd"),
    ("evil", tarfile.LNKTYPE, "index.json"),
    ("evil", tarfile.CHRTYPE, ""),
    ("evil", tarfile.FIFOTYPE, ""),
    ("index.json", tarfile.REGTYPE, ""),
    ("manifest.json", tarfile.REGTYPE, ""),
]


@pytest.mark.parametrize("form", ["oci", "docker"])
@pytest.mark.parametrize(("name", "kind", "link"), EVIL)
def test_one_evil_member_is_enough(
    tmp_path: Path, form: str, name: str, kind: bytes, link: str
) -> None:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, link
    whole = PLAIN[form]
    listed = {"oci": "index.json", "docker": "manifest.json"}[form]
    if name in ("index.json", "manifest.json"):
        member.name = listed
    path = tmp_path / "x.tar"
    path.write_bytes(member.tobuf(tarfile.GNU_FORMAT) + whole)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(DocumentError):
        roots(path)
    path.write_bytes(whole.rstrip(b"\0").ljust(-(-len(whole.rstrip(b"\0")) // 512) * 512, b"\0"))
    with path.open("ab") as file:
        file.write(member.tobuf(tarfile.GNU_FORMAT) + bytes(1024))
    with pytest.raises(DocumentError):
        roots(path)
    assert sorted(tmp_path.rglob("*")) == before
