"""tag and hold: what a user says of an installed image, one revision each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from ..errors import Exists, NotInstalled, UsageError
from ..installed_names import LATEST
from ..model import Hold, ImageKey, Installed, Package, Tag
from ..references import Name, lower_form, name_key
from .publishing import recorded
from .requests import name_reference
from .selecting import one_installed

if TYPE_CHECKING:
    from ..catalog import CatalogChange
    from .resources import Resources

__all__ = ["drop_shadowed", "hold", "put_tags", "tag", "tags_for", "unhold", "untag"]

_TAG = re.compile(r"\w[\w.-]{0,127}", re.ASCII)


def tag(resources: Resources, request: str, name: str) -> Tag:
    """Give the image *request* the further name *name*; a tag that another image has moves.

    Raises NotInstalled, Ambiguous, UsageError, Exists.
    """
    named = _parsed(name)
    image = one_installed(resources, request)
    new = Tag(name=named.name, tag=named.tag or LATEST, image=image.key)
    with recorded(resources, "tag") as change:
        put_tags(change, [new])
    return new


def untag(resources: Resources, name: str) -> Tag:
    """Take the further name *name* away; NotInstalled if there is none."""
    named = _parsed(name)
    text = named.tag or LATEST
    with recorded(resources, "untag") as change:
        for old in change.tags():
            if name_key(old.name) == name_key(named.name) and old.tag == text:
                change.remove_tag(old.name, old.tag)
                return old
    own = any(key.version == text for key in _keys_named(resources, named.name))
    raise NotInstalled(
        f"{named.name}:{text}",
        hint=f"that is its version, not a tag; `ferry uninstall {named.name}:{text}` removes it"
        if own
        else "`ferry images` shows every name",
    )


def hold(resources: Resources, request: str, reason: str) -> Hold:
    """Keep the image *request* from removal and replacement.  Raises NotInstalled, Ambiguous."""
    held = Hold(image=one_installed(resources, request).key, reason=reason)
    with recorded(resources, "hold") as change:
        change.put_hold(held)
    return held


def unhold(resources: Resources, request: str) -> bool:
    """Let go of the image *request*; whether it was held.  Raises NotInstalled, Ambiguous."""
    image = one_installed(resources, request)
    with recorded(resources, "unhold") as change:
        return change.remove_hold(image.key)


def tags_for(packages: Sequence[Package], texts: Iterable[str]) -> tuple[Tag, ...]:
    """Return the tags that *packages* are to get: a TAG is one of their own names', or NAME:TAG.

    Raises UsageError for what is no tag, and if two packages would get the same.
    """
    found: dict[tuple[str, str], Tag] = {}
    for text in texts:
        for package in packages:
            whole = text if ":" in text or "/" in text else f"{package.name}:{text}"
            name = _parsed(whole)
            new = Tag(name=name.name, tag=name.tag or LATEST, image=ImageKey.of(package))
            other = found.setdefault((name_key(new.name), new.tag), new)
            if other.image != new.image:
                raise UsageError(
                    f"{other.image} and {new.image} cannot both be {new.name}:{new.tag}",
                    hint="install them one after the other, or leave --tag out",
                )
    return tuple(found.values())


def put_tags(change: CatalogChange, tags: Iterable[Tag]) -> None:
    """Write *tags*; one that is its image's own name needs nothing.

    Raises Exists if another image is called so by its version, NotInstalled.
    """
    for new in tags:
        if _is_own_name(new, new.image):
            continue
        for image in change.installed():
            if _is_own_name(new, image.key):
                raise Exists(
                    f"an image {new.name} of version {new.tag}",
                    hint="choose another tag, or uninstall that image first",
                )
        change.put_tag(new)


def drop_shadowed(change: CatalogChange, images: Sequence[Installed]) -> None:
    """Take away tags that one of *images* has as its own name now: the name has moved to it."""
    names: Mapping[tuple[str, str], ImageKey] = {
        (image.key.name, image.key.version): image.key for image in images
    }
    for old in change.tags():
        if (name_key(old.name), old.tag) in names:
            change.remove_tag(old.name, old.tag)


def _is_own_name(tag: Tag, key: ImageKey) -> bool:
    return (name_key(tag.name), tag.tag) == (key.name, key.version)


def _keys_named(resources: Resources, name: str) -> Iterable[ImageKey]:
    return (image.key for image in resources.catalog.images_named(name))


def _parsed(text: str) -> Name:
    """Return the name that *text* is: NAME or NAME:TAG, fit for engines; UsageError otherwise."""
    name = name_reference(text)
    if name != Name(name=name.name, tag=name.tag) or name.has_wildcard:
        raise UsageError(f"{text!r} is more than a name and a tag", hint="write NAME or NAME:TAG")
    if name.tag and not _TAG.fullmatch(name.tag):
        raise UsageError(
            f"{name.tag!r} is no tag for Docker or a registry",
            hint="a tag has at most 128 letters, digits, '_', '.' and '-', and begins with"
            " none of the last two",
        )
    lower_form(name.name)
    return name
