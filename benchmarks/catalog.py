"""Finding among a million offers: `Offers` beside a bare SQLite table with the same rows.

    python benchmarks/catalog.py [--rows 1000000] [--asks 500]

The bare table holds name, version, sort key, digest, summary and size, with the indexes that its
queries need and the same word index; it answers with tuples, `Offers` with `Package` values.
Times are milliseconds on a warm cache, each query asked for names drawn at random.
"""

from __future__ import annotations

import argparse
import platform
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from provider_core.catalog import Offers
from provider_core.digests import Digest
from provider_core.model import Package, PackageId, Query, Snapshot
from provider_core.oci import Descriptor
from provider_core.versions import Version, VersionRange

VERSIONS = 20
"""Offers of each image."""
PAGE = 50
"""Packages that prefix and word searches ask for."""
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
KINDS = ("web", "database", "queue", "cache", "proxy", "runtime", "monitor", "editor")
TRAITS = ("small", "fast", "secure", "distributed", "embedded", "portable", "graphical")

BARE_TABLES = """
    CREATE TABLE offer (
        name TEXT, version TEXT, vkey BLOB, label INTEGER, digest BLOB, summary TEXT, size INTEGER
    );
"""
BARE_INDEXES = """
    CREATE INDEX by_name ON offer (name, label, vkey DESC, version);
    CREATE INDEX by_digest ON offer (digest);
    CREATE TABLE entry (id INTEGER PRIMARY KEY, name TEXT, text TEXT);
    INSERT INTO entry (name, text)
        SELECT name, name || ' ' || LOWER(summary) FROM offer GROUP BY name;
    CREATE VIRTUAL TABLE words USING fts5
        (text, content='entry', content_rowid='id', tokenize='trigram case_sensitive 1');
    INSERT INTO words (words) VALUES ('rebuild');
"""
BARE_NEWEST = """
    SELECT * FROM offer WHERE name = ? AND label = 0 ORDER BY vkey DESC LIMIT 1
"""
BARE_RANGE = """
    SELECT * FROM offer WHERE name = ? AND label = 0 AND vkey >= ? AND vkey < ?
    ORDER BY vkey DESC LIMIT 1
"""
BARE_TAG = "SELECT * FROM offer WHERE name = ? AND version = ?"
BARE_DIGEST = "SELECT * FROM offer WHERE digest = ?"
BARE_ALL = "SELECT * FROM offer WHERE name = ? ORDER BY vkey DESC"
BARE_PREFIX = """
    SELECT offer.* FROM (
        SELECT DISTINCT name FROM offer WHERE name >= ? AND name < ? ORDER BY name LIMIT ?
    ) AS wanted CROSS JOIN offer ON offer.rowid = (
        SELECT rowid FROM offer AS newest WHERE newest.name = wanted.name AND label = 0
        ORDER BY vkey DESC LIMIT 1
    )
"""
BARE_WORDS = """
    SELECT offer.* FROM (
        SELECT entry.name FROM words JOIN entry ON entry.id = words.rowid
        WHERE words MATCH ? ORDER BY entry.name LIMIT ?
    ) AS wanted CROSS JOIN offer ON offer.rowid = (
        SELECT rowid FROM offer AS newest WHERE newest.name = wanted.name AND label = 0
        ORDER BY vkey DESC LIMIT 1
    )
"""

