"""How long a new layer takes, beside umoci, on the same change of the same file system.

Run ``python benchmarks/new_image.py [--files 20000] [--mib 500] [--turns 5]`` as root on a quiet
machine, with the Python that ferry is installed in.  One file in twenty is changed.  Both take
turns.  `ferry new` reads the parent's layers each time; umoci has unpacked them before, which is
a line of its own, and compares with what it noted then.  Prints a Markdown table for RESULTS.md.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

OLD = 1_600_000_000


def umoci(*words: str | Path) -> str:
    """Run umoci and return what it prints."""
    command = ["umoci", *map(str, words)]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout


def grow(root: Path, files: int, mib: int) -> None:
    """Write *files* files of *mib* MiB together, half of it noise, in folders of a hundred."""
    dice, each = random.Random(1), (mib << 20) // files
    for number in range(files):
        path = root / f"d{number // 100}" / f"f{number}"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(dice.randbytes(each // 2) + b"text " * (each // 10))
        os.utime(path, (OLD, OLD))


def change(root: Path) -> None:
    """Change one file in twenty."""
    for path in sorted(root.glob("d*/f*"))[::20]:
        path.write_bytes(b"changed" + path.read_bytes()[7:])


def measure(work: Mapping[str, Callable[[int], object]], turns: int) -> dict[str, list[float]]:
    """Return the seconds of each turn; the first, which fills the caches, is left out."""
    seconds: dict[str, list[float]] = {name: [] for name in work}
    for turn in range(turns + 1):
        for name, do in work.items():
            started = time.perf_counter()
            do(turn)
            if turn:
                seconds[name].append(time.perf_counter() - started)
    return seconds


def prepare(folder: Path, files: int, mib: int) -> dict[str, Callable[[int], object]]:
    """Make the image and its changed bundle; return what is measured."""
    layout, bundle = folder / "layout", folder / "bundle"
    umoci("init", "--layout", layout)
    umoci("new", "--image", f"{layout}:base")
    umoci("unpack", "--image", f"{layout}:base", bundle)
    grow(bundle / "rootfs", files, mib)
    umoci("repack", "--image", f"{layout}:base", bundle)
    umoci("config", "--image", f"{layout}:base", "--os", "linux", "--architecture", "amd64")
    ferry = (sys.executable, "-m", "provider_core.cli", "--home", str(folder / "home"))
    subprocess.run([*ferry, "install", str(layout)], check=True, capture_output=True)
    subprocess.run(["rm", "-rf", str(bundle)], check=True)
    umoci("unpack", "--image", f"{layout}:base", bundle)
    change(bundle / "rootfs")

    def new(turn: int) -> None:
        made = ("--version", f"1.{turn}", "--from-dir", str(bundle / "rootfs"))
        words = [*ferry, "new", "made", *made, "--parent", "layout"]
        subprocess.run(words, check=True, capture_output=True)

    def repack(turn: int) -> None:
        umoci("tag", "--image", f"{layout}:base", f"turn{turn}")
        umoci("repack", "--image", f"{layout}:turn{turn}", bundle)

    def unpack(turn: int) -> None:
        umoci("unpack", "--image", f"{layout}:base", folder / f"unpacked{turn}")

    return {"ferry new": new, "umoci repack": repack, "umoci unpack": unpack}


def table(seconds: Mapping[str, Sequence[float]]) -> str:
    """Return the medians as a Markdown table, `ferry new` being 1."""
    ours = statistics.median(seconds["ferry new"])
    lines = ["| work | median | fastest | ratio to `ferry new` |", "|---|---:|---:|---:|"]
    for name, turns in seconds.items():
        median = statistics.median(turns)
        lines.append(f"| `{name}` | {median:.2f} s | {min(turns):.2f} s | {median / ours:.2f} |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--mib", type=int, default=500)
    parser.add_argument("--turns", type=int, default=5)
    told = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        seconds = measure(prepare(Path(folder), told.files, told.mib), told.turns)
    print(
        f"{told.files} files, {told.mib} MiB, one in twenty changed; {umoci('--version').strip()},"
    )
    print(f"Python {platform.python_version()}, isal {version('isal')}, {platform.platform()},")
    print(f"{os.cpu_count()} processors; {told.turns} turns each.\n")
    print(table(seconds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
