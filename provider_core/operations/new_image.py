"""new: an image from a folder, an archive or a container, installed like any other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ..digests import Digest
from ..errors import Exists, UsageError
from ..model import Content, Installed, Package, PackageId, Parent, same_pin
from ..oci import Descriptor, HistoryEntry, ImageConfig, Manifest, derive_config
from ..oci.annotations import BASE_DIGEST, BASE_NAME, VENDOR
from ..oci.media_types import OCI_CONFIG
from ..platforms import Platform
from ..references import Name, lower_form, parse_reference, tag_form
from ..store import Lease, Writer, put
from .facts import installed_from
from .new_base import base_named, linux_here
from .new_container import committed
from .new_layers import layer_of_archive, layer_of_folder
from .new_wishes import NewImage
from .publishing import recorded
from .tagging import drop_shadowed

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["MAKER", "new_image"]

MAKER = "ferry"
"""What stands for a provider with images that were made here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """What a new image consists of, all of it in the store but config and manifest."""

    config: ImageConfig
    platform: Platform
    layers: tuple[Descriptor, ...]
    parent: Installed | None


def new_image(resources: Resources, wish: NewImage) -> Installed:
    """Make the image that *wish* describes and install it, in one revision.

    Raises UsageError, Exists if there is another one of its name and version (unless
    ``wish.force``), NotSupported for a Windows parent, and what reading its parts raises.
    """
    _check(wish)
    with resources.store.lease() as lease:
        writer = resources.store.writer(lease)
        if wish.container:
            draft = _from_container(resources, lease, wish)
        else:
            draft = _from_files(resources, lease, wish)
        row = _row(resources, writer, draft, wish)
        lease.add(blob.digest for blob in resources.store.reach(row.content.blobs))
        with recorded(resources, "new") as change:
            now = change.image(row.key)
            if now is not None and not wish.force:
                _check_same(now, row)
            change.put_image(row)
            drop_shadowed(change, [row])
    return row


def _check(wish: NewImage) -> None:
    ways = [way for way in (wish.container, wish.folder, wish.archive) if way]
    if len(ways) != 1:
        raise UsageError(
            "a new image comes from one thing",
            hint="say one of --from-container, --from-dir and --from-tar",
        )
    if wish.container and wish.parent:
        raise UsageError(
            "a container has its parent already", hint="leave --parent out with --from-container"
        )
    named = parse_reference(f"{wish.name}:{wish.version}")
    if not isinstance(named, Name) or named.has_wildcard or named.digest or not named.tag:
        raise UsageError(
            f"{wish.name!r} {wish.version!r} is no name and version of an image",
            hint="write the version apart: ferry new NAME --version V",
        )
    lower_form(wish.name)


def _check_same(now: Installed, row: Installed) -> None:
    if not same_pin(now.content.root, row.content.root):
        raise Exists(
            f"{now.name} {now.version} with other content",
            hint="give it another version, or --force",
        )


def _from_files(resources: Resources, lease: Lease, wish: NewImage) -> _Draft:
    base = base_named(resources, wish.parent, wish.platform) if wish.parent else None
    if base is not None:
        lease.add(layer.digest for layer in base.layers)
    writer = resources.store.writer(lease)
    if wish.folder is not None:
        source = "--from-dir"
        layer = layer_of_folder(resources, writer, wish.folder, base, wish.newest)
    else:
        assert wish.archive is not None, "checked"
        source = "--from-tar"
        layer = layer_of_archive(resources, writer, wish.archive)
    added = [] if layer is None else [layer]
    platform = base.platform if base else wish.platform or linux_here()
    config = _config(
        resources,
        wish,
        base.config if base else None,
        platform,
        [one.diff_id for one in added],
        source,
    )
    return _Draft(
        config=config,
        platform=platform,
        layers=(*(base.layers if base else ()), *(one.descriptor for one in added)),
        parent=base.image if base else None,
    )


def _from_container(resources: Resources, lease: Lease, wish: NewImage) -> _Draft:
    made = committed(resources, lease, wish)
    config = _config(resources, wish, made.config, made.platform, [], "--from-container")
    return _Draft(config=config, platform=made.platform, layers=made.layers, parent=made.parent)


def _config(
    resources: Resources,
    wish: NewImage,
    base: ImageConfig | None,
    platform: Platform,
    added: Sequence[Digest],
    source: str,
) -> ImageConfig:
    moment = resources.clock() if wish.newest is None else datetime.fromtimestamp(wish.newest, UTC)
    step = HistoryEntry(
        created=moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        created_by=f"ferry new {source}",
        author=wish.publisher,
        empty_layer=not added,
    )
    return derive_config(base, platform, added, step=step, changes=wish.changes)


def _row(resources: Resources, writer: Writer, draft: _Draft, wish: NewImage) -> Installed:
    """Write config and manifest, and return the row of the catalog."""
    config = put(writer, draft.config.raw, OCI_CONFIG)
    manifest = Manifest.build(
        config, draft.layers, annotations=_annotations(draft.parent, wish.publisher)
    )
    root = put(writer, manifest.raw, manifest.media_type)
    platform = draft.platform.normalized
    package = Package(
        id=PackageId(
            provider=MAKER, source="", name=wish.name, version=wish.version, platform=platform
        ),
        pin=root,
        platforms=(platform,),
        publisher=wish.publisher,
        is_os_image=False,
        parent=_parent(draft.parent),
    )
    content = Content(root=root, platforms=(platform,))
    return installed_from(package, content, resources.store, now=resources.now(), uninstalls=False)


def _annotations(parent: Installed | None, publisher: str) -> dict[str, str]:
    said = {VENDOR: publisher}
    if parent is not None:
        said[BASE_NAME] = f"{lower_form(parent.name)}:{tag_form(parent.version)}"
        if isinstance(parent.content.root, Descriptor):
            said[BASE_DIGEST] = str(parent.content.root.digest)
    return {key: value for key, value in said.items() if value}


def _parent(parent: Installed | None) -> Parent | None:
    if parent is None:
        return None
    root = parent.content.root
    return Parent(
        name=parent.name,
        version=parent.version,
        publisher=parent.publisher,
        digest=root.digest if isinstance(root, Descriptor) else None,
    )
