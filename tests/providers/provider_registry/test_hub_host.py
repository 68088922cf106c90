"""Docker Hub as a host sees it: what a plan says, what is spent, and what happens after that."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from provider_core import Host, PlatformSet, Settings, Wishes
from provider_core.cli.invocation import Invocation
from provider_core.cli.main import run
from provider_core.credentials import Credential, Place
from provider_core.errors import AuthRequired, RateLimited
from provider_core.platforms import Platform
from provider_core.testing import (
    DockerHub,
    HubTrouble,
    Request,
    SmallImage,
    small_image,
    small_index,
)
from provider_registry import limits

ARM64 = Platform(os="linux", architecture="arm64")
AMD64 = PlatformSet.of(Platform(os="linux", architecture="amd64"))


def _image(text: str) -> SmallImage:
    return small_index(
        small_image({"text": text.encode() * 500}),
        small_image({"text": text.encode() * 900}, platform=ARM64),
    )


@pytest.fixture
def hub() -> Iterator[DockerHub]:
    """Return a Docker Hub with three images and two pulls left."""
    with DockerHub(users={"me": "s3cr3t"}) as hub:
        for name in ("one", "two", "three"):
            hub.push(f"library/{name}", "1.0", _image(name))
        hub.pulls = 2
        yield hub


@pytest.fixture
def host(tmp_path: Path, hub: DockerHub) -> Iterator[Host]:
    """Return a host whose Docker Hub that is."""
    settings = Settings(disabled_sources=("hub",), jobs=1)
    with Host(tmp_path / "home", settings=settings) as host:
        _add(host, hub)
        yield host


def _add(host: Host, hub: DockerHub) -> None:
    options = {"hub-url": hub.api, "search-url": hub.search}
    host.add_source("mine", hub.url, provider="registry", options=options)


def _names(*names: str) -> list[str]:
    return [f"library/{name}" for name in names]


def test_a_plan_says_what_is_needed_and_left_and_spends_nothing(host: Host, hub: DockerHub) -> None:
    plan = host.plan_install(*_names("one", "two", "three"), wishes=Wishes(platforms=AMD64))
    assert (plan.pulls, plan.pulls_left, plan.lacks_pulls) == (3, 2, True)
    layers = sum(hub.tags[f"library/{name}"]["1.0"].layers[0].size for name in ("one", "two"))
    assert (plan.exact, plan.fetch > layers) == (False, True)
    assert hub.pulls == 2
    assert hub.counted("GET", "/manifests/") == 0
    assert hub.counted("GET", "/api/") == 3


def test_sizes_are_those_of_the_wanted_platforms(host: Host, hub: DockerHub) -> None:
    image = hub.tags["library/one"]["1.0"]
    small, large = (layer.size for layer in image.layers)
    for wishes, size in (
        (Wishes(platforms=AMD64), small),
        (Wishes(platforms=PlatformSet.of(ARM64)), large),
        (Wishes(platforms=PlatformSet.all()), small + large),
    ):
        assert host.plan_install("library/one", wishes=wishes).fetch == size


def test_a_plan_goes_on_without_sizes(host: Host, hub: DockerHub) -> None:
    hub.trouble = HubTrouble.API
    plan = host.plan_install("library/one")
    assert (plan.exact, plan.pulls) == (False, 1)


def test_an_install_asks_the_registry_alone(host: Host, hub: DockerHub) -> None:
    host.install("library/one")
    assert hub.counted("GET", "/api/") == 0
    assert hub.pulls == 1
    assert all("authorization" not in one.headers for one in hub.fetched)


def test_out_of_pulls_what_came_stays_and_is_not_spent_again(host: Host, hub: DockerHub) -> None:
    names = _names("one", "two", "three")
    with pytest.raises(RateLimited) as caught:
        host.install(*names)
    assert "limit: 100 pulls in 6 h" in caught.value.message
    assert host.list() == ()
    assert hub.pulls == 0
    hub.pulls = 1
    assert len(host.install(*names).installed) == 3
    assert hub.pulls == 0


def test_keep_going_takes_what_there_is(host: Host, hub: DockerHub) -> None:
    result = host.install(*_names("one", "two", "three"), wishes=Wishes(keep_going=True))
    assert len(result.installed) == 2
    assert [type(error) for _, error in result.failed] == [RateLimited]


def test_waiting_for_pulls(host: Host, hub: DockerHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_POLL", 0.02)
    monkeypatch.setattr(limits, "_SIGN", 0.01)
    hub.pulls = 0
    looks = []

    def refill(request: Request) -> None:
        if request.method == "HEAD" and "/manifests/sha256" in request.url:
            looks.append(request)
            if len(looks) == 3:
                hub.pulls = 5

    hub.before = refill
    result = host.install("library/one", wishes=Wishes(options={"on-limit": "wait"}))
    assert len(result.installed) == 1
    assert hub.pulls == 4


def test_a_nothing_new_run_asks_one_head_an_image(host: Host, hub: DockerHub) -> None:
    host.install("library/one:1.0")
    hub.asked.clear()
    host.install("library/one:1.0")
    asked = [(one.method, one.url.partition("/v2/")[2]) for one in hub.asked]
    assert [one for one in asked if one[1] and "token" not in one[1]] == [
        ("HEAD", "library/one/manifests/1.0")
    ]


def test_links_that_expire_are_asked_for_anew(host: Host, hub: DockerHub) -> None:
    hub.expire_links()
    host.install("library/one")
    hub.expire_links()
    host.install("library/two")
    assert len(host.list()) == 2


def test_the_search(host: Host, hub: DockerHub) -> None:
    hub.stars["library/two"] = 7
    (found, *_) = host.search("two").found
    assert (found.name, found.stars, found.is_official) == ("two", 7, True)


def test_a_login_is_tried_and_used_and_shown_nowhere(
    host: Host, hub: DockerHub, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(AuthRequired):
        host.login("mine", Credential(username="me", secret="wrong"), place=Place.FILE)
    host.login("mine", Credential(username="me", secret="s3cr3t"), place=Place.FILE)
    host.install("library/one")
    tokens = {one.headers.get("authorization") for one in hub.asked if "/manifests/" in one.url}
    assert "Bearer token-of-me" in tokens
    secrets = ("s3cr3t", base64.b64encode(b"me:s3cr3t").decode(), "token-of-me")
    assert not any(secret in caplog.text for secret in secrets)
    for path in host.home.root.rglob("*"):
        if path.is_file() and path != host.home.logins:
            data = path.read_bytes()
            assert not any(secret.encode() in data for secret in secrets), path


def test_the_command_line_says_it_all(
    tmp_path: Path, hub: DockerHub, capsys: pytest.CaptureFixture[str]
) -> None:
    environ = {"FERRY_HOME": str(tmp_path / "home"), "FERRY_DISABLED_SOURCES": "hub"}

    def ferry(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run(list(words), Invocation(environ=environ, json="--json" in words))
        said = capsys.readouterr()
        return code, said.out, said.err

    added = ["--provider", "registry", "--hub-url", hub.api, "--search-url", hub.search]
    assert ferry("source", "add", "mine", hub.url, *added)[0] == 0
    hub.stars["library/one"], hub.summaries["library/one"] = 12, "The first"
    code, out, _ = ferry("search", "one")
    assert (code, out.splitlines()[1].split()) == (0, ["one", "The", "first", "12", "[OK]"])
    code, _, err = ferry("search", "*")
    assert (code, "ferry search nginx" in err) == (2, True)
    code, _, err = ferry("install", *_names("one", "two", "three"), "--dry-run")
    assert code == 0
    assert "3 pulls needed, 2 left" in err
    assert "more than is left now" in err
    assert ferry("install", *_names("one", "two", "three"), "--on-limit", "stop")[0] == 5
    code, out, _ = ferry("outdated", "--json")
    assert (code, [json.loads(line) for line in out.splitlines()]) == (0, [])
