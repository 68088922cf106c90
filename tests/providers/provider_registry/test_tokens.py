"""What token servers are asked, and what they say."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_core.errors import DocumentError
from provider_registry.tokens import Scope, parse_scope, parse_token, refresh_form, token_url

PULL = Scope(kind="repository", name="library/nginx", actions=frozenset({"pull"}))


def answer(**fields: object) -> bytes:
    return json.dumps(fields).encode()


@pytest.mark.parametrize("key", ["token", "access_token"])
def test_either_name_will_do(key: str) -> None:
    assert parse_token(answer(**{key: "abc"}), 0).value == "abc"


@pytest.mark.parametrize(
    ("said", "seconds"), [(None, 60), (300, 300), (5, 60), (-1, 60), (1 << 60, 30 * 24 * 3600)]
)
def test_it_is_used_for_a_part_of_its_time(said: int | None, seconds: int) -> None:
    fields: dict[str, object] = {"token": "abc"}
    if said is not None:
        fields["expires_in"] = said
    token = parse_token(answer(**fields), 1000.0)
    assert token.until == pytest.approx(1000 + 0.8 * seconds)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        answer(),
        answer(token=""),
        answer(token=5),
        answer(token="a\r\nx-evil: 1"),
        answer(token="a b"),
        answer(token="ä"),
        answer(token="x" * 70_000),
        b'{"token":"a","token":"b"}',
        b'{"token":"' + b"a" * (1 << 20) + b'"}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_token(body: bytes) -> None:
    with pytest.raises(DocumentError) as caught:
        parse_token(body, 0)
    assert "x-evil" not in str(caught.value)


def test_a_token_is_not_shown() -> None:
    assert "abc" not in repr(parse_token(answer(token="abc"), 0))


@pytest.mark.parametrize("text", ["repository:library/nginx:pull", "registry:catalog:*"])
def test_scopes_are_read_and_written(text: str) -> None:
    assert str(parse_scope(text)) == text


def test_a_name_with_a_port_is_one_name() -> None:
    scope = parse_scope("repository:host:5000/app:pull,push")
    assert scope is not None
    assert scope.name == "host:5000/app"
    assert scope.actions == frozenset({"pull", "push"})
    assert parse_scope("pull") is None
    assert parse_scope("repository:pull") is None


@given(st.text(max_size=40), st.text(max_size=40))
def test_everything_is_encoded(service: str, name: str) -> None:
    """CVE-2026-33540's other half: a scope must not become a parameter of its own."""
    scope = Scope(kind="repository", name=name, actions=frozenset({"pull"}))
    url = token_url("https://auth.example/token?x=1", service, [scope])
    assert url.isascii()
    query = parse_qs(urlsplit(url).query, keep_blank_values=True, errors="surrogatepass")
    assert set(query) <= {"x", "service", "scope"}
    assert query["scope"] == [str(scope)]


def test_an_identity_token_is_exchanged_by_form() -> None:
    form = parse_qs(refresh_form("registry.example", [PULL], "secret&x=y").decode())
    assert form["refresh_token"] == ["secret&x=y"]
    assert form["grant_type"] == ["refresh_token"]
    assert form["scope"] == ["repository:library/nginx:pull"]
