"""Laws of all documents: what is built is read again, and strangers' bytes give nothing worse."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_core.digests import Digest
from provider_core.errors import DocumentError
from provider_core.oci import (
    Descriptor,
    HistoryEntry,
    ImageConfig,
    Index,
    Manifest,
    Node,
    parse_root,
)
from provider_core.oci.layout import parse_layout, parse_layout_index
from provider_core.platforms import Platform

VECTORS = sorted((Path(__file__).parents[2] / "fixtures" / "oci").glob("*.json"))
Parser = Callable[[bytes], object]
PARSERS: list[Parser] = [
    Manifest.parse,
    Index.parse,
    ImageConfig.parse,
    parse_root,
    parse_layout,
    parse_layout_index,
]

_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_texts = st.lists(_text, max_size=3).map(tuple)
_maps = st.dictionaries(_text.filter(bool), _text, max_size=3)
_token = st.from_regex(r"[a-z0-9._-]{1,8}", fullmatch=True)
_types = st.from_regex(r"[a-z]{1,8}/[a-z0-9.+-]{1,20}", fullmatch=True)
_digests = st.binary(max_size=8).map(Digest.of)
_platforms = st.builds(
    Platform, os=_token, architecture=_token, variant=_token | st.just(""), os_version=_token
)
_descriptors = st.builds(
    Descriptor,
    media_type=_types,
    digest=_digests,
    size=st.integers(0, 2**63 - 1),
    annotations=_maps,
    platform=st.none() | _platforms,
    artifact_type=_types | st.just(""),
    urls=_texts,
)
_subjects = st.none() | _descriptors
_steps = st.builds(
    HistoryEntry,
    created=_text,
    created_by=_text,
    comment=_text,
    author=_text,
    empty_layer=st.booleans(),
)


@given(_descriptors)
def test_descriptors_come_back(descriptor: Descriptor) -> None:
    again = Descriptor.from_node(Node(descriptor.as_json()))
    assert again == descriptor
    assert hash(again) == hash(descriptor)


@given(
    config=_descriptors,
    layers=st.lists(_descriptors, max_size=3),
    annotations=_maps,
    artifact_type=_types | st.just(""),
    subject=_subjects,
)
def test_manifests_come_back(
    config: Descriptor,
    layers: list[Descriptor],
    annotations: dict[str, str],
    artifact_type: str,
    subject: Descriptor | None,
) -> None:
    built = Manifest.build(
        config, layers, annotations=annotations, artifact_type=artifact_type, subject=subject
    )
    assert (built.config, list(built.layers), built.subject) == (config, layers, subject)
    assert (built.annotations, built.artifact_type) == (annotations, artifact_type)
    assert parse_root(built.raw, media_type=built.media_type) == built


@given(st.lists(_descriptors, max_size=3), _maps, _subjects)
def test_indexes_come_back(
    manifests: list[Descriptor], annotations: dict[str, str], subject: Descriptor | None
) -> None:
    built = Index.build(manifests, annotations=annotations, subject=subject)
    assert (list(built.manifests), built.subject) == (manifests, subject)
    assert built.annotations == annotations
    assert parse_root(built.raw, media_type=built.media_type) == built


@given(
    platform=_platforms,
    diff_ids=st.lists(_digests, max_size=3).map(tuple),
    history=st.lists(_steps, max_size=3).map(tuple),
    words=_texts,
    labels=_maps,
    text=_text,
)
def test_configs_come_back(
    platform: Platform,
    diff_ids: tuple[Digest, ...],
    history: tuple[HistoryEntry, ...],
    words: tuple[str, ...],
    labels: dict[str, str],
    text: str,
) -> None:
    built = ImageConfig.build(
        platform, diff_ids, history=history, env=words, labels=labels, user=text, created=text
    )
    assert (built.platform, built.diff_ids, built.history) == (platform, diff_ids, history)
    assert (built.env, built.labels) == (words, labels)
    assert built.user == built.created == text
    assert ImageConfig.parse(built.raw) == built


def _survives(parse: Parser, data: bytes) -> None:
    error = _refusal(parse, data)
    if error is not None:
        assert error.fields["reason"]
        assert str(error.fields["path"]).isascii()


def _refusal(parse: Parser, data: bytes) -> DocumentError | None:
    # Any other exception than our own goes through, and fails the test.
    try:
        parse(data)
    except DocumentError as error:
        return error
    return None


@pytest.mark.parametrize("parse", PARSERS)
@given(data=st.binary(max_size=200))
def test_any_bytes(parse: Parser, data: bytes) -> None:
    _survives(parse, data)


@given(data=st.data())
def test_real_documents_with_bytes_changed(data: st.DataObject) -> None:
    original = data.draw(st.sampled_from(VECTORS)).read_bytes()
    start = data.draw(st.integers(0, len(original)))
    end = data.draw(st.integers(start, min(start + 40, len(original))))
    changed = original[:start] + data.draw(st.binary(max_size=8)) + original[end:]
    for parse in PARSERS:
        _survives(parse, changed)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=4,
)


@given(data=st.data())
def test_real_documents_with_one_value_replaced(data: st.DataObject) -> None:
    document = json.loads(data.draw(st.sampled_from(VECTORS)).read_bytes())
    place: Any = document
    while True:
        keys = sorted(place) if isinstance(place, dict) else range(len(place))
        key = data.draw(st.sampled_from(keys))
        if not place[key] or not isinstance(place[key], dict | list) or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = data.draw(_json)
    changed = json.dumps(document).encode()
    for parse in PARSERS:
        _survives(parse, changed)


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_every_truncation_of_a_real_document_is_refused(path: Path) -> None:
    original = path.read_bytes().rstrip()
    for length in range(len(original)):
        with pytest.raises(DocumentError):
            parse_root(original[:length])
