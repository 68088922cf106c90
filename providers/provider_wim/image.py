"""What an image made of a WIM says of itself: its config, and the annotations of its manifest.

The config holds only what follows from the files and the WIM's XML, so that the image id is the
same whatever the WIM's compression and the layer's.  Where it came from stands in the manifest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from provider_core.digests import Digest
from provider_core.oci import Descriptor, HistoryEntry, ImageConfig, Manifest
from provider_core.oci.annotations import CREATED, DESCRIPTION, TITLE
from provider_core.oci.media_types import OCI_CONFIG
from provider_core.platforms import Platform, PlatformSet
from provider_core.store import Writer, put

from .filetime import to_iso
from .tree import WimImage

if TYPE_CHECKING:
    from .layer.making import MadeLayer  # a listing needs no layer

__all__ = [
    "EDITION",
    "FLAGS",
    "INDEX",
    "LOST",
    "SHA256",
    "Provenance",
    "annotations_of",
    "config_of",
    "os_features",
    "platform_of",
    "put_image",
    "windows_architecture",
]

SHA256: Final = "io.imageferry.wim.sha256"
"""SHA-256 of the file; of each part of a split set, with spaces between."""
INDEX: Final = "io.imageferry.wim.index"
"""Number of the image in the file."""
EDITION: Final = "io.imageferry.wim.edition"
FLAGS: Final = "io.imageferry.wim.flags"
"""EDITIONID and FLAGS of its XML."""
LOST: Final = "io.imageferry.wim.lost"
"""What no layer can carry and the image is without; absent if there is nothing."""

_SHELL: Final = ("c:\\windows\\system32\\cmd.exe",)
_NANO: Final = "nanoserver"
_USUAL: Final = "amd64"
_WINDOWED: Final = ("win32k",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where an image came from."""

    image: WimImage
    digests: tuple[Digest, ...]
    """SHA-256 of the file, or of the parts of a split set in order."""
    lost: str
    """What the layer is without (`Losses.summary`)."""


def platform_of(image: WimImage, architecture: str) -> Platform:
    """Return what the image runs on; *architecture* is for files that do not say it."""
    return Platform(
        os="windows",
        architecture=image.architecture or architecture,
        os_version=image.version,
    )


def windows_architecture(platforms: PlatformSet) -> str:
    """Return the processor that the user names for Windows, else the usual one."""
    named = [] if platforms.is_all else [one for one in platforms if one.os == "windows"]
    return named[0].architecture if len(named) == 1 else _USUAL


def os_features(image: WimImage) -> tuple[str, ...]:
    """Return what the image needs of its host: all but Nano Server need the window manager."""
    return () if not image.is_windows or image.name.lower() == _NANO else _WINDOWED


def config_of(image: WimImage, platform: Platform, diff_id: Digest) -> ImageConfig:
    """Return the config that Microsoft's own converter wrote for such a file (moby, PR 21975).

    Its one step of history is called as in their base images.
    """
    created = to_iso(image.created)
    step = HistoryEntry(created=created, created_by=f"Apply image {image.version}".rstrip())
    return ImageConfig.build(
        platform,
        [diff_id],
        created=created,
        history=[step],
        cmd=_SHELL if image.is_windows else (),
        os_features=os_features(image),
    )


def annotations_of(provenance: Provenance) -> dict[str, str]:
    """Return the manifest's annotations; what is not known is left out."""
    image = provenance.image
    said = {
        SHA256: " ".join(digest.hex for digest in provenance.digests),
        INDEX: str(image.index),
        TITLE: image.name,
        DESCRIPTION: image.description,
        CREATED: to_iso(image.created),
        EDITION: image.edition,
        FLAGS: image.flags,
        LOST: provenance.lost,
    }
    return {key: value for key, value in said.items() if value}


def put_image(
    config: ImageConfig, layers: Sequence[MadeLayer], provenance: Provenance, writer: Writer
) -> Descriptor:
    """Put config and manifest into the store; return the manifest's descriptor."""
    named = put(writer, config.raw, OCI_CONFIG)
    manifest = Manifest.build(
        named,
        [layer.descriptor for layer in layers],
        annotations=annotations_of(provenance),
    )
    return put(writer, manifest.raw, manifest.media_type)
