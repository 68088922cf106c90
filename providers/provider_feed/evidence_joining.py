"""Evidence of many images in one bundle: each publisher's newest list, and what it vouches for.

Images may have come at different times.  A bundle carries one list of each publisher; a shard of
an older one still counts if the newest list names the very same file.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from tuf.api.metadata import Targets, Timestamp

from feed_format import Evidence, Publisher, evidence_base
from feed_format.feed_folder import FeedFolder
from feed_format.paths import SHARDS, TARGETS
from feed_format.published_state import METADATA_LIMIT
from feed_format.signing import read_metadata
from feed_format.target_list import TargetList
from provider_core.context import Context
from provider_core.digests import Digest
from provider_core.errors import NotFoundError
from provider_core.model import Held
from provider_core.store import Reader

from .evidence_artifact import held_evidence

__all__ = ["add_evidence", "joined", "tell_left"]

_POINTER: Final = "timestamp.json"
_LIST: Final = re.compile(r"(\d+)\.targets\.json")
_SHARD: Final = re.compile(rf"{TARGETS}/{SHARDS}/([0-9a-f]{{64}})\.[0-9a-f]{{2}}\.json")


def add_evidence(
    publisher: Publisher, bundle: Path, images: Sequence[Held], reader: Reader
) -> tuple[str, ...]:
    """Carry the evidence of *images* in the *bundle*; return whose is too old to be carried.

    Raises IntegrityError for damaged evidence, NoSpace, StoreError.
    """
    by_publisher: defaultdict[Digest, list[tuple[str, Evidence]]] = defaultdict(list)
    for held in images:
        for descriptor in held.content.evidence:
            evidence = held_evidence(descriptor, reader)
            by_publisher[evidence.fingerprint].append((str(held.package), evidence))
    left: list[str] = []
    for fingerprint, found in by_publisher.items():
        there = _there(bundle, fingerprint)
        named = [*found, *([("", there)] if there else [])]
        newest = max((one for _, one in named), key=_version)
        publisher.add_evidence(joined(newest, (one for _, one in found)))
        left += [name for name, one in found if not _is_vouched_for(one, newest)]
    return tuple(left)


def tell_left(names: Iterable[str], context: Context) -> None:
    """Tell of *names*, images whose evidence does not travel, what brings it."""
    for name in names:
        context.progress.notice(
            f"the publisher's signatures of {name} are older than others in this bundle and"
            " do not travel; refresh its source and install it again to bring them"
        )


def joined(newest: Evidence, others: Iterable[Evidence]) -> Evidence:
    """Return *newest* with those shards and documents of *others* that it vouches for."""
    files = dict(newest.files)
    pointer = files.pop(_path(newest, _POINTER))
    for other in others:
        if _is_vouched_for(other, newest):
            files |= _content(other)
    files[_path(newest, _POINTER)] = pointer
    return Evidence(fingerprint=newest.fingerprint, files=files)


def _is_vouched_for(evidence: Evidence, newest: Evidence) -> bool:
    """Whether the list of *newest* names every shard of *evidence*."""
    listed = {ref.digest.hex for ref in _list(newest).files.values()}
    base = f"{evidence_base(evidence.fingerprint)}/"
    shards = (_SHARD.fullmatch(path.removeprefix(base)) for path in evidence.files)
    return all(found[1] in listed for found in shards if found)


def _content(evidence: Evidence) -> dict[str, bytes]:
    """Return shards and documents, without the signed lists."""
    base = f"{evidence_base(evidence.fingerprint)}/"
    return {
        path: data
        for path, data in evidence.files.items()
        if not path.startswith(base) or _SHARD.fullmatch(path.removeprefix(base))
    }


def _version(evidence: Evidence) -> int:
    data = evidence.files[_path(evidence, _POINTER)]
    return read_metadata(Timestamp, data, _POINTER).signed.version


def _list(evidence: Evidence) -> TargetList:
    base = f"{evidence_base(evidence.fingerprint)}/"
    names = (path.removeprefix(base) for path in evidence.files)
    (name,) = (name for name in names if _LIST.fullmatch(name))
    return TargetList.read(read_metadata(Targets, evidence.files[base + name], name).signed)


def _there(bundle: Path, fingerprint: Digest) -> Evidence | None:
    """Return the signed lists of the publisher that the *bundle* carries already."""
    folder, base = FeedFolder(bundle), evidence_base(fingerprint)
    try:
        pointer = folder.read(f"{base}/{_POINTER}", METADATA_LIMIT)
    except NotFoundError:
        return None
    names = [name for name in folder.names(base) if name.endswith(".json") and name != _POINTER]
    newest = _newest_lists(names)
    files = {f"{base}/{name}": folder.read(f"{base}/{name}", METADATA_LIMIT) for name in newest}
    return Evidence(fingerprint=fingerprint, files={**files, f"{base}/{_POINTER}": pointer})


def _newest_lists(names: Iterable[str]) -> list[str]:
    """Return the roots among *names*, and of every other role the newest file alone."""
    kept: dict[str, str] = {}
    for name in names:
        number, _, role = name.partition(".")
        key = name if role == "root.json" else role
        before = kept.get(key)
        if number.isdigit() and (before is None or int(before.partition(".")[0]) < int(number)):
            kept[key] = name
    return list(kept.values())


def _path(evidence: Evidence, name: str) -> str:
    return f"{evidence_base(evidence.fingerprint)}/{name}"
