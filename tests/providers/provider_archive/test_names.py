from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_archive.names import checked, image_name, split_name, stem
from provider_archive.saved_names import NameBook, qualified
from provider_core.errors import Ambiguous, DocumentError
from provider_core.references import tag_form


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("busybox:1.0", ("busybox", "1.0")),
        ("Tools/Busy:1.0-Slim", ("Tools/Busy", "1.0-Slim")),
        ("host:5000/name:tag", ("host:5000/name", "tag")),
        ("host:5000/name", ("host:5000/name", "")),
        ("name:tag@sha256:abc", ("name", "tag")),
        ("name", ("name", "")),
        ("", ("", "")),
    ],
)
def test_names_are_split_at_the_tag(text: str, expected: tuple[str, str]) -> None:
    assert split_name(text) == expected


@pytest.mark.parametrize(
    ("reference", "file", "expected"),
    [
        ("tools/busy:1.0", "x.tar", ("tools/busy", "1.0")),
        ("v1", "busy.tar", ("busy", "v1")),
        ("v1", "busy.TAR.GZ", ("busy", "v1")),
        ("v1", "busy.tgz", ("busy", "v1")),
        ("v1", "busy.tar.zst", ("busy", "v1")),
        ("v1", "layout", ("layout", "v1")),
        ("v1", "layout.d", ("layout.d", "v1")),
        ("", "Busy.tar", ("Busy", "")),
        ("a/b", "x.tar", ("a/b", "")),
        ("v1", ".tar", (".tar", "v1")),
    ],
)
def test_a_bare_tag_takes_the_files_name(
    reference: str, file: str, expected: tuple[str, str]
) -> None:
    assert image_name(reference, Path("/somewhere") / file) == expected


def test_the_current_folder_has_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "lab"
    folder.mkdir()
    monkeypatch.chdir(folder)
    assert stem(Path(".")) == "lab"


@pytest.mark.parametrize(
    ("name", "version"), [("a\x1b[31m", ""), ("x" * 513, ""), ("a", "1" * 129), ("a", "\n")]
)
def test_what_cannot_be_typed_is_no_name(name: str, version: str) -> None:
    with pytest.raises(DocumentError):
        checked(name, version)


@pytest.mark.parametrize(
    ("version", "tag"),
    [
        ("1.0", "1.0"),
        ("1.0+build.5", "1.0_build.5"),
        ("", "latest"),
        (".hidden", "_hidden"),
        ("-x", "_x"),
        ("Ünicode", "_nicode"),
        ("1" * 200, "1" * 128),
    ],
)
def test_versions_become_tags(version: str, tag: str) -> None:
    assert tag_form(version) == tag


@given(st.text(max_size=200))
def test_every_tag_is_one_that_engines_take(version: str) -> None:
    tag = tag_form(version)
    assert 1 <= len(tag) <= 128
    assert tag[0] not in ".-"
    assert all(sign.isascii() and (sign.isalnum() or sign in "._-") for sign in tag)


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("busybox:1", "docker.io/library/busybox:1"),
        ("tools/busy:1", "docker.io/tools/busy:1"),
        ("example.org/busy:1", "example.org/busy:1"),
        ("localhost/busy:1", "localhost/busy:1"),
        ("box:5000/busy:1", "box:5000/busy:1"),
    ],
)
def test_containerd_gets_a_host(reference: str, expected: str) -> None:
    assert qualified(reference) == expected


def test_a_name_is_given_once_and_only_to_images_of_that_name() -> None:
    book = NameBook()
    assert book.claim("Busy", "1.0") == "busy:1.0"
    assert book.claim("busy", "1.0") == ""
    assert book.claim("busy", "2.0") == "busy:2.0"
    with pytest.raises(Ambiguous) as caught:
        book.claim("busy ", "1.0")
    assert caught.value.fields["candidates"] == ["Busy 1.0", "busy  1.0"]
    assert book.claim("busy", "1+1") == "busy:1_1"
    with pytest.raises(Ambiguous):
        book.claim("busy", "1_1")
    assert book.names == ("busy:1.0", "busy:2.0", "busy:1_1")


def test_no_version_and_latest_are_one_tag() -> None:
    book = NameBook()
    assert book.claim("busy", "") == "busy:latest"
    assert book.claim("busy", "latest") == ""
