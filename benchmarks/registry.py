"""Pulling from a registry on loopback, ferry beside skopeo, in one run and taking turns.

Run ``python benchmarks/registry.py [--scale 1.0] [--rounds 5] [--only NAME…]`` as root on a quiet
machine with Debian's docker-registry and skopeo, with the Python that ferry is installed in.
``--chroot`` names the folder of another Debian, whose skopeo is taken instead, and whose crane and
oras run beside it.  ferry's images are verified and flushed to the disk; the others flush nothing.
Prints Markdown tables for RESULTS.md: wall and processor seconds, and MiB of memory at most, each
a median.
"""

from __future__ import annotations

import argparse
import os
import platform
import shlex
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.registry_images import push_layers, push_many
from benchmarks.registry_peers import Peers
from benchmarks.registry_servers import BenchRegistry, SlowLink

MIB: Final = 1 << 20
LAYERS: Final = (5, 15, 30, 45, 60, 100, 150, 220, 252, 280)
"""MiB of the layers of the large image, at scale 1."""
GOALS: Final = {
    "layers": "wall ≤ 0.9, CPU ≤ 0.8",
    "one": "wall ≤ 0.7",
    "many": "wall ≤ 0.4",
    "slow": "wall ≤ 0.25",
    "again": "one HEAD an image",
    "killed": "≤ 11 % of the bytes",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What one run took."""

    wall: float
    cpu: float
    memory: float
    """MiB at most, of the largest process."""


@dataclass(slots=True, kw_only=True)
class Bench:
    """Where things are, and what is run."""

    folder: Path
    registry: BenchRegistry
    peers: Peers
    scale: float
    rounds: int
    results: dict[str, list[Spent]] = field(default_factory=dict)
    turn: int = 0

    def fresh(self, name: str) -> Path:
        """Return a folder for one run, which is empty."""
        self.turn += 1
        path = self.folder / f"{name}-{self.turn}"
        path.mkdir()
        return path

    def ferry(self, home: Path, *words: str) -> tuple[list[str], Mapping[str, str]]:
        """Return ferry's command line and environment."""
        # As it is installed: what is imported is compiled once.
        left_out = ("FERRY", "PYTHONDONTWRITEBYTECODE")
        environ = {
            name: text
            for name, text in os.environ.items()
            if not any(part in name for part in left_out)
        }
        return [sys.executable, "-m", "provider_core.cli", *words], {
            **environ,
            "FERRY_HOME": str(home),
            "FERRY_DISABLED_SOURCES": "hub",
        }

    def side_by_side(self, what: str, host: str, names: Sequence[str]) -> str:
        """Measure all in turn; return the table."""
        runs: dict[str, list[Spent]] = {name: [] for name in ("ferry", *self.peers.tools)}
        for _ in range(self.rounds):
            home = self.fresh("home")
            words, environ = self.ferry(home, "install", *(f"{host}/{name}" for name in names))
            runs["ferry"].append(spent([words], environ))
            shutil.rmtree(home)
            for tool in self.peers.tools:
                target = self.fresh("layout")
                commands = self.peers.copies(tool, host, names, target)
                runs[tool].append(spent(commands, os.environ))
                shutil.rmtree(target)
        return table(what, runs)


def apart(work: Callable[..., Any], *arguments: object) -> Any:
    """Do *work* in a process of its own: what a child is charged for begins with its parent's."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(work, arguments)


def spent(commands: Iterable[Sequence[str]], environ: Mapping[str, str]) -> Spent:
    """Run *commands* one after the other; raise if one fails."""
    started, cpu, memory = time.perf_counter(), 0.0, 0
    for words in commands:
        process = subprocess.Popen(
            words, env=dict(environ), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            assert process.stderr is not None
            raise RuntimeError(f"{shlex.join(words)}: {process.stderr.read().decode()[-2000:]}")
        assert process.stderr is not None
        process.stderr.close()
        cpu += usage.ru_utime + usage.ru_stime
        memory = max(memory, usage.ru_maxrss)
    return Spent(wall=time.perf_counter() - started, cpu=cpu, memory=memory / 1024)


def table(what: str, runs: Mapping[str, Sequence[Spent]]) -> str:
    """Return medians, and the ratio of the first to each."""

    def median(name: str, of: Callable[[Spent], float]) -> float:
        return statistics.median(map(of, runs[name]))

    first = next(iter(runs))
    lines = [
        f"{what} (goal: {GOALS[what]})\n",
        "| tool | wall s (fastest) | CPU s | MiB | wall ratio | CPU ratio |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name in runs:
        wall, cpu = median(name, lambda run: run.wall), median(name, lambda run: run.cpu)
        lines.append(
            f"| {name} | {wall:.2f} ({min(run.wall for run in runs[name]):.2f}) | {cpu:.2f} "
            f"| {median(name, lambda run: run.memory):.0f} "
            f"| {median(first, lambda run: run.wall) / wall:.2f} "
            f"| {median(first, lambda run: run.cpu) / cpu:.2f} |"
        )
    return "\n".join(lines)


def layers(bench: Bench) -> str:
    """Ten layers, about 1.1 GB."""
    sizes = [max(1, int(size * MIB * bench.scale)) for size in LAYERS]
    apart(push_layers, bench.registry.url, "bench/layers", "1", sizes)
    return bench.side_by_side("layers", bench.registry.host, ["bench/layers:1"])


def one(bench: Bench) -> str:
    """One layer of 1 GB."""
    apart(push_layers, bench.registry.url, "bench/one", "1", [int(1000 * MIB * bench.scale)])
    return bench.side_by_side("one", bench.registry.host, ["bench/one:1"])


def many(bench: Bench) -> str:
    """200 small images that share layers, in one command; skopeo has one for each."""
    count = max(2, int(200 * min(1.0, bench.scale * 10)))
    names = apart(push_many, bench.registry.url, "bench/many", count)
    return bench.side_by_side("many", bench.registry.host, names)


def slow(bench: Bench) -> str:
    """One layer of 1 GB over a link with 20 MB/s a connection and 40 ms of delay."""
    apart(push_layers, bench.registry.url, "bench/slow", "1", [int(1000 * MIB * bench.scale)])
    with SlowLink(bench.registry.port, rate=20_000_000, delay=0.04) as link:
        return bench.side_by_side("slow", link.host, ["bench/slow:1"])


def again(bench: Bench) -> str:
    """What a run asks for that finds nothing new."""
    names = apart(push_many, bench.registry.url, "bench/again", 20)
    home = bench.fresh("home")
    words, environ = bench.ferry(home, "install", *(f"{bench.registry.host}/{n}" for n in names))
    spent([words], environ)
    before = len(bench.registry.requests())
    run = spent([words], environ)
    asked = bench.registry.requests()[before:]
    heads = sum(line.startswith("HEAD ") for line in asked)
    roots = sum(line.startswith("GET /v2/ ") for line in asked)
    return (
        f"again (goal: {GOALS['again']})\n\n20 images: {heads} HEAD, {roots} GET /v2/,"
        f" {len(asked) - heads - roots} others; {run.wall:.2f} s"
    )


def killed(bench: Bench) -> str:
    """kill -9 at 90 %, and the same again: which part of the bytes comes once more."""
    size = int(1000 * MIB * bench.scale)
    apart(push_layers, bench.registry.url, "bench/killed", "1", [size])
    lines = [
        f"killed (goal: {GOALS['killed']})\n",
        "| tool | again, % of the bytes |",
        "|---|---:|",
    ]
    with SlowLink(bench.registry.port, rate=max(size // 8, MIB), delay=0.0) as link:
        home, target = bench.fresh("home"), bench.fresh("layout")
        words, environ = bench.ferry(home, "install", f"{link.host}/bench/killed:1")
        (copy,) = bench.peers.copies("skopeo", link.host, ["bench/killed:1"], target)
        for name, command, env in (("ferry", words, environ), ("skopeo", copy, os.environ)):
            part = kill_and_repeat(command, env, link, size)
            lines.append(f"| {name} | {part:.1%} |")
    return "\n".join(lines)


def kill_and_repeat(
    words: Sequence[str], environ: Mapping[str, str], link: SlowLink, size: int
) -> float:
    """Return which part of *size* passes the link when a run that was killed is repeated."""
    link.passed = 0
    process = subprocess.Popen(
        words, env=dict(environ), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while link.passed < 0.9 * size and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    time.sleep(0.2)
    link.passed = 0
    spent([words], environ)
    part: float = link.passed / size
    return part


CASES: Final = {
    "layers": layers,
    "one": one,
    "many": many,
    "slow": slow,
    "again": again,
    "killed": killed,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="of the sizes")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="*", choices=list(CASES), default=list(CASES))
    parser.add_argument("--chroot", type=Path, help="another Debian with skopeo, crane and oras")
    parser.add_argument("--folder", help="where it all is; a temporary folder if left out")
    given = parser.parse_args(arguments)
    peers = Peers(given.chroot)
    print(
        f"ferry {version('imageferry')}, {peers.versions()}, Python {platform.python_version()},"
        f" {os.cpu_count()} processors, scale {given.scale}, {given.rounds} rounds\n"
    )
    with ExitStack() as stack:
        place = given.folder or (given.chroot and given.chroot / "tmp")
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=place)))
        registry = stack.enter_context(BenchRegistry(folder))
        bench = Bench(
            folder=folder,
            registry=registry,
            peers=peers,
            scale=given.scale,
            rounds=given.rounds,
        )
        for name in given.only:
            print(CASES[name](bench), end="\n\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
