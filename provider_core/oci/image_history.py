"""The steps an image was built in, as its config tells them (OCI image-spec 1.1 config.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from .json_node import Node

__all__ = ["HistoryEntry"]

_KEYS = ("created", "created_by", "comment", "author", "empty_layer")


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One step; all of it is foreign text."""

    created: str = ""
    """When, RFC 3339 as written; '' if unknown."""
    created_by: str = ""
    """The command of the step."""
    comment: str = ""
    """A remark of the tool or the author."""
    author: str = ""
    """Who did it."""
    empty_layer: bool = False
    """True if the step changed no file, so that no layer belongs to it."""

    @classmethod
    def from_node(cls, node: Node) -> Self:
        """Read the step at *node*; DocumentError for fields not of their kind."""
        node.exact_case(_KEYS)
        return cls(
            created=node.optional("created", str, ""),
            created_by=node.optional("created_by", str, ""),
            comment=node.optional("comment", str, ""),
            author=node.optional("author", str, ""),
            empty_layer=node.optional("empty_layer", bool, False),
        )

    def as_json(self) -> dict[str, object]:
        """Return it as JSON values, empty fields left out."""
        fields: dict[str, object] = {
            "created": self.created,
            "created_by": self.created_by,
            "comment": self.comment,
            "author": self.author,
            "empty_layer": self.empty_layer,
        }
        return {key: value for key, value in fields.items() if value}
