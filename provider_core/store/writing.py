"""The way into the store: claim first, look then, and nothing is visible before it is verified."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import SizeMismatch
from ..oci import Descriptor
from .blob_file import size_of_blob
from .computed import DirectoryComputed
from .layout import Layout
from .leases import DirectoryLease
from .partials import DirectoryPartial, Partials
from .ports import Partial

__all__ = ["DirectoryWriter"]


class DirectoryWriter:
    """A writer whose content is under one lease; may be shared by threads."""

    def __init__(self, layout: Layout, partials: Partials, lease: DirectoryLease) -> None:
        self._layout = layout
        self._partials = partials
        self._lease = lease

    def expect(self, descriptor: Descriptor) -> DirectoryPartial | None:
        self._lease.add_to_write(descriptor.digest)
        size = size_of_blob(self._layout.blob(descriptor.digest))
        if size is None:
            return self._partials.open(descriptor)
        if size != descriptor.size:
            mismatch = SizeMismatch(descriptor.size, size, what=f"blob {descriptor.digest} here")
            mismatch.hint = "`ferry store check` tells whether the store or its source is wrong"
            raise mismatch
        return None

    def compute(self, limit: int) -> DirectoryComputed:
        self._layout.prepare()
        return DirectoryComputed(self._layout, limit, claim=self._lease.add_to_write)

    def commit_many(self, partials: Sequence[Partial]) -> None:
        ours = []
        for partial in partials:
            if isinstance(partial, DirectoryPartial):
                ours.append(partial.file)
            else:
                partial.commit()
        self._partials.commit(ours)
