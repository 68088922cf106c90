"""Images in registries: Docker Hub, its mirrors, and any registry of the OCI specification."""

from __future__ import annotations

from .provider import RegistryProvider

__all__ = ["RegistryProvider"]
