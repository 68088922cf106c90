"""Signed feeds beside what they replace: refreshing, and fetching large images.

Run ``python benchmarks/feeds.py`` on a quiet machine, with the Python that ferry is installed in;
nginx, curl, skopeo and docker-registry must be there.

* ``refresh [--names 10000]``: bytes and seconds of a first refresh over HTTP and of one after one
  change, beside fetching and reading one compressed index of the same content, as
  ``apt-get update`` does.
* ``blobs [--megabytes 1024] [--rounds 5]``: an image of one blob and one of ten layers with
  ferry (verified, durable) from nginx, with curl (neither) from the same nginx, and with
  ``skopeo copy`` from docker-registry.  The commands take turns; medians, and CPU beside them.

Prints Markdown tables for RESULTS.md.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import platform
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.peer_servers import Traffic, Web, registry, web_server
from feed_format import (
    FeedRoles,
    PublicKey,
    RoleKeys,
    SigningKey,
    create_feed,
    document_of,
    fingerprint_of,
    first_root,
    open_publisher,
    show_fingerprint,
    sign_root,
)
from provider_core import Host, Settings
from provider_core.model import Package, PackageId
from provider_core.oci import Descriptor, ImageConfig, Manifest
from provider_core.oci.media_types import OCI_CONFIG, OCI_LAYER, OCI_MANIFEST
from provider_core.platforms import Platform
from provider_core.store import DirectoryStore, Store, put
from provider_feed import FeedProvider

AMD64 = Platform(os="linux", architecture="amd64")
LAYERS = 10
LARGER = 1.1
"""The image of ten layers has so much more than the one of one blob."""


class BenchFeed:
    """A feed with a key of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._key = SigningKey.generate()
        role = RoleKeys(keys=(PublicKey.of(self._key),))
        ends = datetime.now(UTC) + timedelta(days=9)
        root = first_root(FeedRoles.split(root=role, online=role), ends)
        self._root = sign_root(root, [self._key])
        create_feed(path, [self._root])

    @property
    def fingerprint(self) -> str:
        """What readers pin."""
        return show_fingerprint(fingerprint_of(self._root))

    def publish(
        self,
        packages: Iterable[Package],
        *,
        reader: Store | None = None,
        blobs: Iterable[Descriptor] = (),
    ) -> None:
        """Publish *packages*, with their *blobs* from *reader*."""
        with open_publisher(self.path, [self._key]) as publisher:
            publisher.add(packages, reader=reader, blobs=blobs)
            publisher.publish()


# refresh ----------------------------------------------------------------------------------


def offer(name: str, version: str, pin: Descriptor | None = None) -> Package:
    """Return a package as publishers describe them."""
    identity = PackageId(provider="feed", source="", name=name, version=version)
    return Package(
        id=identity,
        pin=pin or Descriptor.of(f"{name}:{version}".encode(), OCI_MANIFEST),
        publisher="Example",
        summary=f"The image {name}, as it is built every night",
        platforms=(AMD64,),
        size=random.Random(name).randrange(1 << 30),
    )


def write_index(packages: Sequence[Package], path: Path) -> None:
    """Write one compressed file with everything that the feed says, a line a name."""
    with gzip.open(path, "wb", compresslevel=6) as file:
        for package in packages:
            file.write(document_of([package]).as_bytes() + b"\n")


def fetch_index(url: str, target: Path) -> None:
    """Fetch the index file whole and read every line, as a package manager does."""
    subprocess.run(["curl", "-sSf", "-o", str(target), url], check=True)
    with gzip.open(target) as file:
        for line in file:
            json.loads(line)


