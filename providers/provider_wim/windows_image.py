"""An image of the store, as what a .wim file can be made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from provider_core.errors import DocumentError, NotSupported
from provider_core.model import Held
from provider_core.oci import Descriptor, ImageConfig, Manifest
from provider_core.oci.annotations import DESCRIPTION, TITLE
from provider_core.oci.media_types import is_config, is_manifest
from provider_core.platforms import PlatformSet
from provider_core.pouring import select_image
from provider_core.store import Reader

from .filetime import from_iso
from .image import EDITION, FLAGS
from .tree import WimImage

__all__ = ["WindowsImage", "windows_image"]

_VERSION: Final = re.compile(r"\d{1,9}(?:\.\d{1,9}){2,3}", re.ASCII)
_WAY_OUT: Final = "save it as it is: `ferry save NAME --to FILE.tar`"


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowsImage:
    """One image for Windows."""

    held: Held
    root: Descriptor
    """The manifest or index that it was installed by."""
    layers: tuple[Descriptor, ...]
    """Base first."""
    config: ImageConfig
    annotations: Mapping[str, str]
    """Of its manifest."""

    @property
    def described(self) -> WimImage:
        """What the XML of a file says of it: what that of the file it came from said."""
        platform = self.config.platform
        version = platform.os_version if platform else ""
        known = bool(_VERSION.fullmatch(version))
        return WimImage(
            index=1,
            name=self.annotations.get(TITLE, self.held.package.name),
            description=self.annotations.get(DESCRIPTION, self.held.package.summary),
            flags=self.annotations.get(FLAGS, ""),
            edition=self.annotations.get(EDITION, ""),
            architecture=platform.architecture if platform and known else "",
            version=version if known else "",
            created=from_iso(self.config.created),
        )


def windows_image(held: Held, reader: Reader) -> WindowsImage:
    """Return the one image for Windows that *held* is.

    Raises NotSupported if it is for another system, or for several processors at once;
    IntegrityError, BlobNotFound.
    """
    root = held.content.root
    if not isinstance(root, Descriptor):
        raise TypeError("a file is no image yet")
    wanted = PlatformSet.of(*held.platforms) if held.platforms else PlatformSet.all()
    selection = select_image(root, reader.read, wanted, available=reader.has)
    manifests = [
        Manifest.parse(reader.read(blob))
        for blob in selection.descriptors
        if is_manifest(blob.media_type)
    ]
    images = [manifest for manifest in manifests if is_config(manifest.config.media_type)]
    if len(images) > 1:
        raise NotSupported(
            f"{held.package} is for several platforms, and a .wim file holds one",
            hint="say which: --platform windows/amd64",
        )
    if not images:
        raise NotSupported(f"{held.package} is no image", hint=_WAY_OUT)
    config = ImageConfig.parse(reader.read(images[0].config))
    if config.platform is None or config.platform.os != "windows":
        raise NotSupported(
            f"{held.package} is no Windows image, and a .wim file holds nothing else",
            hint=_WAY_OUT,
        )
    if not images[0].layers or len(images[0].layers) != len(config.diff_ids):
        raise DocumentError("its config and manifest have different layers", what="image")
    return WindowsImage(
        held=held,
        root=root,
        layers=images[0].layers,
        config=config,
        annotations=images[0].annotations,
    )
