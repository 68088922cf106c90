"""A container engine of memory: loads archives, has containers, may be silent or stubborn."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from provider_core.digests import Digest
from provider_core.engines import (
    Container,
    EngineAddress,
    EngineImage,
    EngineKind,
    EngineVersion,
)
from provider_core.engines.names import familiar
from provider_core.errors import EngineRefused, EngineSilent, NotFoundError
from provider_core.oci import ImageConfig
from provider_core.platforms import Platform

__all__ = ["MemoryEngine"]


class MemoryEngine:
    """Keeps what `load` brings as docker-archives say it: config, layers, names."""

    def __init__(self, name: str = "docker", *, configured: bool = True) -> None:
        self.address = EngineAddress(
            name=name,
            kind=EngineKind.API,
            url=f"unix:///memory/{name}",
            origin="setting" if configured else "found",
        )
        self.platform = Platform(os="linux", architecture="amd64")
        self.is_silent = False
        self.refusal = ""
        """Why it takes in nothing; '' if it does."""
        self.forgets = False
        """Whether it answers that all is well, and keeps nothing."""
        self.loads: list[int] = []
        """Bytes of each archive that was loaded."""
        self.exports: list[str] = []
        """The name of each image that was read out."""
        self.held: dict[Digest, EngineImage] = {}
        self.boxes: dict[str, Container] = {}
        self.added: dict[str, bytes] = {}
        """Container → the layer that it has made since."""
        self._parts: dict[Digest, tuple[bytes, list[bytes]]] = {}
        self.is_closed = False

    def version(self) -> EngineVersion:
        """Answer."""
        self._answer()
        return EngineVersion(product="Memory", version="1.0", platform=self.platform)

    def images(self) -> tuple[EngineImage, ...]:
        """Return what was loaded."""
        self._answer()
        return tuple(self.held.values())

    def image(self, name: str) -> EngineImage | None:
        """Find by name or id."""
        self._answer()
        for image in self.held.values():
            if name in (str(image.image_id), image.image_id.hex):
                return image
            if familiar(name) in map(familiar, image.names):
                return image
        return None

    def containers(self) -> tuple[Container, ...]:
        """Return all of them."""
        self._answer()
        return tuple(self.boxes.values())

    def load(self, pieces: Iterable[bytes]) -> None:
        """Read a docker-archive whole, then take in its images."""
        self._answer()
        if self.refusal:
            raise EngineRefused(self.address.name, "load", self.refusal)
        data = b"".join(pieces)
        self.loads.append(len(data))
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            members = {
                member.name: tar.extractfile(member).read()  # type: ignore[union-attr]
                for member in tar
                if member.isreg()
            }
        for line in [] if self.forgets else json.loads(members["manifest.json"]):
            config = members[line["Config"]]
            layers = [members[layer] for layer in line["Layers"]]
            self._keep(config, layers, line["RepoTags"] or ())

    def tag(self, image: EngineImage, name: str) -> None:
        """Add a name."""
        known = self.held[image.image_id]
        self.held[image.image_id] = replace(known, names=(*known.names, name))

    def export(self, image: EngineImage, name: str) -> Iterator[bytes]:
        """Write a docker-archive in small pieces."""
        self._answer()
        self.exports.append(name)
        config, layers = self._parts[image.image_id]
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as tar:
            _add(tar, "config.json", config)
            for number, layer in enumerate(layers):
                _add(tar, f"{number}.tar", layer)
            line = {
                "Config": "config.json",
                "RepoTags": [name] if name else None,
                "Layers": [f"{number}.tar" for number in range(len(layers))],
            }
            _add(tar, "manifest.json", json.dumps([line]).encode())
        data = out.getvalue()
        yield from (data[at : at + 1000] for at in range(0, len(data), 1000))

    def commit(self, container: str) -> EngineImage:
        """Make an image of a container: its image's layers, and what it has added."""
        self._answer()
        if container not in self.boxes:
            raise NotFoundError(f"there is no container {container}")
        (digest,) = self.boxes[container].images
        config, layers = self._parts[digest]
        document = json.loads(config)
        layer = self.added[container]
        document["rootfs"]["diff_ids"].append(str(Digest.of(layer)))
        document["container_config"] = {"Image": "of the container"}
        return self._keep(json.dumps(document).encode(), [*layers, layer], ())

    def remove(self, image: EngineImage) -> None:
        """Forget a nameless image."""
        assert not image.names
        del self.held[image.image_id]

    def close(self) -> None:
        """Note it."""
        self.is_closed = True

    # for tests ----------------------------------------------------------------------------

    def create(self, name: str, container: str, state: str = "created", added: bytes = b"") -> None:
        """Create a container of the image *name*."""
        image = self.image(name)
        assert image is not None
        self.added[container] = added
        self.boxes[container] = Container(
            engine=self.address.name,
            id=Digest.of(container.encode()).hex,
            name=container,
            state=state,
            images=image.digests,
        )

    def _keep(self, config: bytes, layers: list[bytes], names: Iterable[Any]) -> EngineImage:
        parsed = ImageConfig.parse(config)
        image = EngineImage(
            reference=str(parsed.digest),
            digests=frozenset({parsed.digest}),
            names=tuple(names),
            image_id=parsed.digest,
            created=parsed.created,
            size=sum(map(len, layers)),
        )
        self.held[parsed.digest] = image
        self._parts[parsed.digest] = config, layers
        return image

    def _answer(self) -> None:
        if self.is_silent:
            raise EngineSilent(self.address.name, self.address.url, "connection refused")


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    tar.addfile(info, io.BytesIO(data))
