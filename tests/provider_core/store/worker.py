"""A process that uses a store, for tests of many processes: `python worker.py VERB STORE …`.

pour   STORE SEED…     put a blob for each seed, look at all of them, end.
hold   STORE SEED…     put them, say "ready", keep the lease until a line comes.
begin  STORE SEED…     write all but the last byte, say "ready", write and commit after a line.
crawl  STORE SEED SIZE write one large blob, saying after each MiB how far it is.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from provider_core.oci import Descriptor
from provider_core.store import DirectoryStore, Writer, put
from provider_core.testing.store_suite import RAW, sample_bytes

_MIB = 1 << 20


def seeded(seed: int) -> bytes:
    """Return the blob of *seed*: up to 200,000 bytes."""
    return sample_bytes(seed * 7919 % 200_000, seed)


def _say(line: str) -> None:
    print(line, flush=True)


def _pour(store: DirectoryStore, writer: Writer, seeds: list[int]) -> None:
    random.shuffle(seeds)
    descriptors = [put(writer, seeded(seed), RAW) for seed in seeds]
    for descriptor in descriptors:
        store.read(descriptor)
    _say("done")


def _hold(store: DirectoryStore, writer: Writer, seeds: list[int]) -> None:
    for seed in seeds:
        put(writer, seeded(seed), RAW)
    _say("ready")
    sys.stdin.readline()


def _begin(store: DirectoryStore, writer: Writer, seeds: list[int]) -> None:
    partials = []
    for seed in seeds:
        data = seeded(seed)
        partial = writer.expect(Descriptor.of(data, RAW))
        assert partial is not None
        partial.write(0, data[:-1])
        partials.append((partial, data))
    _say("ready")
    sys.stdin.readline()
    for partial, data in partials:
        partial.write(len(data) - 1, data[-1:])
        partial.commit()
        partial.close()
    _say("done")


def _crawl(store: DirectoryStore, writer: Writer, arguments: list[int]) -> None:
    seed, size = arguments
    data = sample_bytes(size, seed)
    partial = writer.expect(Descriptor.of(data, RAW))
    assert partial is not None
    for start in range(0, size, _MIB):
        partial.write(start, memoryview(data)[start : start + _MIB])
        _say(str(min(start + _MIB, size)))
    partial.commit()


_VERBS = {"pour": _pour, "hold": _hold, "begin": _begin, "crawl": _crawl}


def main() -> None:
    verb, path, *numbers = sys.argv[1:]
    store = DirectoryStore(Path(path))
    with store.lease() as lease:
        _VERBS[verb](store, store.writer(lease), [int(number) for number in numbers])


if __name__ == "__main__":
    main()
