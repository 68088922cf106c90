"""What wimlib-imagex makes, in every form, is read as wimlib itself lists and applies it."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

import pytest

from provider_wim.reading import Blobs, WimFile
from provider_wim.tree import Node, walk

from ..fixtures.wims.make import code, noise, text
from .wimlib import Listed, apply_image, detailed, imagex

pytestmark = pytest.mark.peer("wimlib-imagex")

FORMS = {
    "none": ["--compress=none"],
    "xpress": ["--compress=XPRESS"],
    "xpress-4k": ["--compress=XPRESS", "--chunk-size=4096"],
    "xpress-64k": ["--compress=XPRESS", "--chunk-size=65536"],
    "lzx": ["--compress=LZX"],
    "lzx-2m": ["--compress=LZX", "--chunk-size=2M"],
    "lzms": ["--compress=LZMS"],
    "solid-lzms": ["--solid"],
    "solid-lzms-1m": ["--solid", "--solid-chunk-size=1M"],
    "solid-lzx": ["--solid", "--solid-compress=LZX", "--solid-chunk-size=32K"],
    "solid-xpress": ["--solid", "--solid-compress=XPRESS", "--solid-chunk-size=32K"],
}


def fill(root: Path) -> None:
    """Write a tree with everything that Linux can have."""
    for number in range(1500):
        path = root / f"many/{number // 100:02}/file {number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text(number * 7 % 4000) + b"%d" % number)
    (root / "large.bin").write_bytes((text(700_000) + code(400_000) + noise(100_000)) * 5)
    deep = root.joinpath(*["a rather long name of a folder"] * 30)
    deep.mkdir(parents=True)
    (deep / "deepest").write_bytes(b"deep")
    (root / "Ünïcödé 日本 𝄞 \u200b").mkdir()
    (root / "Ünïcödé 日本 𝄞 \u200b" / "é").write_bytes(b"e")
    (root / "empty").touch()
    (root / "empty folder").mkdir()
    os.link(root / "large.bin", root / "large again.bin")
    os.link(root / "empty", root / "empty again")
    (root / "link").symlink_to("many/00")
    (root / "absolute link").symlink_to("/large.bin")
    with (root / "sparse").open("wb") as file:
        file.seek(9_000_000)
        file.write(b"end")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tree")
    fill(root)
    return root


def spool(limit: int) -> IO[bytes]:
    return tempfile.TemporaryFile()


def listed(node: Node, path: str, links: dict[int, int]) -> Listed:
    """Return what wimlib should say of *node*."""
    streams: list[tuple[str, str, int]] = []
    if node.reparse is not None:
        digest = hashlib.sha1(node.reparse.data).hexdigest()
        streams.append(("Reparse point stream", digest, len(node.reparse.data)))
    else:
        blob = node.data
        digest, size = (blob.sha1.hex(), blob.size) if blob else ("0" * 40, 0)
        streams.append(("Unnamed data stream", digest, size))
    return Listed(
        path=path,
        short_name=node.short_name,
        attributes=node.attributes,
        times=(spelled(node.created), spelled(node.written), spelled(node.accessed)),
        link_count=links.get(node.link_group, 1),
        reparse_tag=node.reparse.tag if node.reparse else 0,
        streams=tuple(streams),
    )


def spelled(filetime: int) -> str:
    moment = datetime(1601, 1, 1, tzinfo=UTC) + timedelta(seconds=filetime // 10_000_000)
    return moment.strftime("%a %b %d %H:%M:%S %Y UTC")


def hashes(root: Node, blobs: Blobs) -> Iterator[tuple[str, str]]:
    """Yield path and SHA-256 of every file."""
    files = [(path, node) for path, node in walk(root) if node.reparse is None]
    blobs.announce(node.data for _, node in files if node.data is not None)
    for path, node in files:
        if not node.is_directory:
            digest = hashlib.sha256()
            for piece in blobs.pieces(node.data) if node.data else ():
                digest.update(piece)
            yield path, digest.hexdigest()


def hashes_of_folder(folder: Path) -> Iterator[tuple[str, str]]:
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            yield str(path.relative_to(folder)), hashlib.sha256(path.read_bytes()).hexdigest()


def check_image(wims: list[Path], image: int, folder: Path) -> None:
    """Compare an image with what wimlib says of it, and with the *folder* it is of."""
    with ExitStack() as stack:
        streams = [stack.enter_context(wim.open("rb")) for wim in wims]
        file = WimFile(streams)
        blobs = stack.enter_context(file.blobs(spool))
        root = file.tree(image, blobs)
        links: dict[int, int] = {}
        for _, node in walk(root):
            if node.link_group:
                links[node.link_group] = links.get(node.link_group, 0) + 1
        found = {path: listed(node, path, links) for path, node in walk(root)}
        parts = map(str, wims[1:])
        assert found == {one.path: one for one in detailed(wims[0], image, *parts)}
        assert dict(hashes(root, blobs)) == dict(hashes_of_folder(folder))


@pytest.mark.parametrize("form", FORMS)
def test_every_form(form: str, tree: Path, tmp_path: Path) -> None:
    wim = tmp_path / "x.wim"
    imagex("capture", tree, wim, "Tree", *FORMS[form])
    check_image([wim], 1, tree)


def test_what_wimlib_applies_is_what_we_read(tree: Path, tmp_path: Path) -> None:
    wim = tmp_path / "x.wim"
    imagex("capture", tree, wim, "Tree", "--compress=XPRESS", "--check")
    apply_image(wim, 1, tmp_path / "applied")
    check_image([wim], 1, tmp_path / "applied")
    with wim.open("rb") as stream:
        assert WimFile([stream]).check_integrity()


def test_a_split_set(tree: Path, tmp_path: Path) -> None:
    whole = tmp_path / "x.wim"
    imagex("capture", tree, whole, "Tree", "--compress=XPRESS")
    imagex("split", whole, tmp_path / "x.swm", "0.4")
    parts = sorted(tmp_path.glob("x*.swm"), key=lambda part: (len(part.name), part.name))
    assert len(parts) > 2
    check_image(parts, 1, tree)


@pytest.mark.parametrize("solid", [[], ["--solid"]])
def test_several_images_in_one_file(solid: list[str], tree: Path, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    (small / "own").write_bytes(text(50_000))
    (small / "shared").write_bytes((tree / "many/00/file 7.txt").read_bytes())
    wim = tmp_path / "x.wim"
    imagex("capture", tree, wim, "Tree", "--compress=LZX", *solid)
    imagex("append", small, wim, "Small", *solid)
    check_image([wim], 1, tree)
    check_image([wim], 2, small)
