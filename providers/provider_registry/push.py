"""Pushing: images from the store into a registry; content first, what names it last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from provider_core.context import Context
from provider_core.digests import Digest
from provider_core.errors import Exists
from provider_core.model import Held, Saved
from provider_core.oci import Descriptor
from provider_core.store import Reader
from provider_core.versions import Version, floating

from .client import PUSH, Repository
from .endpoints import Endpoint, endpoint_at
from .memory import Memory
from .name_map import parse_rules
from .names import split_host
from .push_content import Delivery
from .push_manifests import put_manifest
from .push_plan import Errand, plan_push
from .registry import Registry

__all__ = ["push_images"]

_TLS: Final = ("ca-file", "client-certificate")
"""Who says one of these speaks TLS."""


def push_images(
    images: Sequence[Held], destination: str, reader: Reader, context: Context, memory: Memory
) -> Saved:
    """Bring *images* to the registry *destination* (``registry://host/prefix``).

    Every blob and manifest is there before the first tag moves; what is there already is not
    sent.  A tag with a version that has other content stays unless the user forces it.

    Raises Exists, Conflict, UsageError for names; NotSupported where the registry takes no index
    with a part of its platforms; TransportError.
    """
    if not context.options.get("referrers", True):
        images = [replace(one, content=replace(one.content, referrers=())) for one in images]
    endpoint = _endpoint(destination, context)
    registry = Registry(endpoint=endpoint, context=context, memory=memory)
    errands = plan_push(images, parse_rules(context.options.get("map", ())))
    due = [(errand, tuple(_tags_due(registry, errand, context))) for errand in errands]
    delivery = Delivery(registry, reader, context)
    delivery.announce(errands)
    for errand in errands:
        delivery.deliver(errand, elsewhere=_origin(errand.held, endpoint))
    for errand, tags in due:
        for tag in tags:
            put_manifest(_repository(registry, errand), errand.root, reader, reference=tag)
    return Saved(
        location=destination,
        names=tuple(f"{errand.repository}:{tag}" for errand in errands for tag in errand.tags),
        roots=tuple(_roots(errands)),
        written=delivery.written,
        reused=delivery.reused,
    )


def _endpoint(destination: str, context: Context) -> Endpoint:
    """Return where *destination* is: by https, on this machine by http, or as the options say."""
    rest = destination.partition("://")[2]
    plain = context.options.get("plain-http")
    if plain is False or any(name in context.options for name in _TLS):
        return endpoint_at(f"https://{rest}")
    return endpoint_at(f"http://{rest}" if plain else destination)


def _tags_due(registry: Registry, errand: Errand, context: Context) -> Iterator[str]:
    """Yield the tags of *errand* that are not there yet.

    Raises Exists for a version that is there with other content, unless it is forced.
    """
    repository = _repository(registry, errand)
    for tag in errand.tags:
        there = repository.head(tag)
        if there is None:
            yield tag
        elif there.digest != errand.root.digest:
            if not context.options.get("force") and not _moves(tag):
                raise Exists(
                    f"{repository.shown(tag)} with other content",
                    hint="--force replaces it by what is here",
                )
            yield tag


def _moves(tag: str) -> bool:
    """Whether *tag* is a label (``latest``), which may mean something else today."""
    return tag in floating([Version.parse(tag)])


def _repository(registry: Registry, errand: Errand) -> Repository:
    return Repository(registry=registry, name=errand.repository, actions=PUSH)


def _origin(held: Held, endpoint: Endpoint) -> tuple[str, ...]:
    """Return the repository the image came from, if that is in this registry: it may be mounted."""
    host, _ = split_host(held.package.name)
    local = endpoint.local(held.package.name) if host == endpoint.host else None
    return () if local is None else (local,)


def _roots(errands: Sequence[Errand]) -> Iterator[Digest]:
    """Yield the root of each image, in order; an image may have several errands."""
    before: Descriptor | None = None
    last: Held | None = None
    for errand in errands:
        if errand.held is not last or before is not errand.root:
            yield errand.root.digest
        last, before = errand.held, errand.root
