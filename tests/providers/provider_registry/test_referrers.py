"""Referrers: whatever is said about an image comes with it, in whichever way it is kept."""

from __future__ import annotations

import pytest

from provider_core.errors import DocumentError, HttpStatus
from provider_core.oci.annotations import REF_NAME
from provider_core.testing import make_context
from provider_registry import RegistryProvider

from ...support.images import ARM64, make_artifact, make_image, make_index, make_referrer
from .fake_registry import FakeRegistry
from .stores import WORK, install, package_of

IMAGE = make_image("app")
SIGNATURE = make_referrer(IMAGE.root, b"signed")
ABOUT_IT = make_referrer(SIGNATURE.root, b"countersigned")


@pytest.fixture(params=[True, False], ids=["listed", "tagged"])
def registry(request: pytest.FixtureRequest) -> FakeRegistry:
    """Give a registry that lists referrers, or one that has them under a tag."""
    one = FakeRegistry(lists_referrers=request.param)
    one.push("team/app", "1.0", IMAGE)
    return one


def test_they_come_and_so_do_theirs(registry: FakeRegistry) -> None:
    registry.refer("team/app", IMAGE.root, SIGNATURE)
    registry.refer("team/app", SIGNATURE.root, ABOUT_IT)
    content, store = install(package_of(IMAGE.root), make_context(WORK, transport=registry.network))
    found = {one.digest for one in content.referrers}
    assert found == {SIGNATURE.root.digest, ABOUT_IT.root.digest}
    for image in (IMAGE, SIGNATURE, ABOUT_IT):
        assert set(image.blobs) <= {digest for digest, _ in store.blobs()}


def test_those_of_a_platform_come_too(registry: FakeRegistry) -> None:
    index = make_index(IMAGE, make_image("arm", platform=ARM64))
    registry.push("team/app", "2.0", index)
    registry.refer("team/app", IMAGE.root, SIGNATURE)
    content, _ = install(package_of(index.root), make_context(WORK, transport=registry.network))
    assert [one.digest for one in content.referrers] == [SIGNATURE.root.digest]


def test_one_that_is_listed_and_gone_can_be_done_without(registry: FakeRegistry) -> None:
    registry.refer("team/app", IMAGE.root, SIGNATURE)
    del registry.types[SIGNATURE.root.digest]
    with pytest.raises(HttpStatus) as caught:
        install(package_of(IMAGE.root), make_context(WORK, transport=registry.network))
    assert "--no-referrers" in caught.value.hint


def test_they_may_be_left_out(registry: FakeRegistry) -> None:
    registry.refer("team/app", IMAGE.root, SIGNATURE)
    context = make_context(WORK, transport=registry.network, options={"referrers": False})
    content, _ = install(package_of(IMAGE.root), context)
    assert content.referrers == ()
    assert not [path for path in registry.paths() if "referrers" in path or "tags" in path]


@pytest.mark.parametrize("suffix", [".sig", ".att", ".sbom"])
def test_cosigns_older_tags(registry: FakeRegistry, suffix: str) -> None:
    tag = f"sha256-{IMAGE.root.digest.hex}{suffix}"
    said = registry.push("team/app", tag, make_artifact(b"cosign"))
    content, store = install(package_of(IMAGE.root), make_context(WORK, transport=registry.network))
    (referrer,) = content.referrers
    assert (referrer.digest, referrer.annotations) == (said.root.digest, {REF_NAME: tag})
    assert set(said.blobs) <= {digest for digest, _ in store.blobs()}


def test_two_hundred_images_cost_one_list_of_tags() -> None:
    one = FakeRegistry(lists_referrers=False)
    images = [make_image(f"app {number}") for number in range(20)]
    for number, image in enumerate(images):
        one.push("team/app", f"1.{number}", image)
    provider, context = RegistryProvider(), make_context(WORK, transport=one.network)
    for image in images:
        install(package_of(image.root), context, provider=provider)
    extra = [path for path in one.paths() if "blobs" not in path and "manifests" not in path]
    assert len([path for path in extra if "referrers" in path]) == 1
    assert len([path for path in extra if "tags" in path]) == 1


def test_what_is_forbidden_in_one_repository_is_not_in_another() -> None:
    one = FakeRegistry()
    for name in ("team/app", "team/other"):
        one.push(name, "1.0", IMAGE)
        one.refer(name, IMAGE.root, SIGNATURE)
    one.statuses[f"team/app/referrers/{IMAGE.root.digest}"] = 403
    provider, context = RegistryProvider(), make_context(WORK, transport=one.network)
    for name, found in (("team/app", 0), ("team/other", 1), ("team/app", 0)):
        content, _ = install(package_of(IMAGE.root, name), context, provider=provider)
        assert len(content.referrers) == found
    assert len([path for path in one.paths() if path.startswith("team/app/referrers")]) == 1


def test_a_server_in_trouble_does_not_say_that_there_are_none() -> None:
    one = FakeRegistry()
    one.push("team/app", "1.0", IMAGE)
    one.statuses[f"team/app/referrers/{IMAGE.root.digest}"] = 503
    with pytest.raises(HttpStatus):
        install(package_of(IMAGE.root), make_context(WORK, transport=one.network))


def test_where_there_are_many_tags_each_is_looked_for(registry: FakeRegistry) -> None:
    registry.page = 1
    registry.push("team/app", "0.9", IMAGE)
    registry.refer("team/app", IMAGE.root, SIGNATURE)
    content, _ = install(package_of(IMAGE.root), make_context(WORK, transport=registry.network))
    assert [one.digest for one in content.referrers] == [SIGNATURE.root.digest]


def test_what_is_about_another_image_is_refused(registry: FakeRegistry) -> None:
    stranger = make_referrer(make_image("other").root, b"signed")
    registry.refer("team/app", IMAGE.root, stranger)
    with pytest.raises(DocumentError, match="about something else"):
        install(package_of(IMAGE.root), make_context(WORK, transport=registry.network))


def test_a_web_page_for_a_404_is_a_404() -> None:
    """GitLab's and proxies' portals; the status counts, not the body."""
    one = FakeRegistry(lists_referrers=False)
    one.push("team/app", "1.0", IMAGE)
    content, _ = install(package_of(IMAGE.root), make_context(WORK, transport=one.network))
    assert content.referrers == ()
