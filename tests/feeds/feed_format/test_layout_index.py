from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feed_format import Document, document_of
from feed_format.layout_index import changed_index
from provider_core.errors import Conflict

from .feeds import package

REF = "org.opencontainers.image.ref.name"


def _documents(versions: dict[str, set[str]]) -> dict[str, Document | None]:
    return {
        name: document_of(package(name, version) for version in found) if found else None
        for name, found in versions.items()
    }


def _refs(data: bytes) -> list[str]:
    return [entry["annotations"][REF] for entry in json.loads(data)["manifests"]]


contents = st.dictionaries(
    st.sampled_from(["a", "b", "team/c", "host:5000/d"]),
    st.sets(st.sampled_from(["1", "2", "latest", ""]), max_size=3),
)


@given(st.lists(contents, max_size=4))
def test_step_by_step_or_at_once_is_the_same(steps: list[dict[str, set[str]]]) -> None:
    index: bytes | None = None
    whole: dict[str, set[str]] = {}
    for step in steps:
        index = changed_index(index, _documents(step)).data
        whole |= step
    assert (index or changed_index(None, {}).data) == changed_index(None, _documents(whole)).data


@given(contents)
def test_every_version_has_its_reference(content: dict[str, set[str]]) -> None:
    expected = {
        f"{name}:{version}" if version else name
        for name, versions in content.items()
        for version in versions
    }
    refs = _refs(changed_index(None, _documents(content)).data)
    assert (set(refs), len(refs)) == (expected, len(expected))


@pytest.mark.parametrize("damaged", [b"", b"{}", b"[]", b"x" * (17 << 20)], ids=len)
def test_a_damaged_index_counts_as_empty(damaged: bytes) -> None:
    assert _refs(changed_index(damaged, _documents({"a": {"1"}})).data) == ["a:1"]


def test_two_names_with_one_lower_case_form_are_refused() -> None:
    index = changed_index(None, _documents({"a b": {"1"}})).data
    with pytest.raises(Conflict, match="'a-b'"):
        changed_index(index, _documents({"a-b": {"1"}}))
    assert _refs(changed_index(index, _documents({"a-b": {"2"}})).data) == ["a-b:1", "a-b:2"]


def test_beyond_its_limit_each_name_keeps_its_newest_version() -> None:
    names = {f"n{number:05}": {"1.9", "1.10", "2.0-rc.1"} for number in range(3400)}
    refs = _refs(changed_index(None, _documents(names)).data)
    assert refs == [f"{name}:1.10" for name in sorted(names)]
