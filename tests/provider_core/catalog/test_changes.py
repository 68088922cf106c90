"""One change is one transaction and one revision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from provider_core.catalog import Catalog, CatalogChange
from provider_core.errors import Locked, NotInstalled, NotSupported, StoreError
from provider_core.model import FileMark, FileStamp, Hold, Tag

from .samples import descriptor, image, key, offer, source

NGINX = image("nginx", "1.0")
TAG = Tag(name="web", tag="prod", image=NGINX.key)
HOLD = Hold(image=NGINX.key, reason="wanted")


@pytest.fixture
def full(catalog: Catalog) -> Catalog:
    with catalog.change("install") as change:
        change.put_image(NGINX)
        change.put_tag(TAG)
        change.put_hold(HOLD)
        change.put_source(source("lab"))
    return catalog


def test_a_change_says_its_revision(full: Catalog) -> None:
    with full.change("install") as change:
        assert change.revision == 1
        change.put_image(image("redis", "7.0"))
    assert change.revision == full.revision() == 2


@pytest.mark.parametrize(
    "work",
    [
        lambda change: None,
        lambda change: change.put_image(NGINX),
        lambda change: change.put_tag(TAG),
        lambda change: change.put_hold(HOLD),
        lambda change: change.put_source(source("lab")),
        lambda change: change.remove_image(key("redis", "7.0")),
        lambda change: change.remove_tag("web", "test"),
        lambda change: change.remove_hold(key("redis", "7.0")),
        lambda change: change.remove_source("attic"),
        lambda change: change.put_cached(NGINX.package, NGINX.content),
    ],
)
def test_what_changes_nothing_is_no_revision(
    full: Catalog, work: Callable[[CatalogChange], object]
) -> None:
    with full.change("again") as change:
        work(change)
    assert change.revision == full.revision() == 1


def test_what_is_put_and_removed_again_is_no_change(full: Catalog) -> None:
    redis = image("redis", "7.0")
    with full.change("install") as change:
        change.put_image(redis)
        assert change.remove_image(redis.key)
    assert full.revision() == 1


def test_nothing_is_left_of_a_change_that_raises(full: Catalog) -> None:
    with pytest.raises(ZeroDivisionError), full.change("uninstall") as change:
        assert change.remove_image(NGINX.key) / 0
    assert full.installed() == (NGINX,)
    assert full.tags() == (TAG,)
    assert full.revision() == 1


def test_a_change_sees_what_it_wrote(full: Catalog) -> None:
    redis = image("redis", "7.0")
    with full.change("install") as change:
        change.put_image(redis)
        assert change.image(redis.key) == redis
        assert change.installed() == (NGINX, redis)
        assert change.tags() == (TAG,)
        assert change.holds() == (HOLD,)
        assert change.source("LAB") == source("lab")
        assert full.installed() == (NGINX,), "nobody else sees it before the end"


def test_removing_says_whether_it_was_there(full: Catalog) -> None:
    with full.change("remove") as change:
        assert change.remove_tag("WEB", "prod")
        assert not change.remove_tag("web", "prod")
        assert change.remove_hold(NGINX.key)
        assert not change.remove_hold(NGINX.key)
        assert change.remove_source("LAB")
        assert not change.remove_source("lab")
        assert change.remove_image(NGINX.key)
        assert not change.remove_image(NGINX.key)
    assert (full.installed(), full.tags(), full.holds(), full.sources()) == ((), (), (), ())


def test_an_image_takes_its_tags_and_hold_along(full: Catalog) -> None:
    redis = image("redis", "7.0")
    with full.change("install") as change:
        change.put_image(redis)
        change.put_tag(Tag(name="cache", tag="prod", image=redis.key))
    with full.change("uninstall") as change:
        change.remove_image(NGINX.key)
    assert [tag.name for tag in full.tags()] == ["cache"]
    assert full.holds() == ()
    kinds = [change.kind for change in full.log(limit=1)[0].changes]
    assert sorted(kinds) == ["hold", "image", "tag"]


def test_a_replaced_image_keeps_its_tags_and_hold(full: Catalog) -> None:
    newer = image("nginx", "1.0", content="built again")
    with full.change("install") as change:
        change.put_image(newer)
    assert full.installed() == (newer,)
    assert full.images_with_id(newer.image_id.hex) == (newer,)
    assert full.images_with_id(NGINX.image_id.hex) == ()
    assert full.tags() == (TAG,)
    assert full.holds() == (HOLD,)


def test_a_tag_moves_to_another_image(full: Catalog) -> None:
    newer = image("nginx", "1.1")
    with full.change("tag") as change:
        change.put_image(newer)
        change.put_tag(Tag(name="WEB", tag="prod", image=newer.key))
    assert full.tags() == (Tag(name="WEB", tag="prod", image=newer.key),)


def test_tags_differ_by_case_names_do_not(full: Catalog) -> None:
    with full.change("tag") as change:
        change.put_tag(replace(TAG, tag="PROD"))
    assert [tag.tag for tag in full.tags()] == ["PROD", "prod"]


def test_a_source_is_replaced_in_any_case(full: Catalog) -> None:
    with full.change("source set") as change:
        change.put_source(source("LAB", 10))
    assert full.sources() == (source("LAB", 10),)


def test_only_installed_images_are_tagged_or_held(full: Catalog) -> None:
    nobody = key("redis", "7.0")
    with pytest.raises(NotInstalled, match="redis"), full.change("tag") as change:
        change.put_tag(Tag(name="cache", tag="1", image=nobody))
    with pytest.raises(NotInstalled, match="redis"), full.change("hold") as change:
        change.put_hold(Hold(image=nobody, reason="none"))


def test_cached_content_is_dropped_by_its_root(full: Catalog) -> None:
    with full.change("save") as change:
        change.put_cached(NGINX.package, NGINX.content)
    digest = descriptor("nginx 1.0 None").digest
    with full.change("gc") as change:
        assert change.drop_cached(digest)
        assert not change.drop_cached(digest)
    assert full.cached() == ()


def test_a_local_file_is_not_cached(full: Catalog) -> None:
    stamp = FileStamp(files=(FileMark(path="/srv/a.wim", size=1, mtime_ns=2),))
    with pytest.raises(NotSupported), full.change("save") as change:
        change.put_cached(offer("a", "1"), image("a", "1", root=stamp).content)


def test_a_second_change_waits_its_time_and_gives_up(full: Catalog, tmp_path: Path) -> None:
    impatient = Catalog(tmp_path / "catalog.db", timeout=0.05)
    with full.change("install") as change:
        change.put_image(image("redis", "7.0"))
        with pytest.raises(Locked) as caught, impatient.change("install"):
            pytest.fail("it is held")
    assert caught.value.fields["seconds"] == 0.05
    assert len(full.installed()) == 2


def test_a_catalog_opened_to_read_does_not_change(full: Catalog, tmp_path: Path) -> None:
    reader = Catalog(tmp_path / "catalog.db", read_only=True)
    assert reader.installed() == (NGINX,)
    with pytest.raises(StoreError, match="reading only"), reader.change("install"):
        pytest.fail("it is for reading only")


def test_a_path_through_a_file_is_our_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="file"):
        Catalog(tmp_path / "file" / "catalog.db").installed()


def test_a_folder_in_its_place_is_our_error(tmp_path: Path) -> None:
    (tmp_path / "catalog.db").mkdir()
    with pytest.raises(StoreError):
        Catalog(tmp_path / "catalog.db").installed()
    with pytest.raises(StoreError), Catalog(tmp_path / "catalog.db").change("install"):
        pytest.fail("it is a folder")


def test_a_missing_folder_is_our_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError), Catalog(tmp_path / "no" / "c.db").change("install"):
        pytest.fail("there is no folder")
