"""Registries in a host: which source answers, what is remembered, and what is never told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from provider_core import Host, PlatformSet, Settings, Wishes
from provider_core.errors import (
    AuthRequired,
    Exists,
    Offline,
    PackageNotFound,
    TransportError,
    UnknownSource,
    UsageError,
)
from provider_core.testing import Answer, Request
from provider_registry.endpoints import HUB_URL

from ...support.images import ARM64, make_image, make_index
from .fake_registry import URL, FakeRegistry

ALL = Wishes(platforms=PlatformSet.all())
OURS, THEIRS = make_image("ours"), make_image("theirs")


class Homes:
    """Hosts in one home, over one network with a registry of ours and Docker Hub."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.work = FakeRegistry()
        self.hub = FakeRegistry(
            url=HUB_URL,
            scheme="bearer",
            realm="https://auth.docker.io/token",
            denies=frozenset({"library/nothing", "team/nothing"}),
        )
        self.hub.serve(self.work.network)
        self._folder, self._stack = folder, stack

    def __call__(self, **settings: Any) -> Host:
        host = Host(
            self._folder / "home",
            settings=Settings(plugins=False, **settings),
            transport=self.work.network,
        )
        return self._stack.enter_context(host)


@pytest.fixture
def homes(tmp_path: Path) -> Iterator[Homes]:
    with ExitStack() as stack:
        homes = Homes(tmp_path, stack)
        homes.work.push("team/app", "1.0", OURS)
        homes.hub.push("team/app", "9.0", THEIRS)
        homes.hub.push("library/nginx", "1.27", THEIRS)
        yield homes


def with_work(homes: Homes, **settings: Any) -> Host:
    host = homes(**settings)
    host.add_source("work", URL, provider="registry")
    homes.work.asked.clear()
    return host


def test_docker_hub_is_there(homes: Homes) -> None:
    host = homes()
    (image,) = host.install("nginx", wishes=ALL).installed
    assert (image.name, image.version, image.package.id.source) == ("nginx", "1.27", "hub")


def test_what_another_source_knows_is_not_told_to_docker_hub(homes: Homes) -> None:
    host = with_work(homes)
    assert [one.version for one in host.find("team/app").packages] == ["1.0"]
    (image,) = host.install("team/app", wishes=ALL).installed
    assert image.content.root == OURS.root
    with pytest.raises(PackageNotFound):
        host.install("team/app==9.0")
    assert homes.hub.asked == []


def test_offline_signatures_can_be_done_without(homes: Homes, tmp_path: Path) -> None:
    with_work(homes).save("team/app", to=str(tmp_path / "x.tar"), wishes=ALL)
    host = homes(offline=True)
    with pytest.raises(Offline) as caught:
        host.install("team/app", wishes=ALL)
    assert "--no-referrers goes without" in caught.value.hint
    wishes = replace(ALL, options={"referrers": False})
    (image,) = host.install("team/app", wishes=wishes).installed
    assert image.content.root == OURS.root


def test_what_no_other_source_knows_is(homes: Homes) -> None:
    host = with_work(homes)
    assert [one.id.source for one in host.find("nginx").packages] == ["hub"]
    assert host.find("team/app", "nginx").faults == ()


@pytest.mark.parametrize("name", ["nothing", "team/nothing"])
def test_what_is_nowhere(homes: Homes, name: str) -> None:
    host = with_work(homes)
    for ask in (host.install, host.find):
        with pytest.raises(PackageNotFound) as caught:
            ask(name)
        assert "ferry source login hub" in caught.value.hint


def test_a_source_that_is_down_is_no_reason_to_ask_docker_hub(homes: Homes) -> None:
    host = with_work(homes)

    def down(request: Request) -> Answer:
        raise TransportError("the registry is down", hint="wait")

    homes.work.network.routes[f"{URL}/v2/"] = down
    with pytest.raises(TransportError, match="down"):
        host.install("team/app")
    assert homes.hub.asked == []


def test_a_source_that_denies_is_no_reason_either(homes: Homes) -> None:
    host = with_work(homes)
    homes.work.scheme, homes.work.login = "bearer", "robot:secret"
    with pytest.raises(AuthRequired):
        host.install("team/app")
    assert homes.hub.asked == []


def test_a_find_without_a_name_never_leaves_the_machine(homes: Homes) -> None:
    host = with_work(homes)
    host.find()
    host.find("*")
    assert (homes.work.asked, homes.hub.asked) == ([], [])


def test_it_is_off_by_config_and_offline(homes: Homes) -> None:
    for settings in ({"disabled_sources": ("hub",)}, {"offline": True}):
        host = homes(**settings)
        with pytest.raises(PackageNotFound):
            host.install("nginx")
        with pytest.raises(UnknownSource):
            host.find("nginx", wishes=Wishes(source="hub"))
    assert homes.hub.asked == []


