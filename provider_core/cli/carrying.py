"""What the commands that carry ferry and its providers share: their flags and documents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..digests import Digest
from ..errors import DocumentError, UsageError
from .render import Output
from .schema import Document

if TYPE_CHECKING:
    from ..kit import Kit
    from ..operations.results import Delivered
    from ..wheels.facts import Wheel

__all__ = [
    "delivered_document",
    "delivery_flags",
    "folder_named",
    "hashes_from",
    "kit_document",
    "target_flags",
    "tell_delivered",
    "wheel_document",
]


def target_flags(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --platform and --python: where the wheels are to run."""
    for option in (
        click.option(
            "--python", default="", metavar="3.N", help="For this Python (else the one that runs)."
        ),
        click.option(
            "--platform", default="", metavar="OS/ARCH", help="For this system (else this one)."
        ),
    ):
        command = option(command)
    return command


def delivery_flags(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --from and --hash: which wheels a provider is to come as."""
    for option in (
        click.option(
            "--hash",
            "hashes",
            multiple=True,
            metavar="sha256:…",
            help="A hash that a wheel may have; may be repeated, none else will do.",
        ),
        click.option("--from", "folder", metavar="DIR", help="A folder of `ferry provider save`."),
    ):
        command = option(command)
    return command


def hashes_from(texts: Sequence[str]) -> tuple[Digest, ...]:
    """Read what --hash was given; UsageError."""
    try:
        return tuple(map(Digest.parse, texts))
    except DocumentError as error:
        raise UsageError(
            f"--hash is not given a hash: {error.message}", hint="write sha256: and 64 digits"
        ) from error


def folder_named(text: str | None) -> Path | None:
    """Return the folder that was typed, if any."""
    return None if text is None else Path(text).expanduser()


def tell_delivered(output: Output, done: Delivered) -> None:
    """Print what happened to a provider of this home."""
    if output.json:
        output.document(delivered_document(done))
    elif not done.changed:
        output.notice(f"{done.name} {done.version} is here already")
    elif not done.version:
        output.line(f"Removed: {done.name} {done.before}")
    else:
        instead = f" (before: {done.before})" if done.before else ""
        output.line(f"Installed: {done.name} {done.version}{instead}")


def delivered_document(done: Delivered) -> Document:
    """Describe what happened to a provider of this home."""
    return {
        "schema": "ferry.delivered/1",
        "name": done.name,
        "distribution": done.distribution,
        "version": done.version,
        "before": done.before,
        "path": str(done.path),
        "changed": done.changed,
    }


def kit_document(kit: Kit) -> Document:
    """Describe a kit."""
    return {
        "schema": "ferry.kit/1",
        "path": str(kit.folder),
        "version": kit.version,
        "platform": str(kit.target.platform),
        "python": kit.target.python,
        "wheels": [wheel.path.name for wheel in kit.wheels],
        "size": kit.size,
        "seal": str(kit.seal),
    }


def wheel_document(wheel: Wheel) -> Document:
    """Describe a wheel that was saved."""
    return {
        "schema": "ferry.wheel/1",
        "file": wheel.path.name,
        "name": wheel.facts.name,
        "version": wheel.facts.version,
        "providers": list(wheel.facts.providers),
        "digest": str(wheel.digest),
        "size": wheel.size,
    }
