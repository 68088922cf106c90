from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feed_format import Document, document_of, package_key, packages_of
from provider_core.errors import DocumentError, NotSupported
from provider_core.model import FileMark, FileStamp, Package
from provider_core.oci import Descriptor
from provider_core.platforms import Platform

from .feeds import package
from .strategies import descriptors, packages_of_one_name

DIGEST = "sha256:" + "0" * 64
PIN = {"mediaType": "application/x-a", "digest": DIGEST, "size": 1}


def _document(**fields: object) -> bytes:
    base = {"format": "1.0", "name": "tool", "versions": [{"version": "1", "pin": PIN}]}
    return json.dumps({**base, **fields}).encode()


@given(packages_of_one_name(), st.lists(descriptors, max_size=2))
def test_a_document_comes_back_from_its_bytes(
    packages: list[Package], referrers: list[Descriptor]
) -> None:
    document = document_of(packages, referrers)
    assert Document.parse(document.as_bytes()) == document


@given(packages_of_one_name(), st.randoms())
def test_the_order_of_packages_does_not_matter(packages: list[Package], random: Any) -> None:
    shuffled = packages[:]
    random.shuffle(shuffled)
    assert document_of(shuffled).as_bytes() == document_of(packages).as_bytes()


@given(packages_of_one_name())
def test_packages_are_those_of_the_asking_source(packages: list[Package]) -> None:
    found = packages_of(document_of(packages), "feed", "lab")
    assert {(one.id.provider, one.id.source) for one in found} == {("feed", "lab")}
    unbound = {package_key(one): replace(one, id=packages[0].id) for one in packages}
    assert {package_key(one): replace(one, id=packages[0].id) for one in found} == unbound


@given(packages_of_one_name(), packages_of_one_name())
def test_the_newer_document_wins_key_by_key(old: list[Package], new: list[Package]) -> None:
    renamed = [replace(one, id=replace(one.id, name=old[0].name)) for one in new]
    merged = document_of(old).merged(document_of(renamed))
    expected = {package_key(one): one.pin for one in (*old, *renamed)}
    assert {package_key(one): one.pin for one in merged.packages} == expected


def test_without_everything_there_is_no_document() -> None:
    document = document_of([package("a", "1"), package("a", "2")])
    rest = document.without([("1", "")])
    assert rest is not None
    assert [one.version for one in rest.packages] == ["2"]
    assert rest.without([("2", "")]) is None


def test_another_spelling_renames_the_whole() -> None:
    merged = document_of([package("Tool", "1")]).merged(document_of([package("tool", "2")]))
    assert merged.name == "tool"
    assert {one.name for one in merged.packages} == {"tool"}


def test_platforms_tell_packages_of_one_version_apart() -> None:
    arm = Platform(os="linux", architecture="arm64")
    document = document_of([package("a", "1"), package("a", "1", platform=arm)])
    assert len(document.packages) == 2


def test_keys_of_newer_releases_are_ignored() -> None:
    newer = _document(format="1.7", mood="good", versions=[{"version": "1", "pin": PIN, "x": []}])
    assert Document.parse(newer).packages == Document.parse(_document()).packages


@pytest.mark.parametrize("version", ["2.0", "10.3"])
def test_a_newer_major_version_is_refused_with_a_hint(version: str) -> None:
    with pytest.raises(NotSupported, match="format") as caught:
        Document.parse(_document(format=version))
    assert "newer release" in caught.value.hint


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"format": "one"}, "format"),
        ({"format": 1}, "format"),
        ({"name": ""}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"versions": {}}, "versions"),
        ({"versions": [{"version": "1"}]}, "versions[0].pin"),
        ({"versions": [{"version": "1", "pin": {**PIN, "size": -1}}]}, "versions[0].pin.size"),
        ({"versions": [{"version": "1", "pin": PIN, "size": -1}]}, "versions[0].size"),
        ({"versions": [{"version": 7, "pin": PIN}]}, "versions[0].version"),
        ({"versions": [{"version": "1", "pin": PIN}] * 2}, "versions[1].version"),
        ({"versions": [{"version": "v" * 129, "pin": PIN}]}, "versions"),
        (
            {"versions": [{"pin": PIN, "requires": [{"request": "./file"}]}]},
            "versions[0].requires[0].request",
        ),
        (
            {"versions": [{"pin": PIN, "requires": [{"request": "a==="}]}]},
            "versions[0].requires[0].request",
        ),
        ({"versions": [{"pin": PIN, "platform": {"os": "linux"}}]}, None),
        ({"referrers": [{}]}, "referrers[0].mediaType"),
    ],
)
def test_what_breaks_the_format_is_refused_by_place(fields: Any, path: str | None) -> None:
    with pytest.raises(DocumentError) as caught:
        Document.parse(_document(**fields))
    if path is not None:
        assert caught.value.fields["path"] == path


def test_files_of_this_host_are_no_content_of_a_feed() -> None:
    stamp = FileStamp(files=(FileMark(path="/x.wim", size=1, mtime_ns=1),))
    with pytest.raises(DocumentError, match="files of this host") as caught:
        document_of([package("a", "1"), replace(package("a", "2"), pin=stamp)])
    assert caught.value.fields["path"] == "versions[1].pin"


@pytest.mark.parametrize(
    "packages",
    [[], [package("a"), package("b")], [package("a"), package("A")]],
    ids=["none", "two names", "one version twice"],
)
def test_packages_that_make_no_document(packages: list[Package]) -> None:
    with pytest.raises(DocumentError):
        document_of(packages)
