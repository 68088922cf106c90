from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provider_core.errors import DocumentError
from provider_core.model import Content, Hold, Installed, Package, Source, Tag
from provider_core.model.codec import (
    decode_content,
    decode_hold,
    decode_installed,
    decode_package,
    decode_source,
    decode_tag,
    encode,
    installed_document,
    load_text,
    parse_installed_document,
    to_text,
)

from .catalog import samples
from .catalog.samples import image, offer

Decoder = Callable[[object], Any]
DECODERS: list[tuple[str, Decoder, Any]] = [
    ("package", decode_package, offer("nginx", "1.27")),
    ("content", decode_content, image("nginx", "1.27").content),
    ("installed", decode_installed, image("nginx", "1.27")),
    ("source", decode_source, samples.source("lab")),
    ("tag", decode_tag, Tag(name="web", tag="1", image=samples.key("nginx", "1.27"))),
    ("hold", decode_hold, Hold(image=samples.key("nginx", "1.27"), reason="wanted")),
]
EACH = pytest.mark.parametrize(
    ("decode", "value"), [row[1:] for row in DECODERS], ids=[row[0] for row in DECODERS]
)

values = st.one_of(
    samples.packages.map(lambda value: (decode_package, value)),
    samples.contents.map(lambda value: (decode_content, value)),
    samples.installed.map(lambda value: (decode_installed, value)),
    samples.sources.map(lambda value: (decode_source, value)),
    samples.tags.map(lambda value: (decode_tag, value)),
    samples.holds.map(lambda value: (decode_hold, value)),
)


@given(values)
def test_every_value_comes_back_from_its_text(pair: tuple[Decoder, Any]) -> None:
    decode, value = pair
    assert decode(load_text(to_text(value))) == value


@EACH
def test_keys_of_newer_releases_are_ignored(decode: Decoder, value: Any) -> None:
    assert decode({**encode(value), "mood": {"of": ["a", "newer", "release"]}}) == value


@EACH
@pytest.mark.parametrize("damaged", [None, [], "text", 1, {}], ids=repr)
def test_what_is_no_such_object_is_malformed(decode: Decoder, value: Any, damaged: object) -> None:
    with pytest.raises(DocumentError):
        decode(damaged)


@given(st.data())
def test_a_value_of_another_kind_is_malformed_or_harmless(data: st.DataObject) -> None:
    document = encode(image("nginx", "1.27"))
    place = data.draw(st.sampled_from(sorted(document)))
    document[place] = data.draw(st.sampled_from([7, "text", ["text"], {"digest": "sha256:00"}]))
    with contextlib.suppress(DocumentError):
        assert isinstance(decode_installed(document), Installed)


def test_empty_fields_are_left_out() -> None:
    assert set(encode(offer("nginx", "1.27"))) == {"provider", "source", "name", "version", "pin"}
    assert set(encode(samples.source("lab", 0))) == {"name", "provider", "location", "trust"}


def test_unknown_and_none_are_told_from_no_and_nothing() -> None:
    unknown = offer("nginx", "1.27")
    known = offer("nginx", "1.27", is_os_image=False, size=0)
    assert decode_package(encode(unknown)) == unknown
    assert decode_package(encode(known)) == known
    assert unknown != known


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"image_id": "sha256:00"}, "image.image_id"),
        ({"diff_ids": ["sha256:00"]}, "image.diff_ids[0]"),
        ({"package": {"name": 7}}, "image.package.name"),
        ({"content": {"root": {"size": -1}}}, "image.content.root.mediaType"),
        ({"parent": {"digest": "md5:00"}}, "image.parent.digest"),
    ],
)
def test_errors_lead_to_the_place(change: dict[str, Any], path: str) -> None:
    with pytest.raises(DocumentError) as caught:
        decode_installed({**encode(image("nginx", "1.27")), **change}, "image")
    assert caught.value.fields["path"] == path


def test_a_range_that_holds_nothing_is_malformed() -> None:
    document = {**encode(offer("a", "1")), "requires": [{"name": "b", "versions": ">2,<1"}]}
    with pytest.raises(DocumentError) as caught:
        decode_package(document)
    assert caught.value.fields["path"] == "requires[0].versions"


def test_an_unknown_word_becomes_no_degree_of_trust() -> None:
    with pytest.raises(DocumentError, match="trust"):
        decode_source({**encode(samples.source("lab")), "trust": "absolute"})


def test_a_path_that_is_no_text_is_kept_in_hexadecimal() -> None:
    document = encode(offer("a", "1"))
    mark = {"path_hex": "zz", "size": 1, "mtime_ns": 1}
    with pytest.raises(DocumentError, match="hexadecimal"):
        decode_package({**document, "pin": {"files": [mark]}})


# records ------------------------------------------------------------------------------------


@settings(max_examples=30)
@given(samples.installed, st.lists(samples.tags, max_size=2))
def test_a_record_comes_back(installed: Installed, tags: list[Tag]) -> None:
    data = installed_document(installed, tags)
    assert parse_installed_document(data) == (installed, tuple(tags))


def test_a_record_is_canonical() -> None:
    data = installed_document(image("nginx", "1.27"), ())
    document = json.loads(data)
    assert document["format"] == 1
    assert data == json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b'{"format":2}',
        b'{"format":true}',
        b'{"format":1}',
        b'{"format":1,"format":1}',
        b'{"format":1,"image":[]}',
    ],
)
def test_a_damaged_record_is_malformed(data: bytes) -> None:
    with pytest.raises(DocumentError):
        parse_installed_document(data)


def test_a_record_has_at_most_a_mebibyte() -> None:
    tags = [Tag(name="x" * 200, tag=str(n), image=samples.key("a", "1")) for n in range(5_000)]
    with pytest.raises(DocumentError, match="bytes"):
        parse_installed_document(installed_document(image("a", "1"), tags))


@given(st.binary(max_size=60))
def test_any_bytes_are_a_record_or_malformed(data: bytes) -> None:
    with pytest.raises(DocumentError):
        parse_installed_document(data)


@pytest.mark.parametrize("text", ["", "[1]", "7", "{", "[" * 100_000])
def test_a_damaged_row_is_malformed(text: str) -> None:
    with pytest.raises(DocumentError):
        load_text(text)


def test_the_decoders_name_their_types() -> None:
    decoded = [decode(encode(value)) for _, decode, value in DECODERS]
    assert [type(value) for value in decoded] == [Package, Content, Installed, Source, Tag, Hold]
