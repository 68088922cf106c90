"""Lists of images in files: TOML, plain, and skopeo's YAML."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_core.errors import BadRange, Error, NoSuchFile, NotSupported, UsageError
from provider_core.lists import Wanted, parse_list, read_list, sync_list
from provider_core.platforms import Platform, PlatformSet
from provider_core.references import parse_reference

AMD64 = PlatformSet.of(Platform.parse("linux/amd64"))


def _toml(text: str) -> tuple[Wanted, ...]:
    return parse_list(text, kind=".toml", what="images.toml")


def _yaml(text: str) -> tuple[Wanted, ...]:
    return parse_list(text, kind=".yaml", what="sync.yaml")


def test_toml_says_everything() -> None:
    first, second, third = _toml(
        """
        platforms = ["linux/amd64"]
        source = "hub"
        [[image]]
        request = "nginx[alpine]>=1.27,<2"
        keep = 3
        [[image]]
        request = "team/app:1.2"
        source = "work"
        platforms = ["all"]
        [[image]]
        request = "busybox"
        """
    )
    assert first == Wanted(request="nginx[alpine]>=1.27,<2", source="hub", platforms=AMD64, keep=3)
    assert (second.source, second.platforms) == ("work", PlatformSet.all())
    assert (third.source, third.keep, third.is_plain) == ("hub", 1, True)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "lists no images"),
        ("image = 5", "lists no images"),
        ("image = [5]", "image[0]"),
        ("[[image]]\nname = 'x'", "image[0] has 'name'"),
        ("[[image]]\nkeep = 1", "image[0] has no request"),
        ("[[image]]\nrequest = 5", "image[0], request"),
        ("[[image]]\nrequest = 'x'\nkeep = -1", "image[0], keep"),
        ("[[image]]\nrequest = 'x'\nkeep = true", "image[0], keep"),
        ("[[image]]\nrequest = 'x'\nplatforms = []", "image[0], platforms"),
        ("[[image]]\nrequest = 'x'\nplatforms = 'linux/amd64'", "image[0], platforms"),
        ("[[image]]\nrequest = 'x'\nplatforms = ['']", "platform"),
        ("credentials = 'x'\n[[image]]\nrequest = 'x'", "has 'credentials'"),
        ("[[image]", "is not TOML"),
    ],
)
def test_what_is_wrong_in_toml_is_told_with_its_place(text: str, place: str) -> None:
    with pytest.raises(UsageError) as caught:
        _toml(text)
    assert place in caught.value.message


def test_a_plain_list_has_a_reference_a_line() -> None:
    text = "# ours\nnginx:1.27\n\n  busybox   # small\nregistry.example:5000/a@sha256:" + "0" * 64
    requests = [one.request for one in parse_list(text, kind=".txt", what="list")]
    assert requests == ["nginx:1.27", "busybox", "registry.example:5000/a@sha256:" + "0" * 64]


@pytest.mark.parametrize("text", ["", "# nothing\n", "nginx busybox"])
def test_what_is_wrong_in_a_plain_list(text: str) -> None:
    with pytest.raises(UsageError):
        parse_list(text, kind="", what="list")


def test_skopeos_yaml_is_read() -> None:
    found = _yaml(
        """
        registry.example.com:
            images:
                busybox: []
                redis: ["1.0", 3.10, "sha256:DIGEST"]
            images-by-tag-regex:
                nginx: ^1\\.13\\.[12]-alpine-perl$
            images-by-semver:
                alpine: ">= 3.12.0, < 4"
        quay.io:
            images:
                coreos/etcd: [latest]
        """.replace("DIGEST", "1" * 64)
    )
    host = "registry.example.com"
    assert found == (
        Wanted(request=f"{host}/busybox", keep=0),
        Wanted(request=f"{host}/redis:1.0"),
        Wanted(request=f"{host}/redis:3.10"),
        Wanted(request=f"{host}/redis@sha256:{'1' * 64}"),
        Wanted(request=f"{host}/nginx", keep=0, tags=r"^1\.13\.[12]-alpine-perl$"),
        Wanted(request=f"{host}/alpine>=3.12.0,<4", keep=0),
        Wanted(request="quay.io/coreos/etcd:latest"),
    )
    for one in found:
        parse_reference(one.request)


@pytest.mark.parametrize("key", ["credentials", "tls-verify", "cert-dir"])
def test_what_skopeo_reads_there_and_we_do_not(key: str) -> None:
    with pytest.raises(NotSupported) as caught:
        _yaml(f"quay.io:\n  images: {{a: []}}\n  {key}: s3cr3t\n")
    assert "s3cr3t" not in str(caught.value.as_json())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5",
        "[a]",
        "quay.io: 5",
        "quay.io: {pictures: {}}",
        "quay.io: {images: [a]}",
        "quay.io: {images: {a: latest}}",
        "quay.io: {images: {a: [[]]}}",
        "quay.io: {images-by-tag-regex: {a: '('}}",
        "quay.io: {images-by-tag-regex: {a: []}}",
        "quay.io: {images-by-semver: {a: ''}}",
        "quay.io: {images: {a: []}, images: {b: []}}",
        "quay.io: {images: {}}",
        "a: &a [*a",
        "? [a]\n: b",
        "!!python/object/apply:os.system ['true']",
        "{" * 5000,
    ],
)
def test_other_yaml_is_refused(text: str) -> None:
    with pytest.raises((UsageError, NotSupported)):
        _yaml(text)


def test_aliases_that_stand_for_millions_are_not_written_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[str] = []

    def count(request: str, keep: int) -> None:
        made.append(request)

    monkeypatch.setattr(sync_list, "_MOST", 5)
    monkeypatch.setattr(sync_list, "Wanted", count)
    images = ", ".join(f"a{number}: []" for number in range(100))
    text = f"h0: {{images: &all {{{images}}}}}\n"
    text += "".join(f"h{number}: {{images: *all}}\n" for number in range(1, 100))
    with pytest.raises(UsageError, match="too many"):
        _yaml(text)
    assert len(made) == 6


@pytest.mark.parametrize("constraint", ["^1.2", "~1.2", "1.x", ">=1 || <2", ">= 1 <2"])
def test_constraints_that_are_not_read_are_told(constraint: str) -> None:
    with pytest.raises(NotSupported, match="not read"):
        _yaml(f"quay.io: {{images-by-semver: {{a: '{constraint}'}}}}")


def test_a_range_that_holds_nothing() -> None:
    with pytest.raises(BadRange):
        _yaml("quay.io: {images-by-semver: {a: '>2, <1'}}")


def test_without_the_package_it_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(NotSupported) as caught:
        _yaml("quay.io: {images: {a: []}}")
    assert "imageferry[yaml]" in caught.value.hint


@given(st.text(max_size=120), st.sampled_from([".toml", ".yaml", ""]))
def test_no_text_breaks_the_readers(text: str, kind: str) -> None:
    with suppress(Error):
        assert parse_list(text, kind=kind, what="list")


def test_the_ending_says_which_kind(tmp_path: Path) -> None:
    for name, text in (("a.toml", "[[image]]\nrequest='x'"), ("a.yml", "h: {images: {x: [t]}}")):
        (tmp_path / name).write_text(text)
    (tmp_path / "a.list").write_bytes("\N{BYTE ORDER MARK}x\r\n".encode())
    assert (
        read_list(tmp_path / "a.toml") == read_list(tmp_path / "a.list") == (Wanted(request="x"),)
    )
    assert read_list(tmp_path / "a.yml") == (Wanted(request="h/x:t"),)
    with pytest.raises(NoSuchFile):
        read_list(tmp_path / "none")
    with pytest.raises(UsageError, match="folder"):
        read_list(tmp_path)
    (tmp_path / "bad").write_bytes(b"\xff")
    with pytest.raises(UsageError):
        read_list(tmp_path / "bad")


def test_comments_after_any_blank() -> None:
    text = "# a\n\t# b\nx:1\t# c\nhost/y#z # d\n"
    assert [one.request for one in parse_list(text, kind="", what="list")] == ["x:1", "host/y#z"]


@pytest.mark.parametrize("text", ["linux", "a b/c", "linux/$"])
def test_a_platform_that_is_none_is_told_with_its_place(text: str) -> None:
    with pytest.raises(UsageError, match=r"list, image\[0\], platforms: "):
        parse_list(f"[[image]]\nrequest='x'\nplatforms=['{text}']", kind=".toml", what="list")
