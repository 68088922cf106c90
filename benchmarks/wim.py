"""Windows image files: what reading them costs, beside wimlib and beside the sum of its parts.

    python benchmarks/wim.py make TREE FOLDER     capture TREE in several forms, into FOLDER
    python benchmarks/wim.py list FILE…           what is in a file, from header and XML
    python benchmarks/wim.py decode FILE…         all blobs of image 1, in the order of its tree
    python benchmarks/wim.py convert FILE…        from the file to an image with one layer

Each run is a process of its own, and those of one table take turns.  Seconds are the median of
the runs; CPU is user and system time of the process and its children; memory is the greatest of
all runs.  `wimlib-imagex verify` decodes and hashes the blobs in the order of the file; the parts
are libwim's decoding and SHA-1 of the same chunks, one after the other, with nothing around them.

A conversion stands beside what people do without ferry: `wimlib-imagex apply` to a folder, `tar`,
`pigz -6` (which loses all that Linux has no place for), and beside its own parts: decoding, SHA-1,
SHA-256 of archive and layer, compression.  TREE must have names that Windows can have.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from provider_wim.codecs import Codec, best_codec
from provider_wim.codecs.python_codec import PythonCodec
from provider_wim.layer.compressors import compression_at
from provider_wim.layer.entries import entries_of
from provider_wim.layer.losses import Losses
from provider_wim.layer.tar_pieces import tar_pieces
from provider_wim.reading import WimFile
from provider_wim.reading.decoders import DecoderPool
from provider_wim.reading.part_set import PartSet
from provider_wim.reading.spans import spans_of
from provider_wim.tree import walk

FORMS = {
    "none.wim": ["--compress=none"],
    "xpress.wim": ["--compress=XPRESS"],
    "lzx.wim": ["--compress=LZX"],
    "solid.esd": ["--solid"],
}
THIS = (sys.executable, __file__)
LAYERS = "home/store/blobs/sha256/*"
"""Where a layer lies below a scratch folder."""
FERRY = (sys.executable, "-m", "provider_core.cli", "--home", "{scratch}/home")
NAIVE = """set -e
mkdir -p {scratch}/home/store/blobs/sha256
wimlib-imagex apply "$0" 1 {scratch}/tree
tar -C {scratch}/tree -cf - . | pigz -6 > {scratch}/home/store/blobs/sha256/layer
"""
IMPORT = "import sys; from provider_wim.reading import list_file"
LIST = "list_file(open(sys.argv[1], 'rb'))"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one process took."""

    wall: float
    """Seconds."""
    cpu: float
    """Seconds."""
    memory: int
    """Bytes, resident at most."""
    size: int = 0
    """Bytes of the layer that came out, 0 if none did."""


def run(command: Sequence[str | Path]) -> Run:
    """Run *command* to its end; CalledProcessError if it fails.

    ``{scratch}`` in it stands for a folder of its own, which is gone afterwards; its largest file
    counts as what came out.
    """
    with tempfile.TemporaryDirectory() as scratch:
        return run_in(scratch, [str(part).replace("{scratch}", scratch) for part in command])


