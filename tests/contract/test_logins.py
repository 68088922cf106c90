"""Who to be at a source: bound to it, tried before it is kept, and never shown."""

from __future__ import annotations

import base64
import io
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from provider_core import Host, Source
from provider_core.cli.main import main
from provider_core.context import Context
from provider_core.credentials import Credential, Place
from provider_core.errors import AuthRequired, PackageNotFound, UnknownSource, UsageError
from provider_core.hookspecs import ProviderSpec, hookimpl
from provider_core.model import Feature, Package, ProviderInfo, Query
from provider_core.testing import Answer, MemoryTransport, Request
from provider_core.transport import Origin

from .hosts import Homes

HERE, THERE = "https://one.example", "https://two.example"
ME = Credential(username="me", secret="s3cr3t")
BASIC = "Basic " + base64.b64encode(b"me:s3cr3t").decode()


class Club(ProviderSpec):
    """A provider whose servers want to know who asks."""

    @hookimpl
    def provider_info(self) -> ProviderInfo:
        """Say what it can do."""
        features = frozenset({Feature.FIND, Feature.CHECK_SOURCE})
        return ProviderInfo(name="club", version="1", features=features, schemes=("https",))

    @hookimpl
    def check_source(self, source: Source, context: Context) -> Source:
        """Let in whoever is known; whoever says nothing may stand at the door."""
        who = context.credentials(Origin.of(source.location))
        headers = {"authorization": f"Basic {_basic(who)}"} if who else {}
        context.transport.request("GET", f"{source.location}/door", headers=headers)
        return replace(source)

    @hookimpl
    def find(self, query: Query, context: Context) -> Iterator[Package]:
        """Ask with the credentials of every server there is."""
        for place in (HERE, THERE):
            who = context.credentials(Origin.of(place))
            headers = {"authorization": f"Basic {_basic(who)}"} if who else {}
            context.transport.request("GET", f"{place}/list", headers=headers)
        yield from ()


def _basic(who: Credential) -> str:
    return base64.b64encode(f"{who.username}:{who.secret}".encode()).decode()


def _network() -> MemoryTransport:
    def door(request: Request) -> Answer:
        known = request.headers.get("authorization") in (None, BASIC)
        return Answer(status=200 if known else 401)

    return MemoryTransport({f"{HERE}/": door, f"{THERE}/": door})


@pytest.fixture
def network() -> MemoryTransport:
    """Return two servers."""
    return _network()


@pytest.fixture
def club(homes: Homes, network: MemoryTransport) -> Host:
    """Return a host with a source on each."""
    host = homes(Club(), transport=network)
    host.add_source("one", HERE, provider="club")
    host.add_source("two", THERE, provider="club")
    return host


def _shown(network: MemoryTransport) -> dict[str, str | None]:
    return {
        request.url: request.headers.get("authorization")
        for request in network.requests
        if request.url.endswith("/list")
    }


def test_a_login_is_seen_by_its_source_at_its_origin_alone(
    club: Host, network: MemoryTransport
) -> None:
    assert club.login("one", ME, place=Place.FILE) == "https://one.example:443"
    with pytest.raises(PackageNotFound):
        club.find("x")
    asked = [request for request in network.requests if request.url.endswith("/list")]
    assert sorted((one.url, one.headers.get("authorization")) for one in asked if one.headers) == [
        (f"{HERE}/list", BASIC)
    ]
    assert len(asked) == 4  # two sources asked two servers each


def test_a_moved_source_takes_no_login_with_it(club: Host, network: MemoryTransport) -> None:
    club.login("one", ME, place=Place.FILE)
    club.set_source("one", location=THERE)
    with pytest.raises(PackageNotFound):
        club.find("x")
    assert set(_shown(network).values()) == {None}


def test_a_refused_login_is_not_kept(club: Host) -> None:
    wrong = Credential(username="me", secret="wrong")
    with pytest.raises(AuthRequired):
        club.login("one", wrong, place=Place.FILE)
    assert not club.home.logins.exists()


def test_there_must_be_a_source_and_a_secret(club: Host, tmp_path: Path) -> None:
    with pytest.raises(UnknownSource):
        club.login("nobody", ME, place=Place.FILE)
    with pytest.raises(UsageError):
        club.login("one", Credential(username="me", secret=""), place=Place.FILE)


def test_logging_out_forgets(club: Host) -> None:
    club.login("one", ME, place=Place.FILE)
    assert (club.logout("one"), club.logout("one")) == (True, False)


def test_the_environments_login_reaches_its_source(homes: Homes, network: MemoryTransport) -> None:
    variables = {"FERRY_ONE_USERNAME": "me", "FERRY_ONE_PASSWORD": "s3cr3t"}
    host = homes(Club(), transport=network, login_variables=variables)
    host.add_source("one", HERE, provider="club")
    with pytest.raises(PackageNotFound):
        host.find("x")
    assert _shown(network) == {f"{HERE}/list": BASIC, f"{THERE}/list": None}


def test_the_secret_is_nowhere_else(
    club: Host, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    club.login("one", ME, place=Place.FILE)
    with pytest.raises(PackageNotFound) as caught:
        club.find("x")
    assert "s3cr3t" not in caplog.text + str(caught.value)
    encoded = base64.b64encode(b"me:s3cr3t")
    for path in club.home.root.rglob("*"):
        if path.is_file() and path != club.home.logins:
            data = path.read_bytes()
            assert b"s3cr3t" not in data, path
            assert encoded not in data, path


def test_the_command_reads_the_secret_from_stdin_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = ["--home", str(tmp_path / "home"), "--offline", "--json"]
    feed = tmp_path / "club.py"
    feed.write_text(
        "from provider_core.hookspecs import ProviderSpec, hookimpl\n"
        "from provider_core.model import ProviderInfo\n"
        "class Club(ProviderSpec):\n"
        "    @hookimpl\n"
        "    def provider_info(self):\n"
        "        return ProviderInfo(name='club', version='1', schemes=('https',))\n"
        "provider = Club\n"
    )
    home += ["--provider-path", str(feed)]
    assert main(["source", "add", "one", HERE, "--provider", "club", *home]) == 0
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"s3cr3t\r\n")))
    command = ["source", "login", "one", "--username", "me", "--password-stdin"]
    assert main([*command, "--store", "file", *home]) == 0
    kept = json.loads((tmp_path / "home" / "logins.json").read_bytes())
    assert kept["logins"][0]["secret"] == "s3cr3t"
    said = capsys.readouterr()
    assert "s3cr3t" not in said.out + said.err
    assert main(["source", "logout", "one", *home]) == 0
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"two\nlines\n")))
    assert main([*command, "--store", "file", *home]) == 2
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert main(["source", "login", "one", *home]) == 2
