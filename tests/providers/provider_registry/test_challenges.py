"""Reading WWW-Authenticate."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_registry.challenges import Challenge, choose_challenge, parse_challenges

HUB = (
    'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",'
    'scope="repository:library/nginx:pull",error="insufficient_scope"'
)


def parameters(text: str) -> list[tuple[str, dict[str, str]]]:
    return [(one.scheme, dict(one.parameters)) for one in parse_challenges(text)]


def test_docker_hubs() -> None:
    assert parameters(HUB) == [
        (
            "bearer",
            {
                "realm": "https://auth.docker.io/token",
                "service": "registry.docker.io",
                "scope": "repository:library/nginx:pull",
                "error": "insufficient_scope",
            },
        )
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("Basic", [("basic", {})]),
        ('BASIC Realm = "a, b"', [("basic", {"realm": "a, b"})]),
        (r'Basic realm="say \"hi\" \\"', [("basic", {"realm": r'say "hi" \ '.strip()})]),
        (
            "Bearer realm=https://x.example/t,service=y",
            [("bearer", {"realm": "https://x.example/t", "service": "y"})],
        ),
        ('Negotiate abc123==, Basic realm="x"', [("negotiate", {}), ("basic", {"realm": "x"})]),
        (
            'Basic realm="x", Bearer realm="y",a=b',
            [("basic", {"realm": "x"}), ("bearer", {"realm": "y", "a": "b"})],
        ),
        ('Bearer realm="never ends', [("bearer", {}), ("realm", {})]),
        (", ,Basic realm=x", [("basic", {"realm": "x"})]),
        ("\x00", []),
    ],
)
def test_forms(text: str, found: list[tuple[str, dict[str, str]]]) -> None:
    assert parameters(text) == found


def test_a_parameter_twice_is_read_in_no_way() -> None:
    assert parameters('Bearer realm="https://a.example",realm="https://b.example"') == []


def test_bearer_is_answered_before_basic() -> None:
    both = parse_challenges('Basic realm="x", Bearer realm="y"')
    chosen = choose_challenge(both)
    assert chosen is not None
    assert chosen.scheme == "bearer"
    assert choose_challenge(parse_challenges("Digest realm=x")) is None


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    parse_challenges(text)


NAMES = st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=8)
VALUES = st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=20)


@given(st.dictionaries(NAMES, VALUES, max_size=5))
def test_what_is_quoted_comes_back(pairs: dict[str, str]) -> None:
    def quoted(value: str) -> str:
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'

    text = "Bearer " + ",".join(f"{name}={quoted(value)}" for name, value in pairs.items())
    assert parse_challenges(text) == (Challenge(scheme="bearer", parameters=pairs),)
    assert dict(parse_challenges(text)[0].parameters) == pairs


def test_a_long_one_is_cut() -> None:
    assert len(parse_challenges("Basic " * 10_000)) < 2000
