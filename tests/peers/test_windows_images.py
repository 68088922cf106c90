"""Windows images there and back, with other people's programs as judges of both ends."""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from provider_archive import ArchiveProvider
from provider_core import Host, Settings, Wishes
from provider_core.compression import compression_of, decompressed
from provider_core.model import Installed
from provider_core.oci import Descriptor, Manifest
from provider_core.replacing import Output
from provider_wim import WimProvider
from provider_wim.wim_format.compression import Compression
from provider_wim.writing.chunks import ChunkCompressor
from provider_wim.writing.resources import ResourceWriter
from provider_wim.writing.wim_file import begin_file, finish_file

from ..support.windows import NANO, folder, sample_tree, wim_bytes
from ..support.windows import file as file_node
from .tools import gnu_tar, run, skopeo_copy, skopeo_inspect
from .wimlib import Listed, apply_image, detailed, imagex

pytestmark = pytest.mark.peer("wimlib-imagex", "7z", "bsdtar", "skopeo")

PROPERTIES = {"ARCH": 9, "VERSION/MAJOR": 10, "VERSION/MINOR": 0, "VERSION/BUILD": 14393}
VERSION = "10.0.14393.0"
Open = Callable[[str], Host]


@pytest.fixture
def opened(tmp_path: Path) -> Open:
    """Open homes by name."""
    providers = (WimProvider(), ArchiveProvider())

    def at(name: str) -> Host:
        return Host(tmp_path / name, providers=providers, settings=Settings(plugins=False))

    return at


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder such as Windows could have it: small, large, deep, linked, empty files."""
    root = tmp_path_factory.mktemp("tree")
    for number in range(400):
        path = root / "Windows" / f"{number % 20:02}" / f"file{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"%d\n" % number * (number % 50))
    (root / "large.bin").write_bytes(os.urandom(2_000_000) + bytes(3_000_000) + b"end" * 500_000)
    deep = root.joinpath(*[f"directory-{level:02}" for level in range(40)])
    deep.mkdir(parents=True)
    (deep / "leaf.txt").write_text("deep")
    (root / "grüße 日本 😀.txt").write_text("unicode")
    (root / "empty").touch()
    (root / "empty folder").mkdir()
    (root / "hard 1").write_text("one file")
    (root / "Windows" / "hard 2").hardlink_to(root / "hard 1")
    (root / "link").symlink_to("Windows/00/file20.txt")
    (root / "to folder").symlink_to("Windows/01", target_is_directory=True)
    return root


@pytest.fixture(scope="module")
def forms(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return one image in every form that there is; a split set by its first part."""
    folder = tmp_path_factory.mktemp("forms")
    made = {"none": folder / "none.wim"}
    properties = [f"--image-property=WINDOWS/{name}={value}" for name, value in PROPERTIES.items()]
    imagex("capture", tree, made["none"], "Core", "--compress=none", "--check", *properties)
    for name, arguments in {
        "xpress": ("--compress=xpress",),
        "lzx": ("--compress=lzx", "--check"),
        "lzms": ("--compress=lzms",),
        "solid": ("--solid", "--solid-chunk-size=1M"),
    }.items():
        made[name] = folder / f"{name}.{'esd' if name == 'solid' else 'wim'}"
        imagex("export", made["none"], "1", made[name], *arguments)
    made["split"] = folder / "split.swm"
    imagex("split", made["lzx"], made["split"], "1")
    assert len(list(folder.glob("*.swm"))) > 1
    return made


def install(host: Host, path: Path, **options: object) -> Installed:
    (image,) = host.install(str(path), wishes=Wishes(options=options)).installed
    return image


def layer_of(host: Host, image: Installed, folder: Path) -> Path:
    """Write the layer as an uncompressed tar archive."""
    assert isinstance(image.content.root, Descriptor)
    (layer,) = Manifest.parse(host.store.read(image.content.root)).layers
    data = host.store.read(layer, limit=1 << 30)
    wrapping = compression_of(data)
    path = folder / "layer.tar"
    pieces = decompressed(io.BytesIO(data), wrapping, limit=1 << 30, what="layer")
    path.write_bytes(b"".join(pieces))
    return path


def contents(folder: Path) -> dict[str, bytes | str]:
    """Return path → content, target of a link, or '' for a folder."""
    found: dict[str, bytes | str] = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            found[name] = str(path.readlink())
        else:
            found[name] = path.read_bytes() if path.is_file() else ""
    return found


def told(path: Path) -> list[Listed]:
    """Return what wimlib says of a file's image, but for the times of last access."""
    return sorted(
        (replace(one, times=(*one.times[:2], "")) for one in detailed(path, 1)),
        key=lambda one: one.path,
    )


def test_one_image_in_every_form(opened: Open, forms: dict[str, Path]) -> None:
    ids = set()
    for name, path in forms.items():
        with opened(name) as host:
            image = install(host, path)
            assert (image.name, image.version, image.is_os_image) == ("Core", VERSION, True)
            ids.add((image.image_id, image.diff_ids))
            assert host.check_store() == ()
    assert len(ids) == 1


