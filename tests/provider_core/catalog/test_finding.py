"""What a find answers is what Query.wants would take of all offers, the newest of each name."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provider_core.catalog import Offers
from provider_core.digests import Digest
from provider_core.errors import UsageError
from provider_core.model import FileMark, FileStamp, Package, PackageId, Query, Snapshot
from provider_core.references import Name, name_key, parse_reference
from provider_core.versions import Version, VersionRange

from .samples import AMD64, ARM64, descriptor, offer

SOURCES = ["lab", "usb"]


@pytest.fixture
def offers(tmp_path: Path) -> Iterator[Offers]:
    kept = Offers(tmp_path / "offers.db")
    yield kept
    kept.close()


def fill(offers: Offers, *packages: Package, source: str = "lab") -> None:
    offers.apply(source, Snapshot(since=None, token="1", upserts=packages))


def find(offers: Offers, request: str, **fields: Any) -> list[str]:
    name = parse_reference(request)
    assert isinstance(name, Name)
    found = offers.find(Query.of(name, **fields), ["lab"])
    return [str(package) for package in found]


# by hand ------------------------------------------------------------------------------------


@pytest.fixture
def nginx(offers: Offers) -> Offers:
    versions = ["1.9", "1.27", "1.27.3", "1.28rc1", "1.27.3-alpine", "1.26-alpine", "latest"]
    fill(offers, *(offer("nginx", version) for version in versions))
    return offers


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        ("nginx", ["nginx 1.27.3", "nginx latest"]),
        ("NGINX", ["nginx 1.27.3", "nginx latest"]),
        ("ngin?", ["nginx 1.27.3", "nginx latest"]),
        ("nginx:1.9", ["nginx 1.9"]),
        ("nginx:latest", ["nginx latest"]),
        ("nginx:1.90", []),
        ("nginx==1.9.0", ["nginx 1.9"]),
        ("nginx==latest", ["nginx latest"]),
        ("nginx==1.27.3-alpine", ["nginx 1.27.3-alpine"]),
        ("nginx[alpine]", ["nginx 1.27.3-alpine"]),
        ("nginx[]", ["nginx 1.27.3"]),
        ("nginx[slim]", []),
        ("nginx[alpine]<1.27", ["nginx 1.26-alpine"]),
        ("nginx[alpine]==1.27.3-alpine", ["nginx 1.27.3-alpine"]),
        ("nginx[slim]==1.27.3-alpine", []),
        ("nginx>=1.10,<1.27.3", ["nginx 1.27"]),
        ("nginx>1.27.3", []),
        ("nginx>=1.28rc1", ["nginx 1.28rc1"]),
        ("nginx==1.27.*", ["nginx 1.27.3"]),
        ("redis", []),
    ],
)
def test_requests_mean_what_they_say(nginx: Offers, request_: str, answer: list[str]) -> None:
    assert find(nginx, request_) == answer


def test_pre_releases_come_when_asked_for(nginx: Offers) -> None:
    assert find(nginx, "nginx", prereleases=True) == ["nginx 1.28rc1", "nginx latest"]


def test_all_versions_come_newest_first_labels_last(nginx: Offers) -> None:
    assert find(nginx, "nginx", all_versions=True) == [
        "nginx 1.27.3-alpine",
        "nginx 1.27.3",
        "nginx 1.27",
        "nginx 1.26-alpine",
        "nginx 1.9",
        "nginx latest",
    ]


def test_latest_that_is_the_newest_is_not_told_twice(offers: Offers) -> None:
    fill(offers, offer("a", "1.0", content="x"), offer("a", "latest", content="x"))
    assert find(offers, "a") == ["a 1.0"]


def test_labels_alone_are_all_there_is(offers: Offers) -> None:
    fill(offers, offer("a", "ltsc2022"), offer("a", "ltsc2019"), offer("b", "latest"))
    assert find(offers, "a") == ["a ltsc2022"]
    assert find(offers, "b") == ["b latest"]


def test_a_variant_is_better_than_nothing(offers: Offers) -> None:
    fill(
        offers, offer("a", "1.0-slim"), offer("a", "2.0-slim"), offer("b", "1.0"), offer("b", "2-x")
    )
    assert find(offers, "a") == ["a 2.0-slim"]
    assert find(offers, "b") == ["b 1.0"]


def test_the_newest_comes_for_every_platform(offers: Offers) -> None:
    fill(offers, *(offer("a", v, platform=p) for v in ("1.0", "1.1") for p in (AMD64, ARM64)))
    assert find(offers, "a") == ["a 1.1 (linux/amd64)", "a 1.1 (linux/arm64)"]


def test_a_digest_finds_every_version_of_it(offers: Offers) -> None:
    fill(offers, *(offer("a", version, content="x") for version in ("1.0", "1.1", "2.0rc1")))
    digest = descriptor("x").digest
    assert find(offers, f"a@{digest}") == ["a 2.0rc1", "a 1.1", "a 1.0"]
    assert find(offers, f"a:1.0@{digest}") == ["a 1.0"]
    assert find(offers, f"b@{digest}") == []
    assert [package.version for package in offers.find(Query(digest=digest), ["lab"])] == [
        "2.0rc1",
        "1.1",
        "1.0",
    ]


def test_the_digest_of_a_header_is_nobodys_pin(offers: Offers) -> None:
    digest = Digest.of(b"header")
    stamp = FileStamp(files=(FileMark(path="/a.wim", size=1, mtime_ns=1),), digest=digest)
    identity = PackageId(provider="wim", source="lab", name="a", version="1.0")
    fill(offers, Package(id=identity, pin=stamp))
    assert offers.find(Query(digest=digest), ["lab"]) == ()
    assert find(offers, "a") == ["a 1.0"]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("web", ["Caddy", "nginx"]),
        ("WEB server", ["Caddy"]),
        ("we", ["Caddy", "nginx"]),
        ("we rve", ["Caddy"]),
        ("addy", ["Caddy"]),
        ('"web"', ["nginx"]),
        ("web OR cache", []),
        ("web*", []),
        ("straße", ["redis"]),
        ("STRASSE", ["redis"]),
        (" ", ["Caddy", "nginx", "redis"]),
    ],
)
def test_words_are_found_in_names_and_summaries(
    offers: Offers, words: str, names: list[str]
) -> None:
    fill(
        offers,
        offer("nginx", "1.0", summary='a "web" proxy'),
        offer("Caddy", "1.0", summary="A Web Server"),
        offer("redis", "1.0", summary="cache of the Straße"),
    )
    found = offers.find(Query(words=words), ["lab"])
    assert [package.name for package in found] == names


def test_words_are_those_of_the_version_not_of_its_neighbours(offers: Offers) -> None:
    fill(offers, offer("a", "1.0", summary="old words"), offer("a", "2.0", summary="new words"))
    assert [one.version for one in offers.find(Query(words="old"), ["lab"])] == ["1.0"]
    assert [one.version for one in offers.find(Query(words="words"), ["lab"])] == ["2.0"]


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("*", ["50%", "a_b", "axb", "library/Nginx", "library/node"]),
        ("library/*", ["library/Nginx", "library/node"]),
        ("LIBRARY/N*E", ["library/node"]),
        ("a_b", ["a_b"]),
        ("a?b", ["a_b", "axb"]),
        ("a_*", ["a_b"]),
        ("5?%", ["50%"]),
        ("%*", []),
        ("*[n]*", []),
        ("?", []),
    ],
)
def test_patterns_have_two_signs(offers: Offers, pattern: str, names: list[str]) -> None:
    known = ["library/Nginx", "library/node", "a_b", "axb", "50%"]
    fill(offers, *(offer(name, "1.0") for name in known))
    assert [package.name for package in offers.find(Query(name=pattern), ["lab"])] == names


def test_names_come_in_order_then_versions_then_sources(offers: Offers) -> None:
    for source in SOURCES:
        fill(offers, offer("b", "1.0"), offer("a", "1.0"), offer("a", "2.0"), source=source)
    fill(offers, offer("a", "3.0"), source="attic")
    query = Query(all_versions=True)
    found = offers.find(query, ["usb", "LAB", "usb"])
    assert [str(package) for package in found] == ["a 2.0", "a 2.0", "a 1.0", "a 1.0"] + [
        "b 1.0"
    ] * 2
    assert offers.find(query, []) == ()
    assert offers.find(query, ["nobody"]) == ()


def test_the_limit_counts_packages(offers: Offers) -> None:
    versions = ("1.0", "2.0", "latest")
    fill(offers, *(offer(f"n{n:03}", version) for n in range(300) for version in versions))
    everything = offers.find(Query(), ["lab"])
    assert len(everything) == 600
    for limit in (0, 1, 2, 3, 399, 400, 401, 1_000):
        assert offers.find(Query(), ["lab"], limit=limit) == everything[:limit]


def test_a_request_that_is_no_text_finds_nothing_or_is_refused(offers: Offers) -> None:
    fill(offers, offer("a", "1.0"))
    assert offers.find(Query(name="caf\udce9"), ["lab"]) == ()
    with pytest.raises(UsageError, match="Unicode"):
        offers.find(Query(name="caf\udce9*"), ["lab"])
    assert find(offers, "a") == ["a 1.0"]


# against Query.wants ------------------------------------------------------------------------

NAMES = st.sampled_from(["nginx", "Nginx", "nano", "node", "a%b", "a_b", "straße"])
VERSIONS = st.sampled_from(
    [
        *("1", "1.0", "1.0.0", "1.9", "v1.9", "1.10", "2.0.dev0", "2.0rc1"),
        *("1.9-1", "1.9-slim", "1.10-slim", "2.0-slim", "2.0rc1-slim", "3-rc.1-x"),
        *("latest", "ltsc2022", "zeta"),
    ]
)
SUMMARIES = st.sampled_from(["", "a web server", "Web proxy", "STRASSE", "x\0y"])
PACKAGES = st.builds(
    offer,
    NAMES,
    VERSIONS,
    content=st.sampled_from(["x", "y", "z"]),
    summary=SUMMARIES,
    source=st.sampled_from(SOURCES),
    platform=st.sampled_from([None, AMD64]),
)
RANGES = st.sampled_from(
    [
        *(">=1.9", "<1.10", ">1.0,<=1.10", "<2", ">0", "<=2", "==2.*", "==1.*"),
        *("==1", "==1.9-slim", "==latest", "==2.0rc1", ">=2.0rc1", "<2.0rc1", ">=2.0.dev0"),
    ]
).map(VersionRange.parse)
QUERIES = st.builds(
    Query,
    name=st.sampled_from(["", "nginx", "NGINX", "n*", "*n?*", "a%b", "a?b", "STRASSE", "*", "zz"]),
    words=st.sampled_from(["", "web", "web server", "e", "e SER", "strasse", "y", "none"]),
    tag=st.just("") | VERSIONS,
    versions=st.just(VersionRange.any()) | RANGES,
    variant=st.sampled_from([None, None, "", "slim", "x"]),
    digest=st.sampled_from([None, None, None]) | st.just(descriptor("x").digest),
    prereleases=st.booleans(),
    all_versions=st.booleans(),
)


def expected(packages: list[Package], query: Query) -> set[Package]:
    """Ask every package, then choose as `Offers.find` documents."""
    wanted = [package for package in packages if query.wants(package)]
    if query.all_versions or query.tag or query.digest:
        return set(wanted)
    chosen: set[Package] = set()
    for group in {(one.id.source, name_key(one.name)) for one in wanted}:
        members = [one for one in wanted if (one.id.source, name_key(one.name)) == group]
        newest = max({one.version for one in members}, key=_rank)
        best = [one for one in members if one.version == newest]
        chosen.update(best)
        if query.versions.is_any and query.variant is None:
            pins = [one.pin for one in best]
            chosen.update(m for m in members if m.version == "latest" and m.pin not in pins)
    return chosen


def _rank(text: str) -> tuple[bool, bool, bytes, str]:
    version = Version.parse(text)
    return not version.is_label, not version.variant, version.key, text


@settings(max_examples=150)
@given(st.lists(PACKAGES, max_size=25), st.lists(QUERIES, min_size=1, max_size=8))
def test_finds_are_what_asking_every_package_gives(
    packages: list[Package], queries: list[Query]
) -> None:
    last = {
        (one.id.source, name_key(one.name), one.version, one.id.platform): one for one in packages
    }
    known = list(last.values())
    with tempfile.TemporaryDirectory() as folder:
        offers = Offers(Path(folder) / "offers.db")
        for source in SOURCES:
            upserts = [one for one in packages if one.id.source == source]
            offers.apply(source, Snapshot(since=None, token="1", upserts=upserts))
        for query in queries:
            found = offers.find(query, SOURCES)
            assert len(set(found)) == len(found)
            assert set(found) == expected(known, query), query
            assert list(found) == sorted(found, key=_place), "in order"
            assert offers.find(query, SOURCES, limit=2) == found[:2]
        offers.close()


def _place(package: Package) -> tuple[Any, ...]:
    version = Version.parse(package.version)
    descending = tuple(-part for part in version.key), tuple(-ord(sign) for sign in version.text)
    # A key is never the beginning of another one but for labels, where the longer comes first.
    ends = (*descending[0], 1), (*descending[1], 1)
    source = SOURCES.index(package.id.source)
    return name_key(package.name), *ends, source, str(package.id.platform or "")
