"""Windows image files: what reading them costs, beside wimlib and beside the sum of its parts.

    python benchmarks/wim.py make TREE FOLDER     capture TREE in several forms, into FOLDER
    python benchmarks/wim.py list FILE…           what is in a file, from header and XML
    python benchmarks/wim.py decode FILE…         all blobs of image 1, in the order of its tree

Each run is a process of its own, and those of one table take turns.  Seconds are the median of
the runs; CPU is user and system time of the process and its children; memory is the greatest of
all runs.  `wimlib-imagex verify` decodes and hashes the blobs in the order of the file; the parts
are libwim's decoding and SHA-1 of the same chunks, one after the other, with nothing around them.
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


def run(command: Sequence[str | Path]) -> Run:
    """Run *command* to its end; CalledProcessError if it fails."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, list(map(str, command)))
    return Run(
        wall=time.perf_counter() - started,
        cpu=usage.ru_utime + usage.ru_stime,
        memory=usage.ru_maxrss << 10,
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
        "| | wall s | CPU s | memory MB | wall ratio | CPU ratio |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    base: tuple[float, float] | None = None
    for name, runs in found.items():
        wall = statistics.median(one.wall for one in runs)
        cpu = statistics.median(one.cpu for one in runs)
        base = base or (wall, cpu)
        lines.append(
            f"| {name} | {wall:.3f} | {cpu:.3f} | {max(one.memory for one in runs) / 1e6:.0f} "
            f"| {wall / base[0]:.2f} | {cpu / base[1]:.2f} |"
        )
    return "\n".join(lines)


def make(tree: Path, folder: Path) -> None:
    """Capture *tree* in every form."""
    for name, flags in FORMS.items():
        command = ["wimlib-imagex", "capture", tree, folder / name, "Tree", *flags]
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the first argument says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", help="make, list or decode")
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
        case "list" | "decode":
            print(f"{best_codec().name}, Python {platform.python_version()},", end=" ")
            print(f"{platform.machine()}, {os.cpu_count()} processors, medians of {asked.runs}")
            if asked.what == "list":
                compare_lists(asked.paths, asked.runs)
            else:
                compare_decoding(asked.paths, asked.runs, asked.pure)
        case _:
            parser.error(f"{asked.what} is not known")
    return 0


if __name__ == "__main__":
    sys.exit(main())