def test_the_layer_has_what_was_captured(
    opened: Open, forms: dict[str, Path], tree: Path, tmp_path: Path
) -> None:
    with opened("home") as host:
        layer = layer_of(host, install(host, forms["solid"]), tmp_path)
    found: dict[str, bytes | str] = {}
    with tarfile.open(layer) as archive:
        for member in archive:
            name = member.name.removeprefix("Files").removeprefix("/")
            if member.issym():
                found[name] = member.linkname.replace("\\", "/")
            elif stream := archive.extractfile(member):
                found[name] = stream.read()
            else:
                found[name] = ""
    assert found.pop("") == ""
    assert found == contents(tree)


def test_other_programs_list_the_layer(
    opened: Open, forms: dict[str, Path], tmp_path: Path
) -> None:
    with opened("home") as host:
        layer = layer_of(host, install(host, forms["lzx"]), tmp_path)
    with tarfile.open(layer) as archive:
        names = sorted(name for name in archive.getnames() if name.isascii())
    for said in (run("bsdtar", "-tf", layer), gnu_tar("-tf", layer)):
        listed = sorted(line.rstrip("/") for line in said.splitlines() if line.isascii())
        assert [name for name in listed if "\\" not in name] == names


@pytest.mark.parametrize("compression", ["none", "xpress", "lzx"])
def test_a_saved_file_is_accepted(
    opened: Open, forms: dict[str, Path], tree: Path, tmp_path: Path, compression: str
) -> None:
    saved = tmp_path / "saved.wim"
    wishes = Wishes(options={"wim-compression": compression})
    with opened("home") as host:
        image = install(host, forms["none"])
        host.save("core", to=str(saved), wishes=wishes)
    imagex("verify", saved)
    assert told(saved) == told(forms["none"])
    apply_image(saved, 1, tmp_path / "applied")
    assert contents(tmp_path / "applied") == contents(tree)
    run("7z", "t", saved)
    with opened("far") as host:
        assert install(host, saved).image_id == image.image_id


def test_what_only_ntfs_has(opened: Open, tmp_path: Path) -> None:
    original, saved = tmp_path / "nano.wim", tmp_path / "saved.wim"
    original.write_bytes(wim_bytes((NANO, sample_tree())))
    with opened("home") as host:
        install(host, original)
        host.save("nanoserver", to=str(saved))
    files = {one.path: one for one in told(saved)}
    assert told(original) == list(files.values())
    assert files["Documents and Settings"].reparse_tag == 0xA0000003
    assert files["Windows/System32/config/SYSTEM"].attributes == 0x26
    assert [kind for kind, *_ in files["notes.txt"].streams] == [
        "Unnamed data stream",
        'Named data stream "Zone.Identifier"',
        'Named data stream "nothing"',
    ]
    listed = run("7z", "l", "-slt", "-sns", saved)
    assert "Path = notes.txt:Zone.Identifier\n" in listed
    kernel = listed.partition("Path = Windows/System32/kernel32.dll\n")[2]
    assert "NT Security = LocalSystem LocalSystem d:1 72" in kernel.partition("\n\n")[0]
    run("7z", "t", saved)


def test_skopeo_reads_the_image(opened: Open, forms: dict[str, Path], tmp_path: Path) -> None:
    with opened("home") as host:
        install(host, forms["xpress"], **{"layer-compression": "zstd"})
        store = host.home.store
    reference = f"oci:{store}:Core:{VERSION}"
    config = skopeo_inspect(reference, "--config", "--raw")
    assert (config["os"], config["os.version"]) == ("windows", VERSION)
    skopeo_copy(reference, f"oci:{tmp_path / 'copy'}:core", "--override-os", "windows")


class QuickCompressor(ChunkCompressor):
    """Compresses a chunk once, however often it comes: zeros by the gigabyte."""

    def __init__(self) -> None:
        super().__init__(Compression.XPRESS)
        self._known: dict[bytes, bytes] = {}

    def compressed(self, chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
        for chunk in chunks:
            if chunk not in self._known:
                ((_, self._known[chunk]),) = super().compressed([chunk])
            yield chunk, self._known[chunk]


@pytest.mark.slow
def test_a_file_over_4_gib(opened: Open, tmp_path: Path) -> None:
    size, piece = (4 << 30) + (1 << 20), bytes(1 << 20)
    path = tmp_path / "big.wim"
    with path.open("w+b") as file, QuickCompressor() as chunks:
        out = Output(file, lambda: None)
        begin_file(out)
        resources = ResourceWriter(out, chunks)
        blob = resources.add((piece for _ in range(size // len(piece))), size)
        sparse = replace(file_node("sparse.bin"), attributes=0x220, data=blob)
        finish_file(out, resources, [(NANO, folder("", sparse))], Compression.XPRESS, lambda: None)
    assert path.stat().st_size < 50 << 20
    imagex("verify", path)
    assert [one.streams[0][2] for one in told(path)] == [0, size]
    with opened("home") as host:
        image = install(host, path, **{"layer-compression": "zstd"})
        assert image.size < 1 << 20
