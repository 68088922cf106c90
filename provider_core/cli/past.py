"""The tags and holds of a past revision, told by the changes since."""

from __future__ import annotations

from collections.abc import Iterator

from ..catalog import Change
from ..model import Hold, ImageKey, Tag
from ..model.codec import decode_hold, decode_tag
from ..operations.host import Host
from ..references import name_key

__all__ = ["holds_at", "tags_at"]


def tags_at(host: Host, revision: int) -> tuple[Tag, ...]:
    """Return the further names of images as of *revision*, sorted; 0 is the empty home.

    Raises NotFoundError if there is no such revision.
    """
    tags = {(name_key(tag.name), tag.tag): tag for tag in host.tags()}
    for change in _since(host, revision, "tag"):
        name, text = change.identity
        tags.pop((name, text), None)
        if change.before is not None:
            tags[name, text] = decode_tag(change.before)
    return tuple(tag for _, tag in sorted(tags.items()))


def holds_at(host: Host, revision: int) -> tuple[Hold, ...]:
    """Return the holds on images as of *revision*, by image.

    Raises NotFoundError if there is no such revision.
    """
    holds = {hold.image: hold for hold in host.holds()}
    for change in _since(host, revision, "hold"):
        name, version, platform = change.identity
        key = ImageKey(name=name, version=version, platform=platform)
        holds.pop(key, None)
        if change.before is not None:
            holds[key] = decode_hold(change.before)
    return tuple(hold for _, hold in sorted(holds.items()))


def _since(host: Host, revision: int, kind: str) -> Iterator[Change]:
    """Yield what changed of one kind since *revision*, as it must be read to go back to it."""
    for change in host.diff(revision, host.catalog.revision()):
        if change.kind == kind:
            yield change
