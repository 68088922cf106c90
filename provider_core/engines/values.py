"""What is said of engines, their images and their containers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from ..digests import Digest
from ..platforms import Platform

__all__ = ["Container", "EngineAddress", "EngineImage", "EngineKind", "EngineVersion"]


class EngineKind(Enum):
    """How an engine is spoken to."""

    API = "api"
    """The Engine API: Docker, Podman and what else serves it."""
    CONTAINERD = "containerd"
    """The program `ctr`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineAddress:
    """Where an engine is, or should be."""

    name: str
    """What the user calls it: 'docker', 'podman', 'containerd', or a name of the settings."""
    kind: EngineKind
    url: str
    """``unix://``, ``npipe://``, ``tcp://`` or ``ssh://``; ``containerd://PATH?namespace=NAME``."""
    origin: str
    """What named it: 'setting', an environment variable, or 'found' for a default place."""
    certificates: Path | None = None
    """Folder with ca.pem, cert.pem and key.pem for TLS over tcp; None without TLS."""

    @property
    def is_configured(self) -> bool:
        """Whether the user named it, so that it must answer where containers are asked for."""
        return self.origin != "found"


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineVersion:
    """An engine that has answered."""

    product: str
    """'Docker', 'Podman Engine', 'containerd'; foreign text."""
    version: str
    """As it says."""
    platform: Platform
    """What its containers run on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineImage:
    """An image that an engine holds."""

    reference: str
    """By what the engine takes it for this one image: its id, or with containerd a name."""
    digests: frozenset[Digest]
    """Everything it is known by: config, and manifest or index where the engine keeps them."""
    names: tuple[str, ...]
    """``repository:tag`` as the engine spells them; () for an image without a name."""
    image_id: Digest
    """What the engine shows as its id: the config digest, with newer Docker the manifest's."""
    created: str = ""
    """When it was made, ISO 8601; '' if unknown."""
    size: int = 0
    """Bytes as the engine counts them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """A container of an engine, running or not."""

    engine: str
    """Name of the engine."""
    id: str
    name: str
    """'' if it has none."""
    state: str
    """'created', 'running', 'exited' …, the engine's word; '' if it does not say."""
    images: frozenset[Digest]
    """Everything its image is known by; empty if the engine has lost it."""
