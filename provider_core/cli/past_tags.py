"""The tags of a past revision, told by the changes since."""

from __future__ import annotations

from ..model import Tag
from ..model.codec import decode_tag
from ..operations.host import Host
from ..references import name_key

__all__ = ["tags_at"]


def tags_at(host: Host, revision: int) -> tuple[Tag, ...]:
    """Return the further names of images as of *revision*, sorted; 0 is the empty home.

    Raises NotFoundError if there is no such revision.
    """
    tags = {(name_key(tag.name), tag.tag): tag for tag in host.tags()}
    for change in host.diff(revision, host.catalog.revision()):
        if change.kind == "tag":
            name, text = change.identity
            tags.pop((name, text), None)
            if change.before is not None:
                tags[name, text] = decode_tag(change.before)
    return tuple(tag for _, tag in sorted(tags.items()))
