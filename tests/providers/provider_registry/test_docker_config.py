"""Logins that docker and podman have kept: which, for whom, and never shown."""

from __future__ import annotations

import base64
import json
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_core.credentials import IDENTITY_TOKEN, Credential
from provider_core.errors import AuthRequired, DocumentError, Error, NoSuchFile
from provider_core.testing import make_context
from provider_core.transport import Origin
from provider_registry.docker_config import Server, parse_docker_config, server_key
from provider_registry.docker_helpers import ask_helper
from provider_registry.logins import config_files, login_for

ME = Credential(username="me", secret="s3:cr3t")
PACKED = base64.b64encode(b"me:s3:cr3t").decode()
HUB = Origin.of("https://registry-1.docker.io")
WORK = Origin.of("https://registry.example")


def _auths(*keys: str) -> bytes:
    return json.dumps({"auths": {key: {"auth": PACKED} for key in keys}}).encode()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a user's home where nothing is kept."""
    for name in ("REGISTRY_AUTH_FILE", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "DOCKER_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".docker").mkdir()
    return tmp_path


def _docker(home: Path, data: bytes | dict[str, object]) -> None:
    text = data if isinstance(data, bytes) else json.dumps(data).encode()
    (home / ".docker" / "config.json").write_bytes(text)


def _helper(folder: Path, name: str, body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program = folder / f"docker-credential-{name}"
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


@pytest.mark.parametrize(
    ("key", "place", "plain"),
    [
        ("https://index.docker.io/v1/", "index.docker.io", False),
        ("registry.example", "registry.example", False),
        ("REGISTRY.example:443/", "registry.example", False),
        ("https://registry.example/v2/", "registry.example", False),
        ("http://registry.example:5000", "registry.example:5000", True),
        ("quay.io/team/app", "quay.io/team/app", False),
    ],
)
def test_keys_have_one_spelling(key: str, place: str, plain: bool) -> None:
    assert server_key(key) == Server(place=place, plain=plain)


@given(st.text())
def test_every_text_is_some_key(text: str) -> None:
    assert isinstance(server_key(text), Server)


@pytest.mark.parametrize(
    ("entry", "wanted"),
    [
        ({"auth": PACKED}, ME),
        ({"auth": base64.b64encode(b"me:s3:cr3t\0\0").decode()}, ME),
        ({"username": "me", "password": "s3:cr3t"}, ME),
        (
            {"auth": PACKED, "identitytoken": "again"},
            Credential(username=IDENTITY_TOKEN, secret="again"),
        ),
        ({"registrytoken": "bear"}, Credential(username="", secret="bear")),
        ({}, None),
        ({"auth": None}, None),
    ],
)
def test_every_form_of_an_entry(entry: dict[str, object], wanted: Credential | None) -> None:
    data = json.dumps({"auths": {"registry.example": entry}}).encode()
    config = parse_docker_config(data, what="config.json")
    assert config.login(("registry.example",), "", plain=False) == wanted


@pytest.mark.parametrize("key", ["https://index.docker.io/v1/", "docker.io", "index.docker.io"])
def test_docker_hub_under_each_of_its_names(home: Path, key: str) -> None:
    _docker(home, _auths(key))
    assert login_for(HUB, "library/nginx", make_context()) == ME
    assert login_for(WORK, "library/nginx", make_context()) is None


def test_the_most_specific_key_wins() -> None:
    other = base64.b64encode(b"team:pw").decode()
    auths = {"quay.io": {"auth": PACKED}, "quay.io/team": {"auth": other}}
    config = parse_docker_config(json.dumps({"auths": auths}).encode(), what="auth.json")
    team = config.login(("quay.io",), "team/app", plain=False)
    assert team == Credential(username="team", secret="pw")
    assert config.login(("quay.io",), "teams/app", plain=False) == ME


@pytest.mark.parametrize(
    "url",
    [
        "https://registry.example.evil.example",
        "https://evilregistry.example",
        "https://example",
        "https://registry.example:8443",
        "http://registry.example:443",
    ],
)
def test_cve_2026_105769_a_host_that_looks_alike_is_another(home: Path, url: str) -> None:
    _docker(home, _auths("registry.example"))
    assert login_for(WORK, "app", make_context()) == ME
    assert login_for(Origin.of(url), "app", make_context()) is None


def test_no_secret_of_a_file_goes_over_plain_http_unless_it_says_so(home: Path) -> None:
    plain = Origin.of("http://registry.example:5000")
    _docker(home, _auths("registry.example:5000"))
    assert login_for(plain, "app", make_context()) is None
    _docker(home, _auths("http://registry.example:5000"))
    assert login_for(plain, "app", make_context()) == ME
    _docker(home, _auths("localhost:5000"))
    assert login_for(Origin.of("http://localhost:5000"), "app", make_context()) == ME


def test_the_hosts_login_goes_first(home: Path) -> None:
    _docker(home, _auths("registry.example"))
    own = Credential(username="own", secret="pw")
    context = make_context(credentials=lambda origin: own if origin == WORK else None)
    assert login_for(WORK, "app", context) == own


def test_files_are_looked_at_in_the_order_of_the_tools() -> None:
    home = Path("/home/me")
    assert list(config_files({}, home, None)) == [
        home / ".config/containers/auth.json",
        home / ".docker/config.json",
    ]
    environ = {"XDG_RUNTIME_DIR": "/run/me", "XDG_CONFIG_HOME": "/c", "DOCKER_CONFIG": "/d"}
    assert list(config_files(environ, home, None)) == [
        Path("/run/me/containers/auth.json"),
        Path("/c/containers/auth.json"),
        Path("/d/config.json"),
    ]
    environ["REGISTRY_AUTH_FILE"] = "/a.json"
    assert list(config_files(environ, home, None)) == [Path("/a.json")]
    assert list(config_files(environ, home, "/b.json")) == [Path("/b.json")]


def test_an_authfile_that_is_named_is_the_only_one(home: Path, tmp_path: Path) -> None:
    _docker(home, _auths("registry.example"))
    other = tmp_path / "auth.json"
    other.write_bytes(_auths("other.example"))
    context = make_context(options={"authfile": str(other)})
    assert login_for(WORK, "app", context) is None
    assert login_for(Origin.of("https://other.example"), "app", context) == ME
    with pytest.raises(NoSuchFile):
        login_for(WORK, "app", make_context(options={"authfile": str(tmp_path / "none")}))


def test_helpers_of_one_registry_go_before_the_store(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = 'read server; echo "{\\"Username\\":\\"$server\\",\\"Secret\\":\\"s3:cr3t\\"}"'
    _helper(home, "one", answer, monkeypatch)
    _helper(home, "all", 'echo \'{"Username":"all","Secret":"pw"}\'', monkeypatch)
    _docker(home, {"credsStore": "all", "credHelpers": {"registry.example": "one"}})
    found = login_for(WORK, "app", make_context())
    assert found == Credential(username="registry.example", secret="s3:cr3t")
    assert login_for(HUB, "app", make_context()) == Credential(username="all", secret="pw")


def test_a_helper_is_asked_for_docker_hub_by_its_old_name(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = 'read server; echo "{\\"Username\\":\\"$server\\",\\"Secret\\":\\"x\\"}"'
    _helper(home, "one", answer, monkeypatch)
    _docker(home, {"credsStore": "one"})
    found = login_for(HUB, "app", make_context())
    assert found is not None
    assert found.username == "https://index.docker.io/v1/"


def test_what_a_helper_does_not_know_is_looked_for_in_the_file(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal = "echo credentials not found in native keychain; exit 1"
    _helper(home, "one", refusal, monkeypatch)
    _docker(home, {"credsStore": "one", **json.loads(_auths("registry.example"))})
    assert login_for(WORK, "app", make_context()) == ME


@pytest.mark.parametrize(
    "name", ["../evil", "a b", "", "-x", "One", "a;b", "a/b", "wincred\n", "ü"]
)
def test_a_helpers_name_is_a_plain_word(name: str) -> None:
    with pytest.raises(AuthRequired, match="cannot be a credential helper"):
        ask_helper(name, "registry.example")


@pytest.mark.parametrize(
    "body",
    [
        "echo s3:cr3t; exit 3",
        "echo s3:cr3t",
        'echo \'{"Secret": 5, "Username": "s3:cr3t"}\'',
        "echo s3:cr3t >&2; sleep 30",
        "echo '[\"s3:cr3t\"]'",
    ],
)
def test_what_a_bad_helper_says_is_never_shown(
    home: Path, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    _helper(home, "bad", f"exec 3>&1; {body}".replace("sleep", "exec sleep"), monkeypatch)
    with pytest.raises(AuthRequired) as caught:
        ask_helper("bad", "registry.example", seconds=0.5)
    assert "s3:cr3t" not in _told(caught.value)


def test_a_helper_that_is_not_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(AuthRequired, match="not installed"):
        ask_helper("none", "registry.example")


@pytest.mark.parametrize(
    "data",
    [
        b'{"auths": {"registry.example": {"auth": "bm90aGluZw=="}}}',
        b'{"auths": {"registry.example": {"auth": "s3:cr3t!"}}}',
        b'{"auths": ["s3:cr3t"]}',
        b'{"auths": {"registry.example": "s3:cr3t"}}',
        b'{"auths": {"registry.example": {"auth": {"s3:cr3t": 1}}}}',
        b'{"credHelpers": {"registry.example": ["s3:cr3t"]}}',
        b'{"auths": {"a": {"password": "s3:cr3t", "password": "s3:cr3t"}}}',
        b'{"auths": {"a": {"password": "s3:cr3t',
        b'{"auths": ' + b"[" * 100_000,
    ],
)
def test_a_damaged_file_is_told_without_its_secrets(home: Path, data: bytes) -> None:
    _docker(home, data)
    with pytest.raises(DocumentError) as caught:
        login_for(WORK, "app", make_context())
    assert "s3:cr3t" not in _told(caught.value)


def test_no_repr_has_a_secret() -> None:
    config = parse_docker_config(_auths("registry.example"), what="config.json")
    assert "cr3t" not in repr(config)


def _told(error: Error) -> str:
    links: list[BaseException | None] = [error, error.__cause__]
    return " ".join(map(str, (error.as_json(), *links)))
