"""Pins, pages, warnings, and which tags are looked at."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_core.digests import Digest
from provider_core.errors import DigestMismatch, DocumentError
from provider_core.model import Query
from provider_core.oci.media_types import OCI_MANIFEST
from provider_core.versions import VersionRange
from provider_registry.choosing import tags_meant
from provider_registry.paging import next_query
from provider_registry.pins import pin_of
from provider_registry.warnings_said import warnings_in

ONE, OTHER = Digest.of(b"one"), Digest.of(b"other")
HEAD = {
    "content-type": f"{OCI_MANIFEST}; charset=utf-8",
    "content-length": "3",
    "docker-content-digest": str(ONE),
}


def test_a_head_says_it_all() -> None:
    pin = pin_of(HEAD, "it", wanted=None)
    assert pin is not None
    assert (pin.media_type, pin.digest, pin.size) == (OCI_MANIFEST, ONE, 3)
    assert pin_of({**HEAD, "docker-content-digest": ""}, "it", wanted=ONE) == pin


@pytest.mark.parametrize("lack", ["docker-content-digest", "content-length"])
def test_old_registries_say_less(lack: str) -> None:
    assert pin_of({**HEAD, lack: ""}, "it", wanted=None) is None


def test_another_digest_than_was_asked_for() -> None:
    with pytest.raises(DigestMismatch):
        pin_of(HEAD, "it", wanted=OTHER)


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "text/html"},
        {"content-type": "application/vnd.docker.distribution.manifest.v1+prettyjws"},
        {"content-type": ""},
        {"content-length": str(5 << 20)},
        {"content-length": "9" * 5000},
        {"docker-content-digest": "sha256:short"},
        {"docker-content-digest": "md5:" + "0" * 32},
    ],
)
def test_what_is_no_manifest(headers: dict[str, str]) -> None:
    with pytest.raises(DocumentError):
        pin_of({**HEAD, **headers}, "it", wanted=None)


@pytest.mark.parametrize(
    ("link", "query"),
    [
        ("", ""),
        ('</v2/a/tags/list?last=x&n=2>; rel="next"', "last=x&n=2"),
        ("<https://elsewhere.example/steal?last=x>; rel=next", "last=x"),
        ('</a?x=1>; rel="prev", </a?x=2>; rel="next"', "x=2"),
        ('</a?x=1>; title="a, b"; rel="next"', "x=1"),
        ("</a?x=1>; rel=nextish", ""),
        ("</a?x=1", ""),
        ("</a?x=a b>; rel=next", ""),
    ],
)
def test_the_next_page(link: str, query: str) -> None:
    assert next_query(link) == query


@given(st.text('<>;,= "relnxt?&/', max_size=100))
def test_any_link_is_read(text: str) -> None:
    assert isinstance(next_query(text), str)


def test_warnings() -> None:
    assert warnings_in('299 - "Rolls over", 299 - "say \\"hi\\""') == ("Rolls over", 'say "hi"')
    assert warnings_in('199 - "x"') == warnings_in("") == ()
    assert len(warnings_in('299 - "x", ' * 50)) == 8


TAGS = ["latest", "1.27.2", "1.27.3", "1.27.3-alpine", "1.28.0-rc.1", "1.2", "stable", "nightly"]


@pytest.mark.parametrize(
    ("query", "tags"),
    [
        (Query(), ["latest", "1.27.3"]),
        (Query(variant="alpine"), ["1.27.3-alpine"]),
        (Query(versions=VersionRange.parse(">=1,<1.27.3")), ["1.27.2"]),
        (Query(prereleases=True), ["latest", "1.28.0-rc.1"]),
        (Query(versions=VersionRange.parse(">9")), []),
    ],
)
def test_few_tags_are_looked_at(query: Query, tags: list[str]) -> None:
    assert tags_meant(TAGS, query) == tags


def test_all_of_them_if_all_are_wanted() -> None:
    assert set(tags_meant(TAGS, Query(all_versions=True, prereleases=True))) == set(TAGS)


def test_labels_where_nothing_else_is() -> None:
    assert tags_meant(["stable", "edge"], Query()) == ["stable", "edge"]
    assert tags_meant(["slim", "latest"], Query()) == ["latest"]
    assert len(tags_meant([f"build{n}x" for n in range(500)], Query())) == 10


def test_ten_thousand_tags_cost_two_heads() -> None:
    tags = [f"{major}.{minor}" for major in range(100) for minor in range(100)]
    assert tags_meant([*tags, "latest"], Query()) == ["latest", "99.99"]
