"""Converting: raw content and artifacts become images, where some provider accepts their type."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..errors import Ambiguous, NotSupported, ProviderFault
from ..model import Content, FileStamp, Package
from ..oci import Descriptor, Manifest
from ..oci.media_types import is_config, is_index, is_manifest
from ..platforms import PlatformSet
from ..store import Lease, Reader
from .calls import open_call
from .wishes import Wishes

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["content_type", "converted", "is_raw"]


def content_type(content: Content, reader: Reader) -> str:
    """Return what *content* is: its artifact type if it has one, else its root's media type.

    A manifest is asked itself, since a registry's descriptor does not tell (OCI image-spec 1.1,
    manifest.md, artifactType; without one, a config of a foreign type names it).
    """
    root = content.root
    if isinstance(root, FileStamp):
        return root.media_type
    if root.artifact_type or not is_manifest(root.media_type):
        return root.artifact_type or root.media_type
    manifest = Manifest.parse(reader.read(root), media_type=root.media_type)
    if manifest.artifact_type or is_config(manifest.config.media_type):
        return manifest.artifact_type or root.media_type
    return manifest.config.media_type


def converted(
    resources: Resources,
    package: Package,
    content: Content,
    wishes: Wishes,
    platforms: PlatformSet,
    lease: Lease,
) -> Content:
    """Return *content* as an image or index, converted if a provider accepts its type.

    Referrers, evidence and facts of *content* stay with the image.  The converter is told, as the
    option ``keep-original``, whether to keep what it converts.  Artifacts that nobody accepts stay
    what they are.  Raises Ambiguous if several providers accept the type, NotSupported if the
    content is raw and nobody turns it into an image, ProviderFault if what came of it is no image.
    """
    kind = content_type(content, resources.store)
    provider = _converter(resources, kind)
    if provider:
        call = open_call(
            resources,
            provider,
            platforms=platforms,
            options=wishes.options,
            told={"keep-original": _keeps(content, wishes)},
        )
        image = resources.dispatcher.convert(
            provider, content, call.reader, call.writer(lease), call.context, call.signs
        )
        if image is not None:
            if is_raw(image):
                raise ProviderFault(provider, "convert", "what it returned is not an image")
            return _with_known(image, content)
    if is_raw(content):
        raise NotSupported(
            f"no provider turns {package} ({kind or 'unknown type'}) into an image",
            hint="install a provider that accepts this type, or save it as it is",
            media_type=kind,
        )
    return content


def _converter(resources: Resources, kind: str) -> str:
    """Return the name of the provider that accepts *kind*, '' if there is none."""
    names = [
        loaded.info.name
        for loaded in resources.plugins.providers()
        if kind and kind in loaded.info.accepts
    ]
    if len(names) > 1:
        raise Ambiguous(
            f"who converts {kind}",
            sorted(names),
            hint="disable one of these providers: `ferry provider disable NAME`",
        )
    return names[0] if names else ""


def _keeps(content: Content, wishes: Wishes) -> bool:
    """Whether the original of *content* is kept (Wishes.keep_original)."""
    if wishes.keep_original is None:
        return isinstance(content.root, Descriptor)
    return wishes.keep_original


def _with_known(image: Content, raw: Content) -> Content:
    """Return *image* with what was known of the content it was made from."""
    return replace(
        image,
        referrers=tuple(dict.fromkeys((*raw.referrers, *image.referrers))),
        evidence=tuple(dict.fromkeys((*raw.evidence, *image.evidence))),
        facts={**raw.facts, **image.facts},
    )


def is_raw(content: Content) -> bool:
    """Whether *content* is a file or blob, not an image, index or artifact."""
    root = content.root
    return isinstance(root, FileStamp) or not (
        is_manifest(root.media_type) or is_index(root.media_type)
    )
