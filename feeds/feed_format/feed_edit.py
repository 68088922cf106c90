"""Changes to a feed before they are published: in memory, on top of what is there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from types import MappingProxyType

from provider_core.errors import DocumentError
from provider_core.oci.layout import blob_path
from provider_core.references import name_key

from .documents import Document
from .feed_folder import Fetch, StagedFiles
from .paths import SHARD_COUNT, SHARDS, shard_target, target_file
from .shards import DocumentRef, Shard, shard_number
from .target_list import TargetList, TargetRef, fetch_exact, fetch_shard

__all__ = ["FeedEdit"]


class FeedEdit:
    """Documents and further target files that replace those of *files*.

    What was published is read through *fetch*, verified, when it is asked for.
    """

    def __init__(self, fetch: Fetch, files: TargetList) -> None:
        self._fetch = fetch
        self._files = files
        self._shards: dict[int, Shard] = {}
        self._extras: dict[str, bytes | None] = {}
        self.documents: dict[str, Document | None] = {}
        """The changed ones by `name_key`; None for a name that goes."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was changed."""
        return not self.documents and not self._extras

    def document(self, name: str) -> Document | None:
        """Return what is said of *name* now, changes included; None if nothing is.

        Raises IntegrityError, NotFoundError if what was published is damaged.
        """
        key = name_key(name)
        if key in self.documents:
            return self.documents[key]
        ref = self._shard(shard_number(name)).names.get(key)
        if ref is None:
            return None
        data = fetch_exact(self._fetch, blob_path(ref.digest), ref.digest, ref.size)
        return Document.parse(data)

    def names(self) -> Iterable[str]:
        """Yield the key of every published name, in the order of the shards."""
        for number in range(SHARD_COUNT):
            yield from self._shard(number).names

    def put(self, document: Document) -> None:
        """Say *document* of its name from now on."""
        self.documents[name_key(document.name)] = document

    def drop(self, name: str) -> None:
        """Say nothing of *name* any more."""
        self.documents[name_key(name)] = None

    def file(self, target: str) -> bytes | None:
        """Return the target file *target*, changes included; None if there is none.

        Raises IntegrityError, NotFoundError if what was published is damaged.
        """
        if target in self._extras:
            return self._extras[target]
        ref = self._files.files.get(target)
        if ref is None:
            return None
        return fetch_exact(self._fetch, target_file(target, ref.digest), ref.digest, ref.size)

    def set_file(self, target: str, data: bytes | None) -> None:
        """Publish *data* as the target file *target*, beside the shards; None takes it away.

        Raises DocumentError for a target in a folder: those are the shards'.
        """
        if "/" in target or not target:
            reason = f"{target[:64]!r} is in the folder {SHARDS} or another one"
            raise DocumentError(reason, what="target file")
        self._extras[target] = data

    def write(self, staged: StagedFiles, published: datetime) -> TargetList:
        """Stage all changed files; return the list, made at *published*, that names them."""
        files = dict(self._files.files)
        for number, refs in self._changed_refs(staged).items():
            shard = self._shard(number).changed(refs).as_bytes()
            files[shard_target(number)] = _stage(staged, shard_target(number), shard)
        for target, data in self._extras.items():
            if data is None:
                files.pop(target, None)
            else:
                files[target] = _stage(staged, target, data)
        return TargetList(files=MappingProxyType(files), published=published)

    def _changed_refs(self, staged: StagedFiles) -> dict[int, dict[str, DocumentRef | None]]:
        refs: defaultdict[int, dict[str, DocumentRef | None]] = defaultdict(dict)
        for key, document in self.documents.items():
            ref = None
            if document is not None:
                data = document.as_bytes()
                ref = document.ref(data)
                staged.add(blob_path(ref.digest), data)
            refs[shard_number(key)][key] = ref
        return dict(refs)

    def _shard(self, number: int) -> Shard:
        if number not in self._shards:
            self._shards[number] = fetch_shard(self._fetch, self._files, number)
        return self._shards[number]


def _stage(staged: StagedFiles, target: str, data: bytes) -> TargetRef:
    ref = TargetRef.of(data)
    staged.add(target_file(target, ref.digest), data)
    return ref
