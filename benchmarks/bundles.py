"""Bundles beside what they replace: importing, verifying, and what a second delivery carries.

Run ``python benchmarks/bundles.py VERB [--megabytes 1000] [--rounds 5]`` as root on a quiet
machine with skopeo, podman and openssl, with the Python that ferry is installed in.  The image has
ten layers that cannot be compressed.

* ``import``: ``ferry install`` from a bundle (signed, verified, flushed to the disk) and from an
  archive, beside ``skopeo copy oci-archive:`` and ``podman load``, which flush nothing.  A layout
  (``oci:``) is what ferry's store is; ``containers-storage:`` and podman unpack the layers, too.
* ``verify``: ``ferry verify`` beside hashing the same files alone.
* ``second-round``: bytes carried when two of the ten layers have changed.

Commands take turns, and find nothing of what they read in memory, as after it was carried.
``--folder`` is where everything is written: reflinks are made where its file system can.
Prints Markdown tables for RESULTS.md, medians.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.bundle_images import LAYERS, NAME, Side, carried, forget_cached, make_layout
from benchmarks.registry import Spent, apart, spent

CHANGED = 2
"""Layers that are others in the second round."""

ALONE = ("unshare", "--mount")
"""In front of what leaves mounts behind, which then end with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """What the near side has made of one image."""

    folder: Path
    run: Path
    """Short: podman takes at most 50 characters."""
    side: Side
    layout: Path
    archive: Path
    bundle: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """One way of doing the work."""

    prepare: Callable[[Path], tuple[Sequence[str], Mapping[str, str]]]
    """Gets a path where nothing is, to write to; returns the command line and environment."""
    reads: Path


