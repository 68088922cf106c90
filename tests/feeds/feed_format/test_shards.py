from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feed_format import DOCUMENT_TYPE, DocumentRef, shard_number
from feed_format.shards import EMPTY_SHARD, Shard
from provider_core.digests import Digest
from provider_core.errors import DocumentError, NotSupported
from provider_core.references import name_key

from .strategies import names


def _ref(name: str, size: int = 1) -> DocumentRef:
    return DocumentRef(name=name, digest=Digest.of(name.encode()), size=size)


@given(names)
def test_the_number_is_the_first_byte_of_the_hash_of_the_folded_name(name: str) -> None:
    assert shard_number(name) == hashlib.sha256(name.casefold().encode()).digest()[0]
    assert shard_number(name) == shard_number(name_key(name))


@given(st.lists(names, max_size=60), st.integers(0, 255))
def test_a_shard_comes_back_from_its_bytes(all_names: list[str], spare: int) -> None:
    number = shard_number(all_names[0]) if all_names else spare
    shard = Shard.of(_ref(name) for name in all_names if shard_number(name) == number)
    assert Shard.parse(shard.as_bytes(), number) == shard


@given(st.lists(names, max_size=5), st.lists(names, max_size=5))
def test_changes_add_replace_and_remove(old: list[str], new: list[str]) -> None:
    shard = Shard.of(map(_ref, old))
    changed = shard.changed({name_key(name): _ref(name, 9) for name in new})
    assert set(changed.names) == {name_key(name) for name in (*old, *new)}
    gone = changed.changed({name_key(name): None for name in (*old, *new)})
    assert gone == EMPTY_SHARD


def test_a_document_is_a_blob_of_its_type() -> None:
    descriptor = _ref("tool", 7).descriptor
    assert (descriptor.media_type, descriptor.size) == (DOCUMENT_TYPE, 7)


def _shard(entries: list[dict[str, object]], version: str = "1.0") -> bytes:
    return json.dumps({"format": version, "names": entries}).encode()


def _entry(name: str = "tool", **fields: object) -> dict[str, object]:
    return {"name": name, "digest": str(Digest.of(b"")), "size": 0, **fields}


@pytest.mark.parametrize(
    ("entries", "path"),
    [
        ([_entry(), _entry("TOOL")], "names[1].name"),
        ([_entry(size=-1)], "names[0].size"),
        ([_entry(digest="sha256:0")], "names[0].digest"),
        ([_entry("")], "names[0].name"),
        ([{"name": "tool"}], "names[0].size"),
    ],
)
def test_what_breaks_the_format_is_refused(entries: list[dict[str, object]], path: str) -> None:
    with pytest.raises(DocumentError) as caught:
        Shard.parse(_shard(entries), shard_number("tool"))
    assert caught.value.fields["path"] == path


def test_a_name_of_another_shard_is_refused() -> None:
    with pytest.raises(DocumentError, match="belongs into shard"):
        Shard.parse(_shard([_entry()]), shard_number("tool") ^ 1)


def test_a_newer_major_version_is_refused() -> None:
    with pytest.raises(NotSupported):
        Shard.parse(_shard([], "2.0"), 0)
