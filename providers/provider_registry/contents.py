"""Contents: what installing a package would need, as far as that is known without a pull."""

from __future__ import annotations

from provider_core.context import Context
from provider_core.errors import BlobNotFound, DocumentError, TransportError
from provider_core.model import Contents, Package
from provider_core.oci.media_types import is_index
from provider_core.pouring import select_image
from provider_core.store import Reader

from .hub import hub_tag
from .limits import pulls_left
from .pins import pin_of_package
from .places import endpoint_for

__all__ = ["contents_of"]


def contents_of(package: Package, reader: Reader, context: Context) -> Contents:
    """List what is known of *package* without asking for more than is here."""
    root = pin_of_package(package)
    try:
        return Contents(descriptors=select_image(root, reader.read, context.platforms).descriptors)
    except BlobNotFound:
        named = 1 if context.platforms.is_all else len(list(context.platforms))
        pulls = named if is_index(root.media_type) else 1
        return Contents(
            descriptors=(root,),
            pulls=pulls,
            pulls_left=pulls_left(context),
            exact=False,
            at_most=_told_by_hub(package, context),
        )


def _told_by_hub(package: Package, context: Context) -> int | None:
    """Return the bytes that Docker Hub's API says *package* has at most; None if it does not.

    It is asked only for a plan that somebody looks at: the install itself needs no such guess.
    """
    endpoint = endpoint_for(package.name, context)
    repository = endpoint.local(package.name)
    asks = context.options.get("estimate") and (endpoint.is_hub or "hub-url" in context.options)
    if not asks or repository is None:
        return None
    try:
        tag = hub_tag(repository, package.version, context)
    except (TransportError, DocumentError) as error:
        context.progress.notice(f"sizes are not known: {error}")
        return None
    return None if tag is None else tag.size_for(context.platforms)