def run_in(scratch: str, command: Sequence[str]) -> Run:
    """Run *command* to its end; CalledProcessError if it fails."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, list(command))
    wall = time.perf_counter() - started
    layers = [path.stat().st_size for path in Path(scratch).glob(LAYERS) if path.is_file()]
    return Run(
        wall=wall,
        cpu=usage.ru_utime + usage.ru_stime,
        memory=usage.ru_maxrss << 10,
        size=max(layers, default=0),
    )


def interleaved(named: Mapping[str, Sequence[str | Path]], runs: int) -> dict[str, list[Run]]:
    """Return the runs of each command; they take turns, so that all share the weather."""
    found: dict[str, list[Run]] = {name: [] for name in named}
    for turn in range(runs + 1):
        for name, command in named.items():
            one = run(command)
            if turn:  # the first turn fills the caches
                found[name].append(one)
    return found


def table(found: Mapping[str, Sequence[Run]]) -> str:
    """Return medians as a Markdown table; ratios are to the first row."""
    lines = [
        "| | wall s | CPU s | memory MB | layer MB | wall ratio | CPU ratio |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    base: tuple[float, float] | None = None
    for name, runs in found.items():
        wall = statistics.median(one.wall for one in runs)
        cpu = statistics.median(one.cpu for one in runs)
        base = base or (wall, cpu)
        lines.append(
            f"| {name} | {wall:.3f} | {cpu:.3f} | {max(one.memory for one in runs) / 1e6:.0f} "
            f"| {runs[0].size / 1e6:.1f} | {wall / base[0]:.2f} | {cpu / base[1]:.2f} |"
        )
    return "\n".join(lines)


def make(tree: Path, folder: Path) -> None:
    """Capture *tree* in every form."""
    for name, flags in FORMS.items():
        command = ["wimlib-imagex", "capture", str(tree), str(folder / name), "Tree", *flags]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def spool(limit: int) -> IO[bytes]:
    """Return a file for what is decoded of solid resources."""
    return tempfile.TemporaryFile()


def read_all(files: Sequence[Path], codec: Codec) -> None:
    """Read image 1 in the order of its tree, as a conversion does."""
    with ExitStack() as stack:
        wim = WimFile([stack.enter_context(file.open("rb")) for file in files], codec=codec)
        blobs = stack.enter_context(wim.blobs(spool))
        nodes = [node for _, node in walk(wim.tree(1, blobs)) if node.data is not None]
        blobs.announce(node.data for node in nodes if node.data is not None)
        for node in nodes:
            if node.data is not None:
                for _ in blobs.pieces(node.data):
                    pass


def read_parts(files: Sequence[Path]) -> None:
    """Decode and hash the chunks of all blobs that are in no solid resource."""
    pool = DecoderPool(best_codec())
    with ExitStack() as stack:
        parts = PartSet([stack.enter_context(file.open("rb")) for file in files], pool)
        for stored in parts.table.blobs.values():
            part = parts[stored.part]
            for span in spans_of(stored.blob, stored, part):
                decoder = pool.borrow(part.kind)
                for chunk in span.chunks:
                    data = part.read_at(chunk.offset, chunk.stored_size)
                    out = memoryview(bytearray(chunk.size))
                    if chunk.stored_size < chunk.size:
                        decoder.decode(data, out)
                    hashlib.sha1(out)
                pool.give_back(part.kind, decoder)


def compare_lists(files: Sequence[Path], runs: int) -> None:
    """Print what listing costs above an empty Python."""
    for file in files:
        print(f"\n{file.name}, {file.stat().st_size / 1e6:.0f} MB\n")
        named = {
            "python -c pass": (sys.executable, "-c", "pass"),
            "import provider_wim": (sys.executable, "-c", IMPORT),
            "list_file": (sys.executable, "-c", f"{IMPORT}; {LIST}", file),
            "wimlib-imagex info": ("wimlib-imagex", "info", file),
        }
        print(table(interleaved(named, runs)))


def compare_decoding(files: Sequence[Path], runs: int, pure: bool) -> None:
    """Print what reading everything costs."""
    for file in files:
        print(f"\n{file.name}, {file.stat().st_size / 1e6:.0f} MB\n")
        named: dict[str, Sequence[str | Path]] = {
            "ours, tree order": (*THIS, "run-decode", file),
            "libwim and SHA-1 alone": (*THIS, "run-parts", file),
            "wimlib-imagex verify": ("wimlib-imagex", "verify", file),
        }
        if pure:
            named["ours, Python codec"] = (*THIS, "run-pure", file)
        print(table(interleaved(named, runs)))


def hash_and_compress(archive: Path, compression: str) -> None:
    """Do what a conversion does with the finished archive, and nothing else."""
    whole, layer = hashlib.sha256(), hashlib.sha256()
    compressor = compression_at(compression).start()
    with archive.open("rb") as file:
        while piece := file.read(1 << 20):
            whole.update(piece)
            layer.update(compressor.compress(piece))
    layer.update(compressor.flush())


def write_archive(file: Path, archive: Path) -> None:
    """Write the layer of image 1 without compression."""
    with file.open("rb") as stream, archive.open("wb") as out:
        wim = WimFile([stream])
        with wim.blobs(spool) as blobs:
            entries = list(entries_of(wim.tree(1, blobs), None, Losses()))
            blobs.announce(entry.blob for entry in entries if entry.blob is not None)
            for piece in tar_pieces(entries, blobs, faithful=False):
                out.write(piece)


def compare_converting(files: Sequence[Path], runs: int) -> None:
    """Print what becoming an image costs, beside the usual way and the sum of its parts."""
    for file in files:
        print(f"\n{file.name}, {file.stat().st_size / 1e6:.0f} MB\n")
        with tempfile.TemporaryDirectory() as folder:
            archive = Path(folder) / "layer.tar"
            write_archive(file, archive)
            named: dict[str, Sequence[str | Path]] = {
                "apply, tar, pigz -6": ("sh", "-c", NAIVE, file),
                "ferry install": (*FERRY, "install", file),
                "ferry install, gzip level 5": (*FERRY, "install", file, "--layer-level", "5"),
                "ferry install, zstd": (*FERRY, "install", file, "--layer-compression", "zstd"),
                "decode, SHA-1, SHA-256, gzip alone": (*THIS, "run-all-parts", file, archive),
            }
            print(table(interleaved(named, runs)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the first argument says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", help="make, list, decode or convert")
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--pure", action="store_true", help="time the Python codec too")
    asked = parser.parse_args(arguments)
    match asked.what:
        case "make":
            make(*asked.paths)
        case "run-decode":
            read_all(asked.paths, best_codec())
        case "run-pure":
            read_all(asked.paths, PythonCodec())
        case "run-parts":
            read_parts(asked.paths)
        case "run-all-parts":
            file, archive = asked.paths
            read_parts([file])
            hash_and_compress(archive, "gzip")
        case "list" | "decode" | "convert":
            print(f"{best_codec().name}, Python {platform.python_version()},", end=" ")
            print(f"{platform.machine()}, {os.cpu_count()} processors, medians of {asked.runs}")
            if asked.what == "list":
                compare_lists(asked.paths, asked.runs)
            elif asked.what == "convert":
                compare_converting(asked.paths, asked.runs)
            else:
                compare_decoding(asked.paths, asked.runs, asked.pure)
        case _:
            parser.error(f"{asked.what} is not known")
    return 0


if __name__ == "__main__":
    sys.exit(main())