def near(folder: Path, run: Path, megabytes: int) -> Near:
    """Make an image of *megabytes* MB, and a bundle and an archive of it."""
    layout, archive, bundle = folder / "layout-1", folder / "image-1.tar", folder / "bundle-1"
    side = Side(home=folder / "near")
    apart(make_layout, layout, "1", megabytes * 1_000_000 // LAYERS, range(LAYERS))
    side.run("install", layout)
    side.run("save", f"{NAME}:1", "--to", bundle, "--series", "plant")
    copy(f"oci:{layout}:{NAME}:1", f"oci-archive:{archive}:{NAME}:1")
    return Near(folder=folder, run=run, side=side, layout=layout, archive=archive, bundle=bundle)


def copy(source: str, target: str) -> None:
    """Copy an image by skopeo."""
    subprocess.run(["skopeo", "copy", "--quiet", source, target], check=True)


def importers(made: Near) -> dict[str, Contender]:
    """Return the ways of importing the image."""
    pinned = Side(home=made.folder / "pinned")
    pinned.run("source", "list")
    pinned.pin(made.bundle)

    def ferry(*words: str) -> Callable[[Path], tuple[Sequence[str], Mapping[str, str]]]:
        def prepare(target: Path) -> tuple[Sequence[str], Mapping[str, str]]:
            shutil.copytree(pinned.home, target)
            side = Side(home=target)
            return side.words("install", *words, "--progress", "none"), side.environ

        return prepare

    def skopeo(form: str) -> Callable[[Path], tuple[Sequence[str], Mapping[str, str]]]:
        def prepare(target: Path) -> tuple[Sequence[str], Mapping[str, str]]:
            source = f"oci-archive:{made.archive}:{NAME}:1"
            to = form.format(target=target, run=made.run, name=f"localhost/{NAME}:1")
            environ = {**os.environ, "TMPDIR": str(made.folder)}
            return [*ALONE, "skopeo", "copy", "--quiet", source, to], environ

        return prepare

    def podman(target: Path) -> tuple[Sequence[str], Mapping[str, str]]:
        places = ("--root", str(target / "root"), "--runroot", str(made.run))
        words = (*ALONE, "podman", *places, "--storage-driver", "overlay", "load", "--quiet")
        environ = {**os.environ, "TMPDIR": str(made.folder)}
        return [*words, "--input", str(made.archive)], environ

    storage = "containers-storage:[overlay@{target}/root+{run}]{name}"
    return {
        "ferry install, bundle": Contender(prepare=ferry(f"{NAME}:1"), reads=made.bundle),
        "ferry install, archive": Contender(prepare=ferry(str(made.archive)), reads=made.archive),
        "skopeo copy to oci:": Contender(prepare=skopeo("oci:{target}:1"), reads=made.archive),
        "skopeo copy to dir:": Contender(prepare=skopeo("dir:{target}"), reads=made.archive),
        "skopeo copy to containers-storage:": Contender(
            prepare=skopeo(storage), reads=made.archive
        ),
        "podman load": Contender(prepare=podman, reads=made.archive),
    }


def verifiers(made: Near) -> dict[str, Contender]:
    """Return the ways of reading every byte of the bundle and hashing it."""
    files = [str(path) for path in (made.bundle / "blobs" / "sha256").iterdir()]

    def way(*words: str) -> Contender:
        def prepare(target: Path) -> tuple[Sequence[str], Mapping[str, str]]:
            return words, made.side.environ

        return Contender(prepare=prepare, reads=made.bundle)

    two = "printf '%s\\0' \"$@\" | xargs -0 -P 2 -n 1 openssl dgst -sha256 -r"
    return {
        "ferry verify": way(*made.side.words("verify", made.bundle)),
        "openssl dgst -sha256, two at once": way("sh", "-c", two, "sh", *files),
        "openssl dgst -sha256": way("openssl", "dgst", "-sha256", "-r", *files),
        "sha256sum": way("sha256sum", *files),
    }


def contest(ways: Mapping[str, Contender], folder: Path, rounds: int) -> str:
    """Let all take turns; return the table.  The first turn, which loads programs, is left out."""
    runs: dict[str, list[Spent]] = {name: [] for name in ways}
    for turn in range(rounds + 1):
        for name, way in ways.items():
            target = folder / "target"
            words, environ = way.prepare(target)
            forget_cached(way.reads)
            os.sync()
            took = spent([words], environ)
            if turn:
                runs[name].append(took)
            if target.exists():
                shutil.rmtree(target)
    return table(runs)


def table(runs: Mapping[str, Sequence[Spent]]) -> str:
    """Return medians, and the ratio of the first way's wall to each."""
    walls = {name: statistics.median(run.wall for run in some) for name, some in runs.items()}
    first = next(iter(walls.values()))
    lines = ["| | wall (fastest) | CPU | MiB | ferry's wall |", "|---|---:|---:|---:|---:|"]
    for name, some in runs.items():
        lines.append(
            f"| {name} | {walls[name]:.2f} s ({min(run.wall for run in some):.2f})"
            f" | {statistics.median(run.cpu for run in some):.2f} s"
            f" | {statistics.median(run.memory for run in some):.0f}"
            f" | {first / walls[name]:.2f} |"
        )
    return "\n".join(lines)


def second_round(made: Near, megabytes: int) -> str:
    """Deliver an image whose last layers have changed to a side that has the one before."""
    folder, far = made.folder, Side(home=made.folder / "far")
    far.run("source", "list")
    far.pin(made.bundle)
    far.run("install", f"{NAME}:1")
    (inventory := folder / "inventory.json").write_text(far.run("inventory"))
    layout, seeds = folder / "layout-2", [*range(LAYERS - CHANGED), *range(50, 50 + CHANGED)]
    apart(make_layout, layout, "2", megabytes * 1_000_000 // LAYERS, seeds)
    made.side.run("install", layout)
    save = ("save", f"{NAME}:2", "--series", "plant")
    made.side.run(*save, "--to", folder / "full")
    made.side.run(*save, "--to", folder / "delta", "--missing-from", inventory)
    far.run("source", "set", "usb", "--location", folder / "delta")
    far.run("install", f"{NAME}:2")
    copy(f"oci:{layout}:{NAME}:2", f"oci-archive:{folder / 'image-2.tar'}:{NAME}:2")
    copy(f"oci:{made.layout}:{NAME}:1", f"oci:{folder / 'mirror'}:1")
    before = carried(folder / "mirror")
    copy(f"oci:{layout}:{NAME}:2", f"oci:{folder / 'mirror'}:2")
    rows = {
        "ferry, against the inventory": carried(folder / "delta"),
        "ferry, a full bundle": carried(folder / "full"),
        "skopeo, an oci-archive": carried(folder / "image-2.tar"),
        "skopeo, what is new in a layout that is kept": carried(folder / "mirror") - before,
    }
    lines = ["| | bytes | of a full bundle |", "|---|---:|---:|"]
    whole = rows["ferry, a full bundle"]
    return "\n".join(
        lines + [f"| {name} | {size:,} | {size / whole:.1%} |" for name, size in rows.items()]
    )


def _versions() -> str:
    asked = (["skopeo", "--version"], ["podman", "--version"], ["openssl", "version"])
    told = [subprocess.run(words, capture_output=True, text=True, check=True) for words in asked]
    tools = ", ".join(ran.stdout.strip() for ran in told)
    return f"ferry {version('imageferry')}, {tools}, Python {platform.python_version()}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is asked for, and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("verb", choices=["import", "verify", "second-round"])
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="where it all is; a temporary one if left out")
    given = parser.parse_args(arguments)
    with (
        tempfile.TemporaryDirectory(dir=given.folder) as name,
        tempfile.TemporaryDirectory(prefix="run-") as run,
    ):
        folder = Path(name)
        print(f"{_versions()}, {os.cpu_count()} processors.")
        print(f"{given.megabytes} MB in {LAYERS} layers, {given.rounds} rounds.\n", flush=True)
        made = near(folder, Path(run), given.megabytes)
        if given.verb == "second-round":
            print(second_round(made, given.megabytes))
        else:
            ways = importers(made) if given.verb == "import" else verifiers(made)
            print(contest(ways, folder, given.rounds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
