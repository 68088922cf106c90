"""An engine that serves the Engine API (Docker Engine API 1.24 and later; Podman's is alike)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from ..digests import Digest
from ..errors import DocumentError, EngineRefused, NotFoundError
from ..platforms import Platform
from .api_client import open_client, sdk, speaking
from .names import split_tag
from .values import Container, EngineAddress, EngineImage, EngineVersion

__all__ = ["EngineApi"]

_LONG = 3600.0
"""Seconds for an engine to answer once it has taken in an image, or packed one."""
_PIECE = 1 << 20
_NAMELESS = "<none>"


class EngineApi:
    """Docker, Podman, or what else answers like them."""

    def __init__(self, address: EngineAddress, *, patience: float) -> None:
        self._address = address
        self._patience = patience

    @property
    def address(self) -> EngineAddress:
        return self._address

    def version(self) -> EngineVersion:
        with self._speaking("tell its version"):
            said = self._client.version()
        parts = said.get("Components") or [{}]
        product = str(parts[0].get("Name") or "Engine")
        return EngineVersion(
            product="Docker" if product == "Engine" else product,
            version=str(said.get("Version", "")),
            platform=Platform(os=str(said.get("Os")), architecture=str(said.get("Arch"))),
        )

    def images(self) -> tuple[EngineImage, ...]:
        with self._speaking("list its images"):
            return tuple(map(_image, self._client.images()))

    def image(self, name: str) -> EngineImage | None:
        with self._speaking(f"show {name}"):
            client = self._client
            try:
                return _image(client.inspect_image(name))
            except sdk("docker.errors").NotFound:
                return None

    def containers(self) -> tuple[Container, ...]:
        with self._speaking("list its containers"):
            rows = self._client.containers(all=True)
            by_id = {image.image_id: image.digests for image in map(_image, self._client.images())}
        return tuple(_container(row, self._address.name, by_id) for row in rows)

    def load(self, pieces: Iterable[bytes]) -> None:
        with self._speaking("load the image"):
            for line in self._patient.load_image(iter(pieces)):
                if "error" in line:
                    raise EngineRefused(self._address.name, "load the image", str(line["error"]))

    def tag(self, image: EngineImage, name: str) -> None:
        repository, tag = split_tag(name)
        with self._speaking(f"tag the image as {name}"):
            self._client.tag(image.reference, repository, tag, force=True)

    def export(self, image: EngineImage, name: str) -> Iterator[bytes]:
        with self._speaking(f"save {name or image.reference}"):
            yield from self._patient.get_image(name or image.reference, chunk_size=_PIECE)

    def commit(self, container: str) -> EngineImage:
        with self._speaking(f"commit the container {container}"):
            client = self._patient
            try:
                made = client.commit(container)
            except sdk("docker.errors").NotFound as error:
                raise NotFoundError(
                    f"the engine {self._address.name} has no container {container}",
                    hint="its containers: `docker ps --all`, `podman ps --all`",
                ) from error
            return _image(client.inspect_image(made["Id"]))

    def remove(self, image: EngineImage) -> None:
        with self._speaking(f"remove the image {image.image_id.short}"):
            self._client.remove_image(image.reference, noprune=True)

    def close(self) -> None:
        for name in ("_client", "_patient"):
            client = self.__dict__.pop(name, None)
            if client is not None:
                client.close()

    @cached_property
    def _client(self) -> Any:
        return open_client(self._address, seconds=self._patience)

    @cached_property
    def _patient(self) -> Any:
        """Return a client for what takes the engine longer than an answer."""
        self.version()  # nobody waits for an engine that is not there
        return open_client(self._address, seconds=_LONG)

    def _speaking(self, what: str) -> Any:
        return speaking(self._address, what)


def _image(row: Mapping[str, Any]) -> EngineImage:
    """Read an image of a listing or an inspection; they differ in the form of its date."""
    identity = str(row["Id"])
    said = (identity, row.get("Digest"), (row.get("Descriptor") or {}).get("digest"))
    of_repositories = (str(text).rpartition("@")[2] for text in row.get("RepoDigests") or ())
    digests = frozenset(filter(None, map(_digest, (*said, *of_repositories))))
    names = [str(name) for name in row.get("RepoTags") or ()]
    created = row.get("Created", "")
    return EngineImage(
        reference=identity,
        digests=digests,
        names=tuple(name for name in names if _NAMELESS not in name),
        image_id=_digest(identity) or Digest.of(identity.encode()),
        created=_time(created) if isinstance(created, int) else str(created),
        size=int(row.get("Size") or 0),
    )


def _container(
    row: Mapping[str, Any], engine: str, by_id: Mapping[Digest, frozenset[Digest]]
) -> Container:
    image = _digest(row.get("ImageID"))
    names = row.get("Names") or [""]
    return Container(
        engine=engine,
        id=str(row["Id"]),
        name=str(names[0]).removeprefix("/"),
        state=str(row.get("State", "")),
        images=by_id.get(image, frozenset({image})) if image else frozenset(),
    )


def _digest(text: object) -> Digest | None:
    """Read a digest with or without its algorithm, as Docker and Podman write ids."""
    if not isinstance(text, str) or not text:
        return None
    try:
        return Digest.parse(text if ":" in text else f"sha256:{text}")
    except DocumentError:
        return None


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
