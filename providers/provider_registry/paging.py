"""Lists in pages: where the next one is (distribution-spec, "Listing Tags"; RFC 8288)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

__all__ = ["next_query"]

_LINK = re.compile(r'<([^<>]{0,4096})>((?:\s*;\s*[A-Za-z*]+\s*=\s*(?:"[^"]*"|[^\s",;]+))*)')
_NEXT = re.compile(r';\s*rel\s*=\s*"?next"?\s*(?:;|$)', re.IGNORECASE)
_LONGEST = 8192


def next_query(link: str) -> str:
    """Return the query of the page that a Link value calls the next; '' if there is none.

    Only the query is taken: what is asked stays the list that was asked, at the same server,
    whatever a proxy or a hostile server writes in front of it.
    """
    for match in _LINK.finditer(link[:_LONGEST]):
        if _NEXT.search(match[2]):
            try:
                query = urlsplit(match[1]).query
            except ValueError:
                return ""
            return query if query.isascii() and query.isprintable() and " " not in query else ""
    return ""
