"""Docker Hub beside its registry: the search, and the API that tells of tags without pulls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote, urlencode

from provider_core.context import Context
from provider_core.errors import DocumentError, RateLimited, TransportError, UsageError
from provider_core.model import OptionSpec, Verb
from provider_core.transport import Origin
from provider_core.transport.urls import shown

from .hub_documents import Hit, HubImage, HubTag, parse_search, parse_tag, parse_tags
from .ratelimits import seconds_to_wait

__all__ = [
    "HUB_API",
    "HUB_SEARCH",
    "OPTIONS",
    "Hit",
    "HubImage",
    "HubTag",
    "hub_search",
    "hub_tag",
    "hub_tags",
    "moved_hint",
]

HUB_SEARCH: Final = "https://index.docker.io/v1/search"
HUB_API: Final = "https://hub.docker.com"
OPTIONS: Final = (
    OptionSpec(name="search-url", verb=Verb.SOURCE, help="where the search is (…/v1/search)"),
    OptionSpec(name="hub-url", verb=Verb.SOURCE, help="where the API that lists tags is"),
)
_PAGE = 100
_MOST_PAGES = 100
_MOST_HITS = 100


def hub_search(words: str, context: Context, *, limit: int = 25) -> tuple[Hit, ...]:
    """Return the repositories that Docker Hub finds for *words*, at most *limit* (1 to 100).

    The source's option ``search-url`` names another place with the same protocol.
    Raises UsageError without a word, RateLimited, TransportError, DocumentError.
    """
    words = words.replace("*", " ").replace("?", " ").strip()
    if not words:
        raise UsageError(
            "Docker Hub can be searched for words, and '*' is none",
            hint="say one: ferry search nginx; a name's tags: ferry find NAME --all-versions",
        )
    base = str(context.options.get("search-url") or HUB_SEARCH)
    count = max(1, min(limit, _MOST_HITS))
    query = urlencode({"q": words, "n": count})
    data = _get(f"{base}?{query}", context, headers={"x-docker-token": "true"})
    if data is None:
        raise _nothing_said(base)
    return parse_search(data)[:count]


def hub_tags(repository: str, context: Context) -> Iterator[HubTag]:
    """Yield the tags of ``namespace/name`` as the Hub's API lists them, last pushed first.

    Pages are fetched as they are read, and cost no pulls.  Nothing for an unknown repository, and
    for a private one: the API is asked without a login.  The source's option ``hub-url`` names
    another place.  Raises RateLimited, TransportError, DocumentError.
    """
    base = _tags_url(repository, context)
    url, home, seen = f"{base}?page_size={_PAGE}", Origin.of(base), set[str]()
    while url:
        if url in seen or len(seen) >= _MOST_PAGES:
            raise DocumentError("its pages do not end", what=f"the list of {repository}'s tags")
        seen.add(url)
        data = _get(url, context)
        if data is None:
            return
        tags, url = parse_tags(data)
        yield from tags
        if url and Origin.of(url) != home:
            raise DocumentError("its next page is on another server", what=shown(url))


def hub_tag(repository: str, tag: str, context: Context) -> HubTag | None:
    """Return one tag of ``namespace/name``, None if the API does not know it.

    Costs no pull.  Raises as `hub_tags` does.
    """
    url = f"{_tags_url(repository, context)}/{quote(tag, safe='')}"
    data = _get(url, context)
    return None if data is None else parse_tag(data)


def _tags_url(repository: str, context: Context) -> str:
    base = str(context.options.get("hub-url") or HUB_API).rstrip("/")
    namespace, _, name = repository.partition("/")
    path = f"/v2/namespaces/{quote(namespace, safe='')}/repositories/{quote(name, safe='')}/tags"
    return base + path


def moved_hint(name: str) -> str:
    """Return where else an image that is no longer on Docker Hub is, '' if that is not known."""
    if name.lower().startswith("microsoft/"):
        rest = name.partition("/")[2] or "NAME"
        return (
            f"Microsoft's images are at mcr.microsoft.com now: ferry find mcr.microsoft.com/{rest}"
        )
    return ""


def _get(url: str, context: Context, headers: Mapping[str, str] | None = None) -> bytes | None:
    """Return the body of an answer, None for 404.

    Raises RateLimited with what the Hub says of waiting, TransportError.
    """
    try:
        answer = context.transport.request("GET", url, headers=headers)
    except RateLimited as error:
        raise _in_hub_words(error, context.clock()) from error
    if answer.status == 404:
        return None
    if not answer.body.strip():
        raise _nothing_said(url)
    return answer.body


def _in_hub_words(error: RateLimited, now: datetime) -> RateLimited:
    what: Any = error.fields["what"]
    return RateLimited(str(what), seconds_to_wait(error.headers, now), headers=error.headers)


def _nothing_said(url: str) -> TransportError:
    """Return the error of an endpoint that is no more: Docker's old ones answer 200 and nothing."""
    return TransportError(
        f"{shown(url)} has no answer any more",
        hint="name another place with the source's option search-url or hub-url",
        url=shown(url),
    )
