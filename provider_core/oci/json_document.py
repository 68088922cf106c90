"""Strict reading and canonical writing of JSON documents that come from strangers.

Two programs must never read different things from the same signed or hashed bytes, and no
document may cost much more than its length.  So whatever parsers are known to disagree on is
refused, with the path of the place.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

from ..errors import DocumentError
from .json_node import Node
from .json_paths import Trail, format_path

__all__ = ["DOCUMENT_LIMIT", "Node", "dump_json", "parse_json", "read_document"]

DOCUMENT_LIMIT = 4 << 20
"""Bytes of the largest manifest, index or config that is read (what registries allow)."""

_INTEGERS = range(-(1 << 63), 1 << 63)
_LONGEST_INTEGER = 20


class _Pairs(list[tuple[str, object]]):
    """An object as the parser saw it, duplicate keys included."""


class _Refused:
    """Stands where a value was that must not be there, until its path is known."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


def parse_json(
    data: bytes, *, limit: int = DOCUMENT_LIMIT, max_depth: int = 32, what: str = "document"
) -> dict[str, object]:
    """Return the JSON object (RFC 8259) in *data*: dict, list, str, int, float, bool, None.

    *limit* is in bytes; *max_depth* counts objects and arrays inside each other, the top level
    being 1; *what* names the document in errors.

    Raises DocumentError for: more than *limit* bytes, anything but UTF-8 without a byte order
    mark, text that is not JSON, a top level that is no object, deeper nesting, a key that appears
    twice in one object, NaN and infinities, integers outside 64 bits, lone surrogates.
    """
    text = _decode(data, limit, what)
    try:
        value = json.loads(
            text,
            object_pairs_hook=_Pairs,
            parse_int=_integer,
            parse_float=_fraction,
            parse_constant=lambda name: _Refused(f"{name} is no JSON number"),
        )
    except RecursionError:
        raise DocumentError(f"nested deeper than {max_depth} levels", what=what) from None
    except json.JSONDecodeError as error:
        reason = f"not JSON: {error.msg} (line {error.lineno}, column {error.colno})"
        raise DocumentError(reason, what=what) from None
    if not isinstance(value, _Pairs):
        raise DocumentError("the top level is not an object", what=what)
    return _Walk(max_depth, what).mapping(value, ())


def read_document(data: bytes, *, limit: int = DOCUMENT_LIMIT, what: str = "document") -> Node:
    """Return `parse_json` of *data* as a Node, from which typed values are read.

    Raises DocumentError as `parse_json` does.
    """
    return Node(parse_json(data, limit=limit, what=what), what=what)


def dump_json(document: Mapping[str, object]) -> bytes:
    """Return *document* in its one canonical form: sorted keys, no spaces, UTF-8 unescaped.

    The same values give the same bytes, and so the same digest, on every machine.

    Raises DocumentError for a string with a lone surrogate, which UTF-8 cannot hold.
    """
    text = json.dumps(
        document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise DocumentError("a string holds a lone surrogate") from None


def _decode(data: bytes, limit: int, what: str) -> str:
    if len(data) > limit:
        raise DocumentError(f"{len(data)} bytes, at most {limit} are allowed", what=what)
    if data.startswith(b"\xef\xbb\xbf"):
        raise DocumentError("it starts with a byte order mark", what=what)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise DocumentError(f"not UTF-8 at byte {error.start}", what=what) from None


def _integer(text: str) -> int | _Refused:
    # The length comes first: converting n digits costs n squared.
    if len(text) <= _LONGEST_INTEGER and (number := int(text)) in _INTEGERS:
        return number
    return _Refused("an integer beyond 64 bits")


def _fraction(text: str) -> float | _Refused:
    number = float(text)
    return number if math.isfinite(number) else _Refused("a number beyond double precision")


class _Walk:
    """Turns what the parser saw into plain values, refusing what has no place among them."""

    def __init__(self, max_depth: int, what: str) -> None:
        self._max_depth = max_depth
        self._what = what

    def mapping(self, pairs: _Pairs, trail: Trail) -> dict[str, object]:
        self._check_depth(trail)
        result: dict[str, object] = {}
        for key, value in pairs:
            here = (*trail, key)
            self._check_text(key, here)
            if key in result:
                raise self._error("the key appears twice", here)
            result[key] = self._value(value, here)
        return result

    def _sequence(self, items: list[object], trail: Trail) -> list[object]:
        self._check_depth(trail)
        for position, item in enumerate(items):
            items[position] = self._value(item, (*trail, position))
        return items

    def _value(self, value: object, trail: Trail) -> object:
        if isinstance(value, _Refused):
            raise self._error(value.reason, trail)
        if isinstance(value, _Pairs):
            return self.mapping(value, trail)
        if isinstance(value, list):
            return self._sequence(value, trail)
        if isinstance(value, str):
            self._check_text(value, trail)
        return value

    def _check_depth(self, trail: Trail) -> None:
        if len(trail) >= self._max_depth:
            raise self._error(f"nested deeper than {self._max_depth} levels", trail)

    def _check_text(self, text: str, trail: Trail) -> None:
        if text.isascii():
            return
        try:
            text.encode()
        except UnicodeEncodeError:
            raise self._error("a lone surrogate is no character", trail) from None

    def _error(self, reason: str, trail: Trail) -> DocumentError:
        return DocumentError(reason, path=format_path(trail), what=self._what)
