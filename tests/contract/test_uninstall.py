"""uninstall: dependents, holds, providers and policies may each say no; nothing else goes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

import pytest

from provider_core import Host, Installed, hookimpl
from provider_core.errors import (
    Ambiguous,
    InUse,
    NoSpace,
    NotInstalled,
    UnknownProvider,
    UsageError,
)
from provider_core.model import Hold, ImageKey, Requirement, Tag
from provider_core.references import Name
from provider_core.store import IndexEntry
from provider_core.testing import SmallImage, small_image

from .hosts import Homes, shelf_sources
from .mount_double import MountDouble
from .shelf_double import Shelf, image_of

BASE = image_of("base")
APP = small_image({"srv/app": b"app"}, base=BASE)
OTHER = small_image({"srv/other": b"other"}, base=BASE)


@pytest.fixture
def stocked(host: Host, shelf: Shelf) -> Host:
    """Return a host with `base`, and `app` and `other` made from it."""
    for name, image in (("base", BASE), ("app", APP), ("other", OTHER)):
        shelf.put("lab", name, "1", image)
    host.install("base", "app", "other")
    return host


def blobs(host: Host) -> set[str]:
    """Return the digests of what is in the store."""
    return {str(digest) for digest, _ in host.store.blobs()}


def test_a_parent_stays_while_it_is_needed(stocked: Host) -> None:
    assert [image.name for image in stocked.dependents("base")] == ["app", "other"]
    with pytest.raises(InUse) as caught:
        stocked.uninstall("base")
    assert caught.value.fields["by"] == ["app 1", "other 1"]
    assert len(stocked.list()) == 3
    assert len(stocked.uninstall("base", "app", "other")) == 3
    assert (stocked.list(), blobs(stocked)) == ((), set())


def test_what_is_shared_stays_and_the_rest_goes(stocked: Host) -> None:
    (removal,) = stocked.uninstall("app")
    assert removal.untagged == ("app:1",)
    assert set(removal.deleted) == set(APP.blobs) - set(BASE.blobs)
    assert removal.freed == sum(len(APP.blobs[digest]) for digest in removal.deleted)
    assert stocked.check_store() == ()
    assert blobs(stocked) == {str(digest) for digest in (*BASE.blobs, *OTHER.blobs)}


def test_force_takes_the_name_and_leaves_the_layers(stocked: Host) -> None:
    (removal,) = stocked.uninstall("base", force=True)
    assert BASE.layers[0].digest not in removal.deleted
    assert [image.name for image in stocked.list()] == ["app", "other"]
    assert stocked.check_store() == ()


def test_a_dry_run_says_the_same_and_does_nothing(stocked: Host) -> None:
    before = (stocked.catalog.revision(), blobs(stocked))
    planned = stocked.uninstall("app", dry_run=True)
    assert (stocked.catalog.revision(), blobs(stocked)) == before
    assert stocked.uninstall("app") == planned


def test_one_request_that_fails_leaves_everything(stocked: Host) -> None:
    with pytest.raises(NotInstalled):
        stocked.uninstall("app", "nothing")
    assert len(stocked.list()) == 3


def test_patterns_take_all_that_fit(stocked: Host) -> None:
    with pytest.raises(NotInstalled):
        stocked.uninstall("x*")
    assert {one.image.name for one in stocked.uninstall("*")} == {"base", "app", "other"}


def test_several_versions_are_ambiguous(stocked: Host, shelf: Shelf) -> None:
    shelf.put("lab", "app", "2", image_of("app 2"))
    stocked.install("app==2")
    with pytest.raises(Ambiguous):
        stocked.uninstall("app")
    assert stocked.uninstall("app==2")[0].image.version == "2"


def test_what_requires_an_image_keeps_it(host: Host, shelf: Shelf) -> None:
    needs = (Requirement(name=Name(name="tool")),)
    shelf.put("lab", "tool", "1", image_of("tool"))
    shelf.put("lab", "tool", "2", image_of("tool 2"))
    shelf.put("lab", "user", "1", image_of("user"), requires=needs)
    host.install("tool==1", "tool==2", "user")
    assert host.uninstall("tool:1")  # the other one will do
    assert [image.name for image in host.dependents("tool")] == ["user"]
    with pytest.raises(InUse, match="user 1"):
        host.uninstall("tool")
    assert host.uninstall("tool", "user")


def test_an_id_names_an_image(stocked: Host) -> None:
    for digest in (APP.config.digest, OTHER.root.digest):
        assert stocked.uninstall(digest.hex[:12])
    assert [image.name for image in stocked.list()] == ["base"]


def test_an_id_of_several_images_lists_them(host: Host, shelf: Shelf) -> None:
    first: dict[str, SmallImage] = {}
    for number in count():
        image = image_of(f"image {number}")
        prefix = image.config.digest.hex[:4]
        if prefix in first:
            break
        first[prefix] = image
    shelf.put("lab", "one", "1", first[prefix])
    shelf.put("lab", "two", "1", image)
    host.install("one", "two")
    with pytest.raises(Ambiguous) as caught:
        host.uninstall(prefix)
    assert f"one==1 ({first[prefix].config.digest.short})" in caught.value.message
    assert f"two==1 ({image.config.digest.short})" in caught.value.message
    assert host.uninstall(image.config.digest.hex)[0].image.name == "two"


def test_an_id_with_several_names_takes_none_unless_forced(stocked: Host, shelf: Shelf) -> None:
    shelf.put("lab", "copy", "7", APP)
    stocked.install("copy")
    with pytest.raises(Ambiguous, match="several names") as caught:
        stocked.uninstall(APP.config.digest.short)
    assert caught.value.exit_code == 2
    gone = stocked.uninstall(APP.config.digest.short, force=True)
    assert [removal.image.name for removal in gone] == ["app", "copy"]


def test_a_name_with_several_versions_of_one_content_takes_none(
    stocked: Host, shelf: Shelf
) -> None:
    shelf.put("lab", "app", "2", APP)
    stocked.install("app==2")
    with pytest.raises(Ambiguous, match="several names"):
        stocked.uninstall("app")
    assert len(stocked.list("app")) == 2
    assert [one.image.version for one in stocked.uninstall("app:1")] == ["1"]


def test_each_candidate_is_named_by_a_request_that_means_it(stocked: Host, shelf: Shelf) -> None:
    shelf.put("lab", "copy", "", APP)
    stocked.install("copy")
    with pytest.raises(Ambiguous, match="several names") as caught:
        stocked.uninstall(APP.config.digest.short)
    _, _, candidates = caught.value.message.partition(": ")
    named = [candidate.split()[0] for candidate in candidates.split(", ")]
    assert [stocked.uninstall(one)[0].image.name for one in named] == ["app", "copy"]


def test_a_hold_keeps_an_image(stocked: Host) -> None:
    key = ImageKey(name="app", version="1")
    with stocked.catalog.change("hold") as change:
        change.put_hold(Hold(image=key, reason="audit"))
    with pytest.raises(InUse, match="audit"):
        stocked.uninstall("app")
    assert stocked.uninstall("app", force=True)


def test_tags_go_with_their_image(stocked: Host) -> None:
    with stocked.catalog.change("tag") as change:
        change.put_tag(Tag(name="app", tag="stable", image=ImageKey(name="app", version="1")))
    assert stocked.show("app:stable").name == "app"
    (removal,) = stocked.uninstall("app:stable")
    assert removal.untagged == ("app:1", "app:stable")
    assert stocked.tags() == ()


@pytest.fixture
def mounts(homes: Homes) -> MountDouble:
    """Return a provider that mounted `disk` in a home."""
    mounts = MountDouble()
    mounts.put("lab", "disk", "1", image_of("disk"))
    host = homes(mounts)
    host.add_source("lab", "shelf://lab", provider="mount-double")
    host.install("disk")
    return mounts


def mounted(host: Host) -> list[str]:
    """Return what the provider keeps outside the store."""
    return sorted(path.name for path in host.home.state.rglob("mounted-*"))


def test_a_provider_that_asked_for_it_may_refuse(homes: Homes, mounts: MountDouble) -> None:
    host = homes(mounts)
    mounts.busy = True
    with pytest.raises(InUse, match="a mount"):
        host.uninstall("disk")
    assert [image.name for image in host.list()] == ["disk"]
    mounts.busy = False
    assert host.uninstall("disk")


def test_it_finds_its_state_after_the_source_went(homes: Homes, mounts: MountDouble) -> None:
    host = homes(mounts)
    host.remove_source("lab")
    host.uninstall("disk")
    assert mounted(host) == []


def test_a_missing_provider_stops_it_unless_forced(homes: Homes, mounts: MountDouble) -> None:
    without = homes()
    with pytest.raises(UnknownProvider, match="mount-double"):
        without.uninstall("disk")
    assert without.list()
    assert without.uninstall("disk", force=True)
    assert (without.list(), blobs(without)) == ((), set())


def test_others_go_without_their_provider(homes: Homes, stocked: Host) -> None:
    assert homes().uninstall("app")


class Guard:
    """A policy that lets nothing go."""

    @hookimpl(wrapper=True)
    def uninstall(self, installed: Installed) -> Iterator[None]:
        """Refuse."""
        if installed.name:
            raise UsageError(f"the policy keeps {installed.name}")
        yield


@pytest.mark.parametrize("force", [False, True])
def test_a_policy_may_refuse(homes: Homes, stocked: Host, force: bool) -> None:
    with pytest.raises(UsageError, match="policy keeps app"):
        homes(Guard()).uninstall("app", force=force)
    assert len(stocked.list()) == 3


def test_no_provider_lets_go_before_the_policies_agreed_to_all(
    homes: Homes, mounts: MountDouble
) -> None:
    class KeepsDisk:
        """Lets everything go but `disk`."""

        @hookimpl(wrapper=True)
        def uninstall(self, installed: Installed) -> Iterator[Any]:
            """Refuse."""
            if installed.name == "disk":
                raise UsageError("the policy keeps disk")
            return (yield)

    mounts.put("lab", "cart", "1", image_of("cart"))
    host = homes(mounts, KeepsDisk())
    host.install("cart")
    with pytest.raises(UsageError, match="policy keeps disk"):
        host.uninstall("cart", "disk")
    assert mounted(host) == ["mounted-cart", "mounted-disk"]
    host.uninstall("cart")
    assert mounted(host) == ["mounted-disk"]


def test_force_does_not_pass_by_a_policy(homes: Homes, mounts: MountDouble) -> None:
    with pytest.raises(UsageError, match="policy keeps disk"):
        homes(Guard()).uninstall("disk", force=True)
    assert homes().list()


def test_an_image_that_came_back_meanwhile_stays_whole(
    homes: Homes, stocked: Host, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = homes(shelf)
    collect = stocked.store.collect

    def late(*arguments: object, **options: object) -> object:
        monkeypatch.undo()
        other.install("app")
        return collect(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(stocked.store, "collect", late)
    stocked.uninstall("app")
    assert other.show("app").name == "app"
    assert other.check_store() == ()


def test_a_full_disk_is_emptied_before_anything_is_written(
    stocked: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_index = stocked.store.write_index

    def on_a_full_disk(entries: Sequence[IndexEntry]) -> None:
        if stocked.store.has(APP.root):
            raise NoSpace("the store")
        write_index(entries)

    monkeypatch.setattr(stocked.store, "write_index", on_a_full_disk)
    assert stocked.uninstall("app")[0].freed


def test_a_dependent_that_came_meanwhile_is_not_broken(
    homes: Homes, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    host, other = homes(shelf), homes(shelf)
    shelf_sources(host, "lab")
    shelf.put("lab", "base", "1", BASE)
    shelf.put("lab", "app", "1", APP)
    host.install("base")
    change = host.catalog.change

    def late(*arguments: object, **options: object) -> object:
        monkeypatch.undo()
        with other.catalog.change("install") as earlier:
            earlier.put_image(app)
        return change(*arguments, **options)  # type: ignore[arg-type]

    other.install("app")
    app = other.show("app")
    other.uninstall("app")
    monkeypatch.setattr(host.catalog, "change", late)
    with pytest.raises(InUse, match="app 1"):
        host.uninstall("base")
    assert host.show("base").name == "base"
