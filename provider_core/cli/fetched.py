"""Whether an install brought anything."""

from __future__ import annotations

from collections.abc import Mapping

from ..model import Content, ImageKey
from ..operations.host import Host
from ..operations.results import InstallResult

__all__ = ["contents", "has_fetched"]


def contents(host: Host) -> dict[ImageKey, Content]:
    """Return what the installed images consist of."""
    return {image.key: image.content for image in host.list()}


def has_fetched(result: InstallResult, before: Mapping[ImageKey, Content]) -> bool:
    """Return whether content came that was not here; *before* are the `contents` until then.

    A plan that could only guess at the bytes is no witness: there an image counts if it is
    another than before.
    """
    images = {image.key: image.content for image in result.installed}
    steps = {ImageKey.of(step.package): step for step in result.plan.steps if step.fetch}
    came = images.keys() & steps.keys()
    return any(steps[key].exact or before.get(key) != images[key] for key in came)
