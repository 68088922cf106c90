"""A Host is thread-safe, and so are two of them on one home."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from provider_core import Host

from .crate_double import CrateDouble, crate
from .hosts import Homes


def together(calls: list[Callable[[], object]]) -> list[object]:
    """Run *calls* at once, a thread each; return what they return."""
    with ThreadPoolExecutor(max_workers=len(calls)) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]


def test_one_host_in_many_threads(homes: Homes) -> None:
    host = homes(CrateDouble())
    host.add_source("crates", "crate://all")
    names = [f"own-{number}" for number in range(8)]
    together([partial(host.install, name) for name in names])
    assert [image.name for image in host.list()] == names
    together(
        [
            *(partial(host.uninstall, name) for name in names[:4]),
            lambda: host.find("own-5"),
            lambda: host.show("own-6"),
            host.list,
            lambda: host.history("own-7"),
        ]
    )
    assert [image.name for image in host.list()] == names[4:]
    assert host.check_store() == ()


def test_a_fresh_host_makes_its_parts_once(homes: Homes) -> None:
    homes(CrateDouble()).add_source("crates", "crate://all")
    host = homes(CrateDouble())
    parts = together([lambda: (id(host.store), id(host.catalog))] * 16)
    assert len(set(parts)) == 1
    found = together([lambda: host.find("own-1").packages[0].pin] * 8)
    assert set(found) == {crate("own-1").root}


def test_the_same_image_by_many_is_installed_once(homes: Homes) -> None:
    hosts = [homes(CrateDouble()) for _ in range(2)]
    hosts[0].add_source("crates", "crate://all")
    together([partial(host.install, "shared-0") for host in hosts * 3])
    (image,) = hosts[0].list()
    assert image.content.root == crate("shared-0").root
    assert hosts[1].check_store() == ()
    assert {digest for digest, _ in hosts[1].store.blobs()} == set(crate("shared-0").blobs)


def test_two_hosts_on_one_home(homes: Homes) -> None:
    left, right = homes(CrateDouble()), homes(CrateDouble())
    left.add_source("crates", "crate://all")

    def turns(host: Host, name: str) -> None:
        for _ in range(5):
            host.install(name)
            assert name in [image.name for image in host.list()]
            host.uninstall(name)
        host.install(name)

    together([lambda: turns(left, "own-1"), lambda: turns(right, "own-2")])
    assert [image.name for image in left.list()] == ["own-1", "own-2"]
    assert left.check_store() == ()
