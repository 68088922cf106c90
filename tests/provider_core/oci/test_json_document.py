from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_core.errors import DocumentError
from provider_core.oci.json_document import DOCUMENT_LIMIT, dump_json, parse_json, read_document

from .conftest import Refused

_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | _text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text, inner, max_size=3),
    max_leaves=12,
)


def test_reads_every_kind_of_value() -> None:
    data = b' {"a": [1, -2.5, "\\u00fc", "\xc3\xbc", true, false, null, {}, []]} \n'
    assert parse_json(data) == {"a": [1, -2.5, "ü", "ü", True, False, None, {}, []]}


@given(st.dictionaries(_text, _values, max_size=4))
def test_reads_what_it_writes(document: dict[str, object]) -> None:
    assert parse_json(dump_json(document), max_depth=64) == document


@given(st.dictionaries(_text, _values, max_size=4))
def test_reads_as_the_standard_library_does(document: dict[str, object]) -> None:
    data = json.dumps(document, indent=1).encode()
    assert parse_json(data, max_depth=64) == json.loads(data)


def test_writes_one_form_whatever_the_order() -> None:
    document = {"b": "ü<&>", "a": {"d": 1, "c": [True, None]}}
    expected = '{"a":{"c":[true,null],"d":1},"b":"ü<&>"}'.encode()
    assert dump_json(document) == expected
    assert dump_json(dict(reversed(document.items()))) == expected


def test_does_not_write_a_lone_surrogate(refused: Refused) -> None:
    with refused("", "lone surrogate"):
        dump_json({"a": "\ud800"})


@pytest.mark.parametrize(
    ("data", "path", "reason"),
    [
        (b"", "", "not JSON"),
        (b"{", "", "line 1, column 2"),
        (b"{} {}", "", "not JSON"),
        (b'{"a":1,}', "", "not JSON"),
        (b"{'a':1}", "", "not JSON"),
        (b'{"a":01}', "", "not JSON"),
        (b'{"a":"\n"}', "", "not JSON"),
        (b"[]", "", "top level"),
        (b'"text"', "", "top level"),
        (b"null", "", "top level"),
        (b"NaN", "", "top level"),
        (b'\xef\xbb\xbf{"a":1}', "", "byte order mark"),
        ('{"a":1}'.encode("utf-16"), "", "not UTF-8"),
        ('{"a":1}'.encode("utf-16-le"), "", "not JSON"),
        (b'{"a":"\xff"}', "", "not UTF-8 at byte 6"),
        (b'{"a":"\xed\xa0\x80"}', "", "not UTF-8"),
        (b'{"a":"\xc0\xaf"}', "", "not UTF-8"),
        (b'{"digest":1,"digest":2}', "digest", "appears twice"),
        (b'{"a":[{},{"b":{"c":1,"\\u0063":2}}]}', "a[1].b.c", "appears twice"),
        (b'{"a":[0,NaN]}', "a[1]", "NaN"),
        (b'{"a":Infinity}', "a", "Infinity"),
        (b'{"a":{"b":-Infinity}}', "a.b", "-Infinity"),
        (b'{"a":1e999}', "a", "double precision"),
        (b'{"size":9223372036854775808}', "size", "64 bits"),
        (b'{"size":-9223372036854775809}', "size", "64 bits"),
        (b'{"size":' + b"9" * 100_000 + b"}", "size", "64 bits"),
        (b'{"a":["\\ud800"]}', "a[0]", "lone surrogate"),
        (b'{"a":"\\udc00\\ud800"}', "a", "lone surrogate"),
        (b'{"a":{"\\udfff":1}}', 'a["\\udfff"]', "lone surrogate"),
    ],
)
def test_refuses(data: bytes, path: str, reason: str, refused: Refused) -> None:
    with refused(path, reason):
        parse_json(data)


def test_takes_the_widest_integers_and_a_pair_of_surrogates() -> None:
    data = b'{"a":9223372036854775807,"b":-9223372036854775808,"c":"\\ud83d\\ude00"}'
    assert parse_json(data) == {"a": 2**63 - 1, "b": -(2**63), "c": "\U0001f600"}


def test_size_limit_is_the_last_that_fits(refused: Refused) -> None:
    data = b'{"a":"xy"}'
    assert parse_json(data, limit=len(data)) == {"a": "xy"}
    with refused("", "10 bytes, at most 9"):
        parse_json(data, limit=len(data) - 1)
    with refused("", f"at most {DOCUMENT_LIMIT}"):
        parse_json(b" " * (DOCUMENT_LIMIT + 1))


def test_depth_limit_is_the_last_that_fits(refused: Refused) -> None:
    def nested(levels: int) -> bytes:
        return b'{"a":' + b"[" * (levels - 1) + b"]" * (levels - 1) + b"}"

    parse_json(nested(32))
    with refused("a" + "[0]" * 31, "deeper than 32"):
        parse_json(nested(33))
    parse_json(nested(3), max_depth=3)
    with refused("a[0][0]", "deeper than 3"):
        parse_json(nested(4), max_depth=3)
    with refused("a.a", "deeper than 2"):
        parse_json(b'{"a":{"a":{}}}', max_depth=2)


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_millions_of_levels_are_one_clean_error(opening: bytes, refused: Refused) -> None:
    with refused("", "deeper than 32"):
        parse_json((opening * DOCUMENT_LIMIT)[:DOCUMENT_LIMIT])


def test_the_error_names_the_document() -> None:
    with pytest.raises(DocumentError, match=r"^shard is malformed: the top level") as caught:
        parse_json(b"[]", what="shard")
    assert caught.value.fields["what"] == "shard"


def test_read_document_starts_at_the_top() -> None:
    node = read_document(b'{"a":"b"}', what="shard")
    assert node.path == ""
    assert node.required("a", str) == "b"
    with pytest.raises(DocumentError, match=r"^shard is malformed at c: it is missing"):
        node.required("c", str)
