"""What the steps of a plan cost: bytes to fetch, bytes that are here, pulls."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..digests import Digest
from ..model import Contents, Step
from ..oci import Descriptor

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["Costs"]


class Costs:
    """Counts; what several steps need counts for the first of them."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self.coming: set[Digest] = set()
        """What the steps so far bring."""

    def counted(self, step: Step, contents: Contents | None) -> Step:
        """Return *step* with what *contents* tells of its package; None if nobody knows more."""
        package = step.package
        if contents is None:
            size = package.pin.size if not isinstance(package.pin, Descriptor) else 0
            known = package.size or size
            return replace(step, fetch=known, exact=False, bounded=known > 0)
        blobs = {one.digest: one for one in contents.descriptors}
        lacking = {
            digest: one.size
            for digest, one in blobs.items()
            if digest not in self.coming and not self._resources.store.has(one)
        }
        self.coming |= lacking.keys()
        fetch = sum(lacking.values())
        here = sum(one.size for one in blobs.values()) - fetch
        bound = package.size if contents.at_most is None else contents.at_most
        if not contents.exact:
            fetch = max(fetch, bound or 0)
        return replace(
            step,
            fetch=fetch,
            here=here,
            pulls=contents.pulls,
            pulls_left=contents.pulls_left,
            exact=contents.exact,
            bounded=contents.exact or bool(bound),
        )
