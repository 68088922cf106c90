"""What a question asks of a row, as the parameters of statements; pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from ..model import Query
from ..references import name_key
from ..versions import VersionRange

__all__ = ["criteria", "like_pattern", "match_expression", "prefix_bounds", "search_words"]

_TRIGRAM: Final = 3
"""Characters of the shortest word that the word index finds."""
_HIGHEST: Final = "\U0010ffff"
_NOTHING: Final = b""
"""Below every sort key."""


def criteria(query: Query, sources: Sequence[str]) -> dict[str, Any]:
    """Return the parameters that say which versions of a name *query* wants.

    A digest asks for nothing else of a version, and a tag's statement looks at neither.
    """
    low, with_low, high, with_high = query.versions.bounds()
    only = query.versions.only
    parameters: dict[str, Any] = {
        "sources": json.dumps(list(dict.fromkeys(map(name_key, sources)))),
        "texts": None,
        "version": query.tag,
        "digest": None,
        "variant": query.variant,
        "prereleases": query.prereleases or _asks_for_prereleases(query.versions),
        "low": low,
        "with_low": with_low,
        "high": high,
        "with_high": with_high,
        "latest": "latest" if query.versions.is_any and query.variant is None else None,
    }
    if query.digest is not None:
        digest = bytes.fromhex(query.digest.hex)
        free = {"digest": digest, "variant": None, "prereleases": True, "low": None, "high": None}
        parameters.update(free)
    elif only is not None and only.variant:
        if query.variant is None:
            parameters["variant"] = only.variant
        elif query.variant != only.variant:
            parameters.update(high=_NOTHING)
    return parameters


def search_words(query: Query) -> tuple[str, ...]:
    """Return the words that must all be in a text, case folded."""
    return tuple(name_key(word).replace("\0", " ") for word in query.words.split())


def match_expression(words: Sequence[str]) -> str:
    """Return what finds texts with all *words* in the word index (FTS5); '' if it cannot help."""
    quoted = ('"' + word.replace('"', '""') + '"' for word in words if len(word) >= _TRIGRAM)
    return " AND ".join(quoted)


def like_pattern(pattern: str) -> str:
    r"""Return *pattern* with * and ? as LIKE has it, with \ as its escape."""
    for sign in "\\%_":
        pattern = pattern.replace(sign, f"\\{sign}")
    return pattern.replace("*", "%").replace("?", "_")


def prefix_bounds(prefix: str) -> tuple[str, str]:
    """Return the lowest text that begins with *prefix*, and one above all that do.

    What goes on with the last code point, which is no character, is left out.
    """
    return prefix, prefix + _HIGHEST


def _asks_for_prereleases(versions: VersionRange) -> bool:
    """Whether a bound is a pre-release, as `VersionRange.contains` sees it; an exact one asks."""
    bounds = (versions.minimum, versions.maximum)
    return versions.only is not None or any(
        VersionRange(minimum=bound, maximum=bound).contains(bound)
        for bound in bounds
        if bound is not None and bound.is_prerelease
    )
