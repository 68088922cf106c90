"""References: what is a path, a URL or a name, and the forms of names."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_core.digests import Digest
from provider_core.errors import BadRange, UsageError
from provider_core.references import (
    FilePath,
    Name,
    Uri,
    lower_form,
    name_key,
    parse_reference,
)
from provider_core.versions import VersionRange

DIGEST = f"sha256:{'0123456789abcdef' * 4}"
REPOSITORY = re.compile(
    r"(?:[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?::[0-9]{1,5}(?=/))?/)?"
    r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*"
)
READ = """
import sys
from provider_core.errors import UsageError
from provider_core.references import parse_reference
text = sys.stdin.read()
try:
    sys.exit(str(parse_reference(text)) != text)
except UsageError:
    pass
"""
WORDS = [
    "nginx",
    "1.27",
    "rc1",
    "slim",
    "latest",
    "5000",
    ".tar",
    "==",
    ">=",
    "://",
    "==1.*",
    "C:/",
]
PIECES = st.sampled_from([*WORDS, *"aB/:@[]<>=,*?.-_~\\ \n#%é", DIGEST])
TYPED = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=10).map("".join))


@pytest.mark.parametrize(
    "text",
    [
        "/",
        "/srv/images",
        "./nginx",
        "../nginx",
        ".",
        "..",
        "~",
        "~/images",
        "~user/images",
        "C:\\x",
        "C:/x",
        "c:/",
        "nginx.tar",
        "nginx.TAR",
        "a.tar.gz",
        "a.tgz",
        "a.tar.zst",
        "a.wim",
        "a.swm",
        "a.ESD",
        "sub/folder/a.wim",
        "./a://b",
        "/x y",
        "/bytes\udc80",
    ],
)
def test_paths(text: str) -> None:
    assert parse_reference(text) == FilePath(path=text)
    assert str(parse_reference(text)) == text


@pytest.mark.parametrize(
    ("text", "scheme", "rest"),
    [
        ("https://example.com/x.tar", "https", "example.com/x.tar"),
        ("HTTPS://Example.com", "https", "Example.com"),
        ("docker-daemon://name", "docker-daemon", "name"),
        (f"docker-daemon://name:tag@{DIGEST}", "docker-daemon", f"name:tag@{DIGEST}"),
        ("podman://container/ID", "podman", "container/ID"),
        ("file:///srv/x", "file", "/srv/x"),
        ("https://example.com/@scope/x", "https", "example.com/@scope/x"),
    ],
)
def test_urls(text: str, scheme: str, rest: str) -> None:
    assert parse_reference(text) == Uri(scheme=scheme, rest=rest)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nginx", Name(name="nginx")),
        ("NanoServer", Name(name="NanoServer")),
        ("nginx:1.27", Name(name="nginx", tag="1.27")),
        ("localhost:5000", Name(name="localhost", tag="5000")),
        ("localhost:5000/x", Name(name="localhost:5000/x")),
        ("host:5000/a/b:tag", Name(name="host:5000/a/b", tag="tag")),
        ("x.wim:1", Name(name="x.wim", tag="1")),
        ("a.tar/b", Name(name="a.tar/b")),
        (f"n@{DIGEST}", Name(name="n", digest=Digest.parse(DIGEST))),
        (f"h:1/n:t@{DIGEST}", Name(name="h:1/n", tag="t", digest=Digest.parse(DIGEST))),
        ("n==1.2", Name(name="n", versions=VersionRange.exactly("1.2"))),
        ("n==latest", Name(name="n", versions=VersionRange.exactly("latest"))),
        ("n[slim]", Name(name="n", variant="slim")),
        ("n[]>=1", Name(name="n", variant="", versions=VersionRange.parse(">=1"))),
        (
            "host:5000/n[slim] >= 1.27, < 2",
            Name(name="host:5000/n", variant="slim", versions=VersionRange.parse(">=1.27,<2")),
        ),
        ("-.-.-.-.-.", Name(name="-.-.-.-.-.")),
        ("C:x", Name(name="C", tag="x")),
        (".hidden", Name(name=".hidden")),
        ("tar", Name(name="tar")),
    ],
)
def test_names(text: str, expected: Name) -> None:
    assert parse_reference(text) == expected


@pytest.mark.parametrize("text", ["ngin?", "*", "library/*", "node?18:latest"])
def test_wildcards(text: str) -> None:
    name = parse_reference(text)
    assert isinstance(name, Name)
    assert name.has_wildcard
    assert not Name(name="nginx").has_wildcard


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "a\nb",
        "a\x00",
        "/a\x00b",
        "a\x1b[31m",
        "a\x85b",
        "x" * 513,
        " nginx",
        "nginx ",
        "x.tar ",
        ":tag",
        "==1",
        f"@{DIGEST}",
        "a:",
        "a:b:c",
        "a:b c",
        f"a:{'1' * 129}",
        "a:1.*",
        "a//b",
        "a/",
        "a/:x",
        "a\\b",
        "a]",
        "a,b",
        "a[x",
        "a[x/y]",
        "a[x]y",
        "a[x]:1",
        "a:1[x]",
        "a:1>=1",
        f"a@{DIGEST}>=1",
        "a@1",
        f"a@{DIGEST}@{DIGEST}",
        f"a@{DIGEST[:-1]}",
        "a=1",
        "a>=latest",
        "a>=2,<1",
        "a==1-b.tar,>=0",
        f"{'a' * 506}==1.*",
        "\u202ea",
        "://x",
        "1a://x",
        "a b://x",
        "https://",
        "https://user:secret@example.com/x",
    ],
)
def test_what_is_refused_has_a_hint(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_reference(text)
    assert caught.value.hint


def test_ranges_are_refused_as_ranges() -> None:
    with pytest.raises(BadRange):
        parse_reference("nginx>=2,<1")


def test_a_password_is_not_repeated() -> None:
    with pytest.raises(UsageError) as caught:
        parse_reference("https://user:secret@example.com/x")
    assert "secret" not in f"{caught.value} {caught.value.as_json()}"


def test_the_longest_reference() -> None:
    assert parse_reference("x" * 512) == Name(name="x" * 512)


@given(TYPED)
def test_any_text_is_a_reference_or_a_usage_error(text: str) -> None:
    try:
        reference = parse_reference(text)
    except UsageError:
        return
    assert parse_reference(str(reference)) == reference


@pytest.mark.parametrize(
    "text",
    [
        "docker.artifactory.us.foo.mycompany.com/bar/node?18",
        "-.-.-.-.-.",
        "-." * 256,
        "a" * 511 + "!",
        "a/" * 255 + "a",
        "a:" * 256,
        "a" * 10 + "@" * 500,
        "a[" * 256,
        "a" + ">=1," * 127,
        "a==" + "1." * 254,
        "a==1" + "-rc.1" * 100,
        "a" + "://" * 170,
    ],
)
def test_no_text_takes_forever(text: str) -> None:
    """In a process of its own: one that backtracks for ever is ended, and fails."""
    ran = subprocess.run([sys.executable, "-c", READ], input=text.encode(), check=False, timeout=20)
    assert ran.returncode == 0


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("nginx", "nginx"),
        ("NanoServer", "nanoserver"),
        ("Windows/ServerCore", "windows/servercore"),
        ("localhost:5000/A/B", "localhost:5000/a/b"),
        ("Registry.Example/a_b__c--d.e", "registry.example/a_b__c--d.e"),
        ("Visual Studio (2022)", "visual-studio-2022"),
        ("a..b___c.-d", "a-b-c-d"),
        ("-lead/trail-/_", "lead/trail"),
        ("Café", "caf"),
        ("naïve", "na-ve"),
        ("a:b/c", "a-b/c"),
        ("a:1/", "a-1"),
    ],
)
def test_lower_forms(name: str, form: str) -> None:
    assert lower_form(name) == form


@pytest.mark.parametrize("name", ["", "-.-", "///", "日本", "x" * 256])
def test_names_without_a_lower_form(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        lower_form(name)
    assert caught.value.hint


@given(st.one_of(st.text(max_size=40), st.text(alphabet="aB1._-/:0", max_size=20)))
def test_lower_forms_are_repositories_and_final(name: str) -> None:
    try:
        form = lower_form(name)
    except UsageError:
        return
    assert REPOSITORY.fullmatch(form)
    assert lower_form(form) == form


@given(st.from_regex(REPOSITORY, fullmatch=True).filter(lambda name: len(name) < 256))
def test_valid_names_are_their_own_lower_form(name: str) -> None:
    assert lower_form(name) == name


@given(st.text(max_size=20))
def test_keys_ignore_case(name: str) -> None:
    assert name_key(name_key(name)) == name_key(name)
    assert name_key(name.swapcase()) == name_key(name) or not name.isascii()


def test_names_of_another_case_have_one_key() -> None:
    assert name_key("NanoServer") == name_key("NANOSERVER") == "nanoserver"
