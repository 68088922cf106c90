"""The names that saved images get: what engines and registries can take, and nobody twice."""

from __future__ import annotations

from provider_core.errors import Ambiguous
from provider_core.model import Held
from provider_core.references import lower_form, name_key, tag_form

from .names import split_name

__all__ = ["NameBook", "names_of", "qualified"]


class NameBook:
    """Which image has which ``name:tag``."""

    def __init__(self) -> None:
        self._owners: dict[str, tuple[str, str]] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """Every ``name:tag`` given so far."""
        return tuple(self._owners)

    def claim(self, name: str, version: str) -> str:
        """Return the ``name:tag`` for an image; '' if one of the same name has it already.

        Raises Ambiguous if an image of another name has it.
        """
        tag = f"{lower_form(name)}:{tag_form(version)}"
        owner = self._owners.get(tag)
        if owner is None:
            self._owners[tag] = (name, version)
            return tag
        if name_key(owner[0]) != name_key(name) or (owner[1] and version and owner[1] != version):
            raise Ambiguous(
                f"the name {tag}",
                [f"{each} {text}".rstrip() for each, text in (owner, (name, version))],
                hint="save them to two archives, or install one under another name (--name)",
            )
        return ""


def names_of(held: Held) -> tuple[tuple[str, str], ...]:
    """Return name and version of an image, then its further names as name and tag."""
    known = {(name_key(held.package.name), held.package.version): held.package.name}
    for text in held.names:
        name, tag = split_name(text)
        known.setdefault((name_key(name), tag), name)
    return tuple((name, version) for (_, version), name in known.items())


def qualified(reference: str) -> str:
    """Return a lower-case ``name:tag`` with a host in front, as containerd needs it.

    Docker Hub stands in for a missing host, as in Docker and Podman.
    """
    first, slash, _ = reference.partition("/")
    if not slash:
        return f"docker.io/library/{reference}"
    if first == "localhost" or "." in first or ":" in first:
        return reference
    return f"docker.io/{reference}"