_NOTHING = Traffic(requests=0, sent=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What something took."""

    seconds: float
    cpu: float
    """Seconds of processor time, of this process and of those that it started."""
    traffic: Traffic = _NOTHING


def measured(web: Web, act: Callable[[], object]) -> Run:
    """Do *act*; return what it took, and what it had nginx send."""
    before, cpu, started = web.traffic(), _cpu(), time.perf_counter()
    act()
    seconds, used = time.perf_counter() - started, _cpu() - cpu
    time.sleep(0.2)  # the last lines of the log
    return Run(seconds=seconds, cpu=used, traffic=web.traffic().since(before))


def refresh(names: int, folder: Path) -> None:
    """Measure refreshing a feed of *names* names, and print it."""
    feed, www = BenchFeed(folder / "www"), folder / "www"
    packages = [offer(f"library/image-{number:06}", "1.2.3") for number in range(names)]
    feed.publish(packages)
    write_index(packages, www / "index.gz")
    with web_server(www, folder / "nginx") as web, _home(folder / "home") as host:
        options = {"fingerprint": feed.fingerprint}
        rows = {
            "ferry, first refresh": measured(
                web, lambda: host.add_source("lab", web.url, provider="feed", options=options)
            )
        }
        feed.publish([offer("library/image-000077", "1.2.4")])
        rows["ferry, after one change"] = measured(web, lambda: host.refresh("lab"))
        rows["ferry, nothing new"] = measured(web, lambda: host.refresh("lab"))
        index = f"{web.url}/index.gz"
        rows["one index file, every time"] = measured(
            web, lambda: fetch_index(index, folder / "got.gz")
        )
        assert host.sources()[0].offers == names + 1
    print(f"{names:,} names.\n\n| | bytes | requests | wall | CPU |\n|---|---:|---:|---:|---:|")
    for name, run in rows.items():
        print(
            f"| {name} | {run.traffic.sent:,} | {run.traffic.requests:,}"
            f" | {run.seconds:.2f} s | {run.cpu:.2f} s |"
        )


def _home(path: Path) -> Host:
    # The first refresh of 100,000 names takes longer than a source has for an answer.
    return Host(
        path, providers=[FeedProvider], settings=Settings(plugins=False, stall_timeout=3600)
    )


# blobs ------------------------------------------------------------------------------------


def make_image(
    store: DirectoryStore, name: str, layers: int, size: int
) -> tuple[Package, list[Descriptor]]:
    """Put an image of *size* random bytes in *layers* layers into *store*."""
    with store.lease() as lease:
        writer = store.writer(lease)
        blobs = []
        for number in range(layers):
            with writer.compute(size) as computed:
                for piece in _random_pieces(f"{name}{number}", size // layers):
                    computed.write(piece)
                blobs.append(computed.commit(OCI_LAYER))
        config = put(
            writer, ImageConfig.build(AMD64, [blob.digest for blob in blobs]).raw, OCI_CONFIG
        )
        manifest = Manifest.build(config, blobs)
        root = put(writer, manifest.raw, manifest.media_type)
    return offer(name, "1", root), [root, config, *blobs]


def _random_pieces(seed: str, size: int) -> Iterator[bytes]:
    chance = random.Random(seed)
    for start in range(0, size, 1 << 20):
        yield chance.randbytes(min(1 << 20, size - start))


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """Commands that bring one image, each to a place of its own that is empty before."""

    title: str
    commands: dict[str, Callable[[Path], Sequence[str]]]


def contest(
    title: str, image: str, blobs: Sequence[Descriptor], home: Path, web: Web, place: str
) -> Contest:
    """Return how ferry, curl and skopeo bring *image*; *home* knows the feed."""
    urls = [f"{web.url}/blobs/sha256/{blob.digest.hex}" for blob in blobs]

    def ferry(target: Path) -> Sequence[str]:
        shutil.copytree(home, target)
        main = [sys.executable, "-m", "provider_core.cli"]
        return [*main, "install", image, "--progress", "none", "--home", str(target)]

    def curl(target: Path) -> Sequence[str]:
        target.mkdir()
        outputs = [word for url in urls for word in ("-o", str(target / Path(url).name), url)]
        return ["curl", "-sSf", *outputs]

    def skopeo(target: Path) -> Sequence[str]:
        source = f"docker://{place}/{image}:1"
        return ["skopeo", "copy", "-q", "--src-tls-verify=false", source, f"oci:{target}:1"]

    return Contest(
        title=title,
        commands={
            "ferry from nginx (verified, durable)": ferry,
            "curl from nginx (no hash, no fsync)": curl,
            "skopeo copy from docker-registry": skopeo,
        },
    )


def compete(one: Contest, folder: Path, rounds: int) -> None:
    """Run the commands in turns and print medians and ratios."""
    runs: dict[str, list[Run]] = {name: [] for name in one.commands}
    for turn in range(rounds + 1):
        for number, (name, prepare) in enumerate(one.commands.items()):
            target = folder / f"target-{number}"
            command = prepare(target)
            os.sync()
            cpu, started = _cpu(), time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            if turn:  # the first turn fills the caches
                runs[name].append(Run(seconds=time.perf_counter() - started, cpu=_cpu() - cpu))
            shutil.rmtree(target)
    print(f"\n{one.title}\n\n| | wall | fastest | CPU | wall, ratio |\n|---|---:|---:|---:|---:|")
    base = statistics.median(run.seconds for run in next(iter(runs.values())))
    for name, some in runs.items():
        median = statistics.median(run.seconds for run in some)
        print(
            f"| {name} | {median:.2f} s | {min(run.seconds for run in some):.2f} s"
            f" | {statistics.median(run.cpu for run in some):.2f} s | {median / base:.2f} |"
        )


def blobs(megabytes: int, rounds: int, folder: Path) -> None:
    """Measure fetching two large images, and print it."""
    feed, size = BenchFeed(folder / "www"), megabytes << 20
    shapes = {"one-blob": (1, size), "ten-layers": (LAYERS, int(size * LARGER))}
    store, images = DirectoryStore(folder / "store"), {}
    for name, (layers, amount) in shapes.items():
        package, found = make_image(store, name, layers, amount)
        feed.publish([package], reader=store, blobs=found)
        images[name] = found
    store.close()
    shutil.rmtree(folder / "store")
    with ExitStack() as stack:
        web = stack.enter_context(web_server(feed.path, folder / "nginx"))
        place = stack.enter_context(registry(folder / "registry"))
        with _home(folder / "home") as host:
            host.add_source(
                "lab", web.url, provider="feed", options={"fingerprint": feed.fingerprint}
            )
        for name, found in images.items():
            source, target = f"oci:{feed.path}:{name}:1", f"docker://{place}/{name}:1"
            copy = ["skopeo", "copy", "-q", "--dest-tls-verify=false", source, target]
            subprocess.run(copy, check=True)
            layers, amount = shapes[name]
            title = f"{amount >> 20} MiB in {layers} blob{'s' * (layers > 1)}, {rounds} rounds"
            one = contest(title, name, found[2:], folder / "home", web, place)
            compete(one, folder, rounds)


def _cpu() -> float:
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _versions() -> str:
    told = [["nginx", "-v"], ["curl", "--version"], ["skopeo", "--version"]]
    told.append(["docker-registry", "--version"])
    lines = []
    for command in told:
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        lines.append((ran.stdout or ran.stderr).splitlines()[0].strip())
    return "; ".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--folder", type=Path, help="where everything is written; a temporary one")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("refresh").add_argument("--names", type=int, default=10_000)
    large = verbs.add_parser("blobs")
    large.add_argument("--megabytes", type=int, default=1024)
    large.add_argument("--rounds", type=int, default=5)
    told = parser.parse_args(arguments)
    print(
        f"Python {platform.python_version()}, {platform.platform()}, {os.cpu_count()} processors;"
    )
    print(f"{_versions()}.\n")
    with tempfile.TemporaryDirectory(dir=told.folder) as name:
        folder = Path(name)
        folder.chmod(0o755)
        if told.verb == "refresh":
            refresh(told.names, folder)
        else:
            blobs(told.megabytes, told.rounds, folder)


if __name__ == "__main__":
    main()
