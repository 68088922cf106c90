"""containerd, one of its namespaces, through `ctr`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from ..digests import Digest
from ..errors import DocumentError, EngineRefused, NotSupported
from ..oci import ImageConfig, Manifest, parse_root
from ..oci.media_types import is_config, is_index, is_manifest
from ..platforms import host_platform
from .ctr import Ctr
from .ctr_tables import CtrImage, read_containers, read_images, read_version
from .names import qualified
from .values import Container, EngineAddress, EngineImage, EngineVersion

__all__ = ["Containerd"]

_MOST_LEVELS = 4


class Containerd:
    """What it keeps by manifest, told as the other engines tell it, by config."""

    def __init__(self, address: EngineAddress, *, patience: float) -> None:
        self._address = address
        self._ctr = Ctr(address, patience=patience)

    @property
    def address(self) -> EngineAddress:
        return self._address

    def version(self) -> EngineVersion:
        version = read_version(self._ctr.ask("version"))
        return EngineVersion(product="containerd", version=version, platform=host_platform())

    def images(self) -> tuple[EngineImage, ...]:
        by_digest: dict[Digest, list[CtrImage]] = {}
        for row in self._rows():
            by_digest.setdefault(row.digest, []).append(row)
        return tuple(map(self._image, by_digest.values()))

    def image(self, name: str) -> EngineImage | None:
        for image in self.images():
            if {name, qualified(name)} & set(image.names):
                return image
            if any(name in (str(digest), digest.hex) for digest in image.digests):
                return image
        return None

    def containers(self) -> tuple[Container, ...]:
        rows = tuple(read_containers(self._ctr.ask("containers", "list")))
        used = {row.image for row in rows}
        # Each image costs some calls of `ctr`, and a host may have hundreds that nobody uses.
        images = {row.name: self._image([row]) for row in self._rows() if row.name in used}
        return tuple(
            Container(
                engine=self._address.name,
                id=row.id,
                name=row.id,
                state="",
                images=images[row.image].digests if row.image in images else frozenset(),
            )
            for row in rows
        )

    def load(self, pieces: Iterable[bytes]) -> None:
        self._ctr.feed(pieces, "images", "import", "-")

    def tag(self, image: EngineImage, name: str) -> None:
        self._ctr.ask("images", "tag", image.reference, qualified(name))

    def export(self, image: EngineImage, name: str) -> Iterator[bytes]:
        return self._ctr.pour("images", "export", "-", image.reference)

    def commit(self, container: str) -> EngineImage:
        raise NotSupported(
            "containerd makes no image of a container",
            hint="export its files, and give them to `ferry new --from-tar`",
        )

    def remove(self, image: EngineImage) -> None:
        self._ctr.ask("images", "remove", *image.names)

    def close(self) -> None:
        """Do nothing: no connection outlives its command."""

    def _rows(self) -> tuple[CtrImage, ...]:
        return tuple(read_images(self._ctr.ask("images", "list")))

    def _image(self, rows: list[CtrImage]) -> EngineImage:
        found = _Known(digests={rows[0].digest: None})
        self._learn(rows[0].media_type, rows[0].digest, found, _MOST_LEVELS)
        return EngineImage(
            reference=rows[0].name,
            digests=frozenset(found.digests),
            names=tuple(row.name for row in rows),
            image_id=found.config or rows[0].digest,
            created=found.created,
            size=found.size,
        )

    def _learn(self, media_type: str, digest: Digest, found: _Known, levels: int) -> None:
        """Add what is below a manifest or index; what is not here, or not ours, adds nothing."""
        try:
            data = self._ctr.ask("content", "get", str(digest))
            document = parse_root(data, media_type=media_type)
        except (EngineRefused, DocumentError):
            # Of an index of many platforms only some were pulled; and containerd keeps old forms
            # of manifests too, which are known by their own digest alone.
            return
        found.digests[digest] = None
        if isinstance(document, Manifest):
            self._learn_manifest(document, found)
            return
        for entry in document.manifests:
            if levels and (is_manifest(entry.media_type) or is_index(entry.media_type)):
                self._learn(entry.media_type, entry.digest, found, levels - 1)

    def _learn_manifest(self, manifest: Manifest, found: _Known) -> None:
        config = manifest.config
        found.digests[config.digest] = None
        found.size += config.size + sum(layer.size for layer in manifest.layers)
        if is_config(config.media_type) and found.config is None:
            with suppress(EngineRefused, DocumentError):
                data = self._ctr.ask("content", "get", str(config.digest))
                found.config, found.created = config.digest, ImageConfig.parse(data).created


@dataclass(slots=True, kw_only=True)
class _Known:
    """What is found out about an image, step by step."""

    digests: dict[Digest, None]
    config: Digest | None = None
    created: str = ""
    size: int = 0
