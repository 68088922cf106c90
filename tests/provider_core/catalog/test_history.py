"""The log, the difference of two revisions, and the images of an old one."""

from __future__ import annotations

import pytest

from provider_core.catalog import Catalog
from provider_core.errors import NotFoundError
from provider_core.model import Tag
from provider_core.model.codec import encode

from .samples import Clock, image, source

OLD, NEW, OTHER = image("nginx", "1.9"), image("nginx", "1.10"), image("redis", "7.0")
AGAIN = image("nginx", "1.9", content="built again")
TAG = Tag(name="web", tag="prod", image=OLD.key)


@pytest.fixture
def story(catalog: Catalog, clock: Clock) -> Catalog:
    with catalog.change(
        "install", actor="ann", host="lab-1", ticket="T-1", detail={"request": "nginx"}
    ) as change:
        change.put_image(OLD)
    clock.advance(60)
    with catalog.change("install", actor="bob") as change:
        change.put_image(AGAIN)
        change.put_image(NEW)
        change.put_tag(TAG)
        change.put_source(source("lab"))
    clock.advance(60)
    with catalog.change("uninstall", actor="bob") as change:
        change.remove_image(OLD.key)
        change.put_image(OTHER)
    return catalog


def test_the_log_says_who_did_what_when(story: Catalog) -> None:
    third, second, first = story.log()
    assert (first.number, second.number, third.number) == (1, 2, 3)
    assert first.time == "2026-03-01T12:00:00.000000+00:00"
    assert second.time == "2026-03-01T12:01:00.000000+00:00"
    assert (first.actor, first.host, first.operation) == ("ann", "lab-1", "install")
    assert (first.ticket, first.detail) == ("T-1", {"request": "nginx"})
    (change,) = first.changes
    assert (change.kind, change.subject) == ("image", "nginx 1.9")
    assert change.before is None
    assert change.after == encode(OLD)


def test_a_change_tells_before_and_after(story: Catalog) -> None:
    changes = story.log(since=1, limit=2)[1].changes
    assert [(change.kind, change.subject) for change in changes] == [
        ("image", "nginx 1.9"),
        ("image", "nginx 1.10"),
        ("tag", "web:prod"),
        ("source", "lab"),
    ]
    assert (changes[0].before, changes[0].after) == (encode(OLD), encode(AGAIN))


def test_the_log_is_cut_at_both_ends(story: Catalog) -> None:
    assert [revision.number for revision in story.log(limit=2)] == [3, 2]
    assert [revision.number for revision in story.log(since=1)] == [3, 2]
    assert story.log(limit=0) == ()
    assert story.log(since=3) == ()


def test_old_revisions_are_listed_as_they_were(story: Catalog) -> None:
    assert story.installed(revision=0) == ()
    assert story.installed(revision=1) == (OLD,)
    assert story.installed(revision=2) == (NEW, AGAIN)
    assert story.installed(revision=3) == story.installed() == (NEW, OTHER)


def test_a_difference_has_one_change_a_thing(story: Catalog) -> None:
    changes = story.diff(1, 3)
    assert {(change.kind, change.subject) for change in changes} == {
        ("image", "nginx 1.9"),
        ("image", "nginx 1.10"),
        ("source", "lab"),
        ("image", "redis 7.0"),
    }
    gone = next(change for change in changes if change.subject == "nginx 1.9")
    assert (gone.revision, gone.before, gone.after) == (3, encode(OLD), None)


def test_a_difference_goes_backwards_too(story: Catalog) -> None:
    forward, backward = story.diff(1, 3), story.diff(3, 1)
    assert [(change.before, change.after) for change in forward] == [
        (change.after, change.before) for change in backward
    ]
    assert story.diff(2, 2) == ()


@pytest.mark.parametrize("number", [-1, 4])
def test_a_revision_that_never_was_is_not_found(story: Catalog, number: int) -> None:
    with pytest.raises(NotFoundError, match="0 to 3"):
        story.installed(revision=number)
    with pytest.raises(NotFoundError):
        story.diff(1, number)
    with pytest.raises(NotFoundError):
        story.diff(number, 1)
