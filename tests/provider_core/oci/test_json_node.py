from __future__ import annotations

from collections.abc import Callable

import pytest

from provider_core.digests import Digest
from provider_core.errors import DocumentError
from provider_core.oci.json_document import read_document
from provider_core.oci.json_node import Node

from .conftest import Refused

DIGEST = Digest.of(b"content")


@pytest.fixture
def top() -> Node:
    return read_document(
        b"""{"text": "t", "number": 3, "yes": true, "fraction": 1.5, "nothing": null,
        "words": ["a", "b"], "mixed": ["a", 1], "map": {"k": "v"}, "mixed map": {"k": "v", "n": 1},
        "counts": [1, 0, -2], "items": [{"name": "first"}, {"name": 7}],
        "digest": "%s", "bad": "sha256:xyz",
        "digests": ["%s", "md5:00"]}"""
        % (str(DIGEST).encode(), str(DIGEST).encode())
    )


def test_values_of_their_kind(top: Node) -> None:
    assert top.required("text", str) == "t"
    assert top.required("number", int) == 3
    assert top.optional("yes", bool, False) is True
    assert top.strings("words", limit=2) == ("a", "b")
    assert top.integers("counts", limit=3) == (1, 0, -2)
    assert top.string_map("map", limit=1) == {"k": "v"}
    assert [item.path for item in top.array("items", limit=2)] == ["items[0]", "items[1]"]
    assert top.digest("digest") == DIGEST


@pytest.mark.parametrize("key", ["nothing", "absent"])
def test_null_counts_as_absent(top: Node, key: str, refused: Refused) -> None:
    assert top.optional(key, str, "default") == "default"
    assert top.strings(key, limit=1) == ()
    assert top.integers(key, limit=1) == ()
    assert top.array(key, limit=1) == ()
    assert top.digests(key, limit=1) == ()
    assert top.string_map(key, limit=1) == {}
    assert top.child(key) is None
    for read in (lambda: top.required(key, str), lambda: top.required_child(key)):
        with refused(key, "missing"):
            read()


def test_has_tells_null_from_absent(top: Node) -> None:
    assert top.has("nothing")
    assert not top.has("absent")


@pytest.mark.parametrize(
    ("read", "path", "reason"),
    [
        (lambda top: top.required("number", str), "number", "a string is expected, not an integer"),
        (lambda top: top.required("yes", int), "yes", "an integer is expected, not true or false"),
        (lambda top: top.required("fraction", int), "fraction", "not a number with a fraction"),
        (lambda top: top.optional("number", bool, False), "number", "true or false is expected"),
        (lambda top: top.child("words"), "words", "an object is expected, not an array"),
        (lambda top: top.array("map", limit=1), "map", "an array is expected, not an object"),
        (lambda top: top.array("words", limit=2), "words[0]", "an object is expected"),
        (lambda top: top.strings("mixed", limit=2), "mixed[1]", "a string is expected"),
        (lambda top: top.integers("mixed", limit=2), "mixed[0]", "an integer is expected"),
        (lambda top: top.integers("counts", limit=2), "counts", "3 entries, at most 2"),
        (lambda top: top.strings("words", limit=1), "words", "2 entries, at most 1"),
        (lambda top: top.array("items", limit=1), "items", "2 entries, at most 1"),
        (lambda top: top.string_map("map", limit=0), "map", "1 entries, at most 0"),
        (lambda top: top.string_map("mixed map", limit=2), '["mixed map"].n', "a string"),
        (lambda top: top.digest("bad"), "bad", "64 lower-case hexadecimal"),
        (lambda top: top.digests("digests", limit=2), "digests[1]", "md5"),
        (lambda top: top.array("items", limit=2)[1].required("name", str), "items[1].name", ""),
    ],
)
def test_refuses(
    top: Node, read: Callable[[Node], object], path: str, reason: str, refused: Refused
) -> None:
    with refused(path, reason):
        read(top)


def test_keys_in_another_case_are_refused(refused: Refused) -> None:
    node = read_document(b'{"a": {"digest": 1, "Digest": 2, "Other": 3}}').required_child("a")
    node.exact_case(["size", "other things"])
    with refused("a.Digest", "'digest'"):
        node.exact_case(["digest", "size"])


def test_keys_that_only_fold_to_a_known_one_are_refused(refused: Refused) -> None:
    node = read_document('{"\u017fize": 1, "sizes": 2}'.encode())
    with refused('["\\u017fize"]', "'size'"):
        node.exact_case(["size"])


def test_errors_grow_on_their_way_up(top: Node) -> None:
    item = top.array("items", limit=2)[1]
    inner = DocumentError("too odd", path="colour[2]", what="paint")
    assert item.grown(inner).fields["path"] == "items[1].colour[2]"
    grown = item.grown(inner, "coat")
    assert grown.fields == {
        "reason": "too odd",
        "path": "items[1].coat.colour[2]",
        "what": "document",
    }
