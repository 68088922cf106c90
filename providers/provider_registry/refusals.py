"""What a registry says when it refuses (distribution-spec, "Error Codes"); pure."""

from __future__ import annotations

from provider_core.errors import DocumentError, HttpStatus
from provider_core.oci.json_document import read_document

__all__ = ["codes_in", "words_in"]

_LIMIT = 64 << 10
_MOST = 100
_LONGEST = 200


def codes_in(error: HttpStatus) -> frozenset[str]:
    """Return the codes (``MANIFEST_BLOB_UNKNOWN``) in the answer; none if it is no such answer."""
    return frozenset(code for code, _ in _errors(error.said))


def words_in(error: HttpStatus) -> str:
    """Return the first reason in the answer, foreign text of one short line; '' if none."""
    for code, message in _errors(error.said):
        text = f"{code}: {message}" if message else code
        return " ".join(text.split())[:_LONGEST]
    return ""


def _errors(said: str) -> list[tuple[str, str]]:
    try:
        node = read_document(said.encode(), limit=_LIMIT, what="the registry's answer")
        return [
            (one.optional("code", str, ""), one.optional("message", str, ""))
            for one in node.array("errors", limit=_MOST)
        ]
    except (DocumentError, UnicodeEncodeError):
        return []