BareRow = tuple[str, str, bytes, bool, bytes, str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One kind of query, to be asked of both."""

    label: str
    ours: Callable[[str], object]
    bare: Callable[[str], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long a query takes, seconds."""

    p50: float
    p99: float

    @classmethod
    def of(cls, ask: Callable[[str], object], names: list[str]) -> Timing:
        """Ask once for each name, after a warm-up."""
        for name in names[: len(names) // 5]:
            ask(name)
        times = []
        for name in names:
            began = time.perf_counter()
            ask(name)
            times.append(time.perf_counter() - began)
        cuts = statistics.quantiles(times, n=100, method="inclusive")
        return cls(p50=cuts[49], p99=cuts[98])

    def __str__(self) -> str:
        return f"{self.p50 * 1e3:.3f} | {self.p99 * 1e3:.3f}"


def image_name(number: int) -> str:
    """Return the name of image *number*; every tenth belongs to one of 100 teams."""
    kind = KINDS[number % len(KINDS)]
    return f"team-{number % 1000 // 10:02}/{kind}-{number:06}"


def summary_of(number: int) -> str:
    """Return one line about image *number*."""
    traits = f"{TRAITS[number % len(TRAITS)]} and {TRAITS[number // 7 % len(TRAITS)]}"
    return f"A {traits} {KINDS[number % len(KINDS)]} server, number {number} of its kind"


def version_texts() -> Iterator[str]:
    """Yield the versions of every image: releases, variants of them, and `latest`."""
    for minor in range(VERSIONS - 7):
        yield f"1.{minor}.{minor * 3 % 7}"
    for minor in range(6):
        yield f"1.{minor * 2}.0-alpine"
    yield "latest"


def packages(rows: int) -> Iterator[Package]:
    """Yield *rows* offers."""
    texts = list(version_texts())
    for number in range(rows // VERSIONS):
        name, summary = image_name(number), summary_of(number)
        for text in texts:
            content = "1.12.1" if text == "latest" else text
            pin = Descriptor.of(f"{name} {content}".encode(), MANIFEST)
            identity = PackageId(provider="feed", source="bench", name=name, version=text)
            yield Package(id=identity, pin=pin, summary=summary, publisher="CN=Bench", size=7 << 20)


def bare_row(package: Package) -> BareRow:
    """Return what the bare table keeps of an offer; the sort key is needed there too."""
    version = Version.parse(package.version)
    assert isinstance(package.pin, Descriptor)
    digest = bytes.fromhex(package.pin.digest.hex)
    size = package.size or 0
    return (
        package.name,
        package.version,
        version.key,
        version.is_label,
        digest,
        package.summary,
        size,
    )


def fill_bare(path: Path, rows: int) -> sqlite3.Connection:
    """Make the bare table: rows first, indexes after."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA cache_size = -65536")
    connection.executescript(BARE_TABLES)
    connection.executemany(
        "INSERT INTO offer VALUES (?, ?, ?, ?, ?, ?, ?)", map(bare_row, packages(rows))
    )
    connection.executescript(BARE_INDEXES)
    connection.commit()
    return connection


def questions(offers: Offers, bare: sqlite3.Connection) -> list[Question]:
    """Return the queries, written for both."""
    between = VersionRange.parse(">=1.3,<1.9")
    low, _, high, _ = between.bounds()
    above = "\U0010ffff"

    def find(limit: int | None = None, **fields: object) -> object:
        return offers.find(Query(**fields), ["bench"], limit=limit)  # type: ignore[arg-type]

    def ask(statement: str, *parameters: object) -> object:
        return bare.execute(statement, parameters).fetchall()

    def digest(name: str) -> Digest:
        return Digest.of(f"{name} 1.3.2".encode())

    return [
        Question(
            label="newest of a name",
            ours=lambda name: find(name=name),
            bare=lambda name: ask(BARE_NEWEST, name),
        ),
        Question(
            label="newest that fits >=1.3,<1.9",
            ours=lambda name: find(name=name, versions=between),
            bare=lambda name: ask(BARE_RANGE, name, low, high),
        ),
        Question(
            label="name and tag",
            ours=lambda name: find(name=name, tag="1.3.2"),
            bare=lambda name: ask(BARE_TAG, name, "1.3.2"),
        ),
        Question(
            label="by digest",
            ours=lambda name: find(digest=digest(name)),
            bare=lambda name: ask(BARE_DIGEST, bytes.fromhex(digest(name).hex)),
        ),
        Question(
            label=f"all {VERSIONS} versions of a name",
            ours=lambda name: find(name=name, all_versions=True),
            bare=lambda name: ask(BARE_ALL, name),
        ),
        Question(
            label=f"prefix, newest of the first {PAGE}",
            ours=lambda name: find(PAGE, name=f"{name[:9]}*"),
            bare=lambda name: ask(BARE_PREFIX, name[:9], name[:9] + above, PAGE),
        ),
        Question(
            label=f"a rare word, newest of {PAGE}",
            ours=lambda name: find(PAGE, words=name[-6:]),
            bare=lambda name: ask(BARE_WORDS, f'"{name[-6:]}"', PAGE),
        ),
        Question(
            label=f"two common words, newest of {PAGE}",
            ours=lambda name: find(PAGE, words="proxy embedded"),
            bare=lambda name: ask(BARE_WORDS, '"proxy" AND "embedded"', PAGE),
        ),
    ]


def load_lines(rows: int, folder: Path) -> tuple[list[str], Offers, sqlite3.Connection]:
    """Fill both and return what that cost, as lines of a table."""
    began = time.perf_counter()
    for _ in packages(rows):
        pass
    making = time.perf_counter() - began
    offers = Offers(folder / "offers.db")
    seconds = {}
    began = time.perf_counter()
    offers.apply("bench", Snapshot(since=None, token="1", upserts=packages(rows)))
    seconds["Offers"] = time.perf_counter() - began - making
    began = time.perf_counter()
    bare = fill_bare(folder / "bare.db", rows)
    seconds["bare table"] = time.perf_counter() - began - making
    sizes = {"Offers": folder / "offers.db", "bare table": folder / "bare.db"}
    lines = ["| load | seconds | rows/s | MiB |", "|---|---|---|---|"]
    for label, took in seconds.items():
        size = sizes[label].stat().st_size / (1 << 20)
        lines.append(f"| {label} | {took:.1f} | {rows / took:,.0f} | {size:.0f} |")
    return lines, offers, bare


def question_lines(offers: Offers, bare: sqlite3.Connection, names: list[str]) -> Iterator[str]:
    """Ask everything and yield the lines of a table."""
    yield "| query | Offers p50 | p99 | bare p50 | p99 | ratio |"
    yield "|---|---|---|---|---|---|"
    for question in questions(offers, bare):
        ours, theirs = Timing.of(question.ours, names), Timing.of(question.bare, names)
        yield f"| {question.label} | {ours} | {theirs} | {ours.p50 / theirs.p50:.1f} |"


def change_line(offers: Offers, rows: int) -> str:
    """Return what a refresh of one changed offer costs."""
    one = next(packages(rows))
    began = time.perf_counter()
    offers.apply("bench", Snapshot(since="1", token="2", upserts=[one]))
    return f"A refresh of one changed offer takes {(time.perf_counter() - began) * 1e3:.0f} ms."


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rows", type=int, default=1_000_000, help=f"a multiple of {VERSIONS}")
    parser.add_argument("--asks", type=int, default=500, help="how often each query is asked")
    arguments = parser.parse_args()
    rows = max(VERSIONS, arguments.rows // VERSIONS * VERSIONS)
    images = rows // VERSIONS
    chance = random.Random(1)
    names = [image_name(chance.randrange(images)) for _ in range(max(2, arguments.asks))]
    print(f"{rows:,} offers of {images:,} images; Python {platform.python_version()},")
    print(f"SQLite {sqlite3.sqlite_version}, {platform.system()} {platform.machine()}.\n")
    with tempfile.TemporaryDirectory() as folder:
        lines, offers, bare = load_lines(rows, Path(folder))
        print("\n".join(lines), end="\n\n")
        print("\n".join(question_lines(offers, bare, names)), end="\n\n")
        print(change_line(offers, rows))
        offers.close()
        bare.close()
    sys.stdout.flush()


if __name__ == "__main__":
    main()
