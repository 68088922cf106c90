"""Whether an install brought anything."""

from __future__ import annotations

from ..model import Content, ImageKey
from ..model.codec import decode_installed
from ..operations.host import Host
from ..operations.results import InstallResult

__all__ = ["has_fetched"]


def has_fetched(host: Host, result: InstallResult) -> bool:
    """Return whether content came that was not here.

    A plan that could only guess is no witness: there the images are compared with what was
    installed under their names before.
    """
    images = {image.key: image for image in result.installed}
    steps = {ImageKey.of(step.package): step for step in result.plan.steps if step.fetch}
    came = [key for key in images if key in steps]
    if any(steps[key].exact for key in came):
        return True
    before = _before(host, result.revision) if came else {}
    return any(before.get(key) != images[key].content for key in came)


def _before(host: Host, revision: int) -> dict[ImageKey, Content]:
    """Return the content of the images that *revision* touched, as it was until then."""
    changes = host.diff(revision - 1, revision)
    old = [one.before for one in changes if one.kind == "image" and one.before is not None]
    return {image.key: image.content for image in map(decode_installed, old)}
