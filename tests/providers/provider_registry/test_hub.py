"""Docker Hub's search and API, against a double of it on this machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_core.context import Context
from provider_core.errors import DocumentError, Error, RateLimited, TransportError, UsageError
from provider_core.model import Source
from provider_core.platforms import Platform
from provider_core.testing import (
    Answer,
    DockerHub,
    HubTrouble,
    MemoryTransport,
    make_context,
    small_artifact,
    small_image,
    small_index,
)
from provider_core.transport import HttpTransport, TransportSettings
from provider_registry.hub import HUB_API, HUB_SEARCH, hub_search, hub_tags, moved_hint
from provider_registry.hub_documents import parse_search, parse_tags

NOW = datetime(2026, 1, 1, tzinfo=UTC)
NGINX = small_image({"nginx": b"1"})
ARM = small_image({"nginx": b"arm"}, platform=Platform(os="linux", architecture="arm64"))
MANY = small_index(NGINX, ARM)


@pytest.fixture
def hub() -> Iterator[DockerHub]:
    """Return a Docker Hub with little in it."""
    with DockerHub() as hub:
        hub.push("library/nginx", "1.27.3", MANY)
        hub.push("library/nginx", "latest", MANY)
        hub.push("microsoft/nginx", "10", NGINX)
        hub.stars = {"library/nginx": 20_000, "microsoft/nginx": 1}
        hub.summaries = {"library/nginx": "Official build of Nginx."}
        yield hub


@pytest.fixture
def context(hub: DockerHub) -> Iterator[Context]:
    """Return a context whose network has nothing but that Docker Hub."""
    with HttpTransport(TransportSettings(retries=0)) as transport:
        yield _context(hub, transport)


def _context(hub: DockerHub, transport: HttpTransport) -> Context:
    options = {"hub-url": hub.api, "search-url": hub.search}
    source = Source(name="hub", provider="registry", location=hub.url, options=options)
    return make_context(source, transport=transport, options=options, clock=lambda: NOW)


def test_a_search_says_what_docker_search_does(context: Context) -> None:
    hits = hub_search("nginx", context)
    assert [(hit.name, hit.summary, hit.stars, hit.is_official) for hit in hits] == [
        ("nginx", "Official build of Nginx.", 20_000, True),
        ("microsoft/nginx", "", 1, False),
    ]


def test_a_search_asks_for_as_many_as_are_wanted(hub: DockerHub, context: Context) -> None:
    assert len(hub_search("nginx", context, limit=1)) == 1
    assert hub.asked[-1].url.endswith("?q=nginx&n=1")
    hub_search("nginx", context, limit=1000)
    assert hub.asked[-1].url.endswith("&n=100")


@pytest.mark.parametrize("words", ["*", "", " ? * "])
def test_a_wildcard_without_a_word_is_an_error_with_the_way_out(
    hub: DockerHub, context: Context, words: str
) -> None:
    with pytest.raises(UsageError) as caught:
        hub_search(words, context)
    assert "ferry search nginx" in caught.value.hint
    assert not hub.asked


def test_tags_come_with_sizes_and_digests_and_cost_no_pull(
    hub: DockerHub, context: Context
) -> None:
    hub.pulls = 5
    latest, numbered = hub_tags("library/nginx", context)
    assert (latest.name, numbered.name) == ("latest", "1.27.3")
    assert (numbered.digest, numbered.media_type) == (MANY.root.digest, MANY.root.media_type)
    assert numbered.size == NGINX.layers[0].size + ARM.layers[0].size
    assert [str(image.platform) for image in numbered.images] == ["linux/amd64", "linux/arm64"]
    assert numbered.updated.startswith("2026-01-02T03:04:05")
    assert hub.pulls == 5


def test_pages_are_fetched_as_they_are_read(hub: DockerHub, context: Context) -> None:
    for number in range(250):
        hub.push("team/app", f"1.{number}", NGINX)
    tags = hub_tags("team/app", context)
    assert next(tags).name == "1.249"
    assert len(hub.asked) == 1
    assert [tag.name for tag in tags][-1] == "1.0"
    assert len(hub.asked) == 3


def test_an_unknown_repository_has_no_tags(context: Context) -> None:
    assert list(hub_tags("team/none", context)) == []


def test_what_is_for_no_platform_says_so(hub: DockerHub, context: Context) -> None:
    hub.push("team/chart", "1", small_artifact({"chart": b"x"}, "application/vnd.example"))
    (tag,) = hub_tags("team/chart", context)
    assert [image.platform for image in tag.images] == [None]


def test_the_apis_limit_is_told_in_seconds(hub: DockerHub, context: Context) -> None:
    hub.trouble, hub.moment = HubTrouble.API, int(NOW.timestamp()) + 90
    with pytest.raises(RateLimited) as caught:
        list(hub_tags("library/nginx", context))
    assert caught.value.fields["retry_after"] == 90


def test_the_limit_of_requests_is_told_as_it_came(hub: DockerHub, context: Context) -> None:
    hub.trouble = HubTrouble.REQUESTS
    with pytest.raises(RateLimited) as caught:
        hub_search("nginx", context)
    assert caught.value.fields["retry_after"] == 60


def test_an_endpoint_that_is_dead_answers_nothing() -> None:
    network = MemoryTransport({f"{HUB_SEARCH}?q=nginx&n=25": b""})
    with pytest.raises(TransportError, match="no answer any more"):
        hub_search("nginx", make_context(transport=network))


def _tags_url() -> str:
    return f"{HUB_API}/v2/namespaces/team/repositories/app/tags?page_size=100"


@pytest.mark.parametrize("following", [_tags_url(), "https://evil.example/next"])
def test_pages_that_go_in_circles_or_elsewhere_are_refused(following: str) -> None:
    page = json.dumps({"next": following, "results": []}).encode()
    network = MemoryTransport({_tags_url(): page, "https://evil.example/next": page})
    with pytest.raises(DocumentError):
        list(hub_tags("team/app", make_context(transport=network)))
    assert network.asked("https://evil.example/next") == 0


def test_a_name_cannot_leave_its_place_in_the_url() -> None:
    network = MemoryTransport({"https://hub.docker.com/": Answer(status=404)})
    assert list(hub_tags("a/../../b?c#d", make_context(transport=network))) == []
    assert "repositories/..%2F..%2Fb%3Fc%23d/tags" in network.requests[0].url


@pytest.mark.parametrize("data", [b"[]", b"{}", b'{"results": 5}', b'{"results": [{}]}', b"<html>"])
def test_other_answers_are_no_answers(data: bytes) -> None:
    for parse in (parse_search, parse_tags):
        with pytest.raises(DocumentError):
            parse(data)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_readers(data: bytes) -> None:
    for parse in (parse_search, parse_tags):
        with pytest.raises(Error):
            parse(b"x" + data)


def test_microsofts_images_are_elsewhere_now() -> None:
    assert "mcr.microsoft.com/aspnet" in moved_hint("Microsoft/aspnet")
    assert moved_hint("team/microsoft") == ""