def test_what_was_found_is_known_offline(homes: Homes) -> None:
    with_work(homes).find("team/app")
    homes().find("nginx", wishes=Wishes(source="hub"))
    homes.work.asked.clear()
    offline = homes(offline=True)
    assert [one.version for one in offline.find("nginx").packages] == ["1.27"]
    (step,) = offline.plan_install("team/app").steps
    assert step.package.pin == OURS.root
    with pytest.raises(Offline):
        offline.install("team/app")
    assert homes.work.asked == []


def test_what_is_installed_is_installed_offline(homes: Homes) -> None:
    with_work(homes).install("team/app", wishes=ALL)
    assert homes(offline=True).install("team/app", wishes=ALL).kept


def test_a_number_that_was_pushed_anew_is_not_replaced(homes: Homes) -> None:
    host = with_work(homes)
    host.install("team/app:1.0", wishes=ALL)
    homes.work.push("team/app", "1.0", THEIRS)
    with pytest.raises(Exists, match="other content"):
        host.install("team/app:1.0", wishes=ALL)


def test_docker_hub_has_mirrors_and_stays_what_it_is(homes: Homes) -> None:
    mirror = FakeRegistry(url="https://mirror.example")
    mirror.push("library/nginx", "", THEIRS)
    mirror.serve(homes.work.network)
    host = homes()
    host.set_source("hub", options={"mirror": ["https://mirror.example"]})
    host.install("nginx", wishes=ALL)
    assert [path for path in mirror.paths("GET") if "blobs" in path]
    assert not [path for path in homes.hub.paths() if "blobs" in path]
    assert {row.source.name for row in host.sources()} == {"samples", "hub"}
    assert host.sources()[-1].source.is_last_resort


def test_a_source_is_checked_when_it_is_added(homes: Homes) -> None:
    host = homes()
    homes.work.network.routes["https://page.example/v2/"] = Answer(status=404)
    with pytest.raises(TransportError, match="no registry"):
        host.add_source("page", "https://page.example", provider="registry")
    for location in ("http://registry.example", "https://registry.example/Team"):
        with pytest.raises(UsageError):
            host.add_source("bad", location, provider="registry")
    with pytest.raises(UsageError):
        host.add_source("bad", URL, provider="registry", options={"mirror": ["http://m.example"]})
    source = host.add_source("team", "registry://registry.example/team/")
    assert source.location == f"{URL}/team"
    assert [one.name for one in host.find("app", wishes=Wishes(source="team")).packages] == ["app"]
    homes(offline=True).add_source("far", "https://far.example", provider="registry")


def test_a_source_answers_for_its_own_host(homes: Homes) -> None:
    """So that its mirrors and login count; the name stays as it was typed."""
    host = with_work(homes)
    (image,) = host.install("registry.example/team/app:1.0", wishes=ALL).installed
    assert (image.name, image.package.id.source) == ("registry.example/team/app", "work")


def test_one_platform_now_and_the_others_later(homes: Homes) -> None:
    index = make_index(make_image("amd"), make_image("arm", platform=ARM64))
    homes.work.push("team/multi", "1.0", index)
    host = with_work(homes)
    (image,) = host.install("team/multi", wishes=Wishes(platforms=PlatformSet.of(ARM64))).installed
    assert (image.platforms, image.content.root) == ((ARM64,), index.root)
    (image,) = host.install("team/multi", wishes=ALL).installed
    assert len(image.platforms) == 2
    assert host.check_store() == ()


def test_a_full_reference_is_found_without_a_source(homes: Homes) -> None:
    host = homes()
    (found,) = host.find("registry.example/team/app").packages
    assert (found.version, found.pin, found.id.source) == ("1.0", OURS.root, "")
    with pytest.raises(PackageNotFound):
        host.find("registry.example/team/nothing")
    with pytest.raises(Offline):
        homes(offline=True).find("registry.example/team/app")
    assert homes.hub.asked == []


def test_several_names_are_asked_for_at_once_and_planned_in_order(homes: Homes) -> None:
    homes.work.push("team/other", "1.0", THEIRS)
    host = with_work(homes)
    meeting = threading.Barrier(2, timeout=20)

    def answer(request: Request) -> Answer:
        if request.method == "HEAD":
            meeting.wait()
        return homes.work.answer(request)

    homes.work.network.routes[f"{URL}/v2/"] = answer
    plan = host.plan_install("team/app:1.0", "team/other:1.0")
    assert [step.package.name for step in plan.steps] == ["team/app", "team/other"]
