"""A cursor in a JSON document: typed values out, errors that say where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, TypeVar

from ..digests import Digest
from ..errors import DocumentError
from .json_paths import Trail, format_path, join_paths

__all__ = ["Node"]

T = TypeVar("T", str, int, bool)

_KINDS: Final[Mapping[type, str]] = {
    str: "a string",
    int: "an integer",
    bool: "true or false",
    float: "a number with a fraction",
    dict: "an object",
    list: "an array",
    type(None): "null",
}


class Node:
    """One object of a document and the way to it.

    A value of null counts as absent, as writers in Go leave null for what is empty.  Every method
    that reads raises DocumentError, with the path from the top level, for what is missing or of
    another kind than asked for, and for arrays and maps above their limit.
    """

    __slots__ = ("_trail", "_values", "_what")

    def __init__(
        self, values: Mapping[str, object], *, what: str = "document", trail: Trail = ()
    ) -> None:
        self._values = values
        self._what = what
        self._trail = trail

    @property
    def path(self) -> str:
        """The way here (``manifests[3]``); '' for the top level."""
        return format_path(self._trail)

    def error(self, reason: str, *below: str | int) -> DocumentError:
        """Return the error that says *reason* of what is at *below*, counted from here."""
        return DocumentError(reason, path=format_path((*self._trail, *below)), what=self._what)

    def grown(self, error: DocumentError, *below: str | int) -> DocumentError:
        """Return *error*, whose path was counted from *below*, with the path from the top."""
        here = format_path((*self._trail, *below))
        path = join_paths(here, str(error.fields["path"]))
        return DocumentError(str(error.fields["reason"]), path=path, what=self._what)

    def has(self, key: str) -> bool:
        """Whether *key* is written at all, even as null."""
        return key in self._values

    def exact_case(self, keys: Iterable[str]) -> None:
        """Refuse a key that is one of *keys* in another case.

        Parsers that ignore case (Go's) would read it, this one would not: the same bytes would
        mean two things.
        """
        known = {key.casefold(): key for key in keys}
        for key in self._values:
            meant = known.get(key.casefold(), key)
            if meant != key:
                raise self.error(f"the key must be spelled {meant!r}", key)

    def required(self, key: str, kind: type[T]) -> T:
        """Return the value at *key*."""
        value = self._get(key, kind)
        if value is None:
            raise self.error("it is missing", key)
        return value

    def optional(self, key: str, kind: type[T], default: T) -> T:
        """Return the value at *key*, *default* if it is absent."""
        value = self._get(key, kind)
        return default if value is None else value

    def child(self, key: str) -> Node | None:
        """Return the object at *key*, None if it is absent."""
        value = self._values.get(key)
        return None if value is None else self._object(value, key)

    def required_child(self, key: str) -> Node:
        """Return the object at *key*."""
        child = self.child(key)
        if child is None:
            raise self.error("it is missing", key)
        return child

    def array(self, key: str, *, limit: int) -> tuple[Node, ...]:
        """Return the objects in the array at *key*, at most *limit*; () if it is absent."""
        items = self._items(key, limit)
        return tuple(self._object(item, key, place) for place, item in enumerate(items))

    def strings(self, key: str, *, limit: int) -> tuple[str, ...]:
        """Return the strings in the array at *key*, at most *limit*; () if it is absent."""
        items = self._items(key, limit)
        return tuple(self._string(item, key, place) for place, item in enumerate(items))

    def integers(self, key: str, *, limit: int) -> tuple[int, ...]:
        """Return the integers in the array at *key*, at most *limit*; () if it is absent."""
        items = self._items(key, limit)
        return tuple(self._integer(item, key, place) for place, item in enumerate(items))

    def string_map(self, key: str, *, limit: int) -> dict[str, str]:
        """Return the object of strings at *key*, at most *limit*; {} if it is absent."""
        child = self.child(key)
        if child is None:
            return {}
        if len(child._values) > limit:
            raise self.error(f"{len(child._values)} entries, at most {limit} are allowed", key)
        return {name: self._string(value, key, name) for name, value in child._values.items()}

    def digest(self, key: str) -> Digest:
        """Return the digest at *key*."""
        return self._digest(self.required(key, str), key)

    def digests(self, key: str, *, limit: int) -> tuple[Digest, ...]:
        """Return the digests in the array at *key*, at most *limit*; () if it is absent."""
        texts = self.strings(key, limit=limit)
        return tuple(self._digest(text, key, place) for place, text in enumerate(texts))

    def _get(self, key: str, kind: type[T]) -> T | None:
        value = self._values.get(key)
        # type(), not isinstance(): true is an int to Python, and no size.
        if value is None or type(value) is kind:
            return value
        raise self._unexpected(value, kind, key)

    def _items(self, key: str, limit: int) -> list[object]:
        items = self._values.get(key)
        if items is None:
            return []
        if not isinstance(items, list):
            raise self._unexpected(items, list, key)
        if len(items) > limit:
            raise self.error(f"{len(items)} entries, at most {limit} are allowed", key)
        return items

    def _object(self, value: object, *below: str | int) -> Node:
        if not isinstance(value, dict):
            raise self._unexpected(value, dict, *below)
        return Node(value, what=self._what, trail=(*self._trail, *below))

    def _integer(self, value: object, *below: str | int) -> int:
        if type(value) is not int:
            raise self._unexpected(value, int, *below)
        return value

    def _string(self, value: object, *below: str | int) -> str:
        if not isinstance(value, str):
            raise self._unexpected(value, str, *below)
        return value

    def _digest(self, text: str, *below: str | int) -> Digest:
        try:
            return Digest.parse(text)
        except DocumentError as error:
            raise self.grown(error, *below) from None

    def _unexpected(self, value: object, kind: type, *below: str | int) -> DocumentError:
        return self.error(f"{_KINDS[kind]} is expected, not {_KINDS[type(value)]}", *below)
