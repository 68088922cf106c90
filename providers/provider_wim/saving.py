"""Saving to a .wim file: the one that the image came from, else a new one of its layers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from provider_core.context import Context
from provider_core.digests import Digest, Hasher
from provider_core.errors import NotSupported
from provider_core.model import FileStamp, Held, Pin, Saved
from provider_core.oci import Descriptor, Manifest
from provider_core.oci.media_types import is_index, is_manifest
from provider_core.replacing import replacing
from provider_core.store import Reader

from .building import build_file
from .files import files_of
from .finding import local_path
from .media import SUFFIX, WIM
from .windows_image import WindowsImage, windows_image

__all__ = ["save_file"]

_PIECE = 1 << 20


def save_file(images: Sequence[Held], destination: str, reader: Reader, context: Context) -> Saved:
    """Write *images*, which a .wim file can hold as one: several names of one, or its bases.

    Raises NotSupported for several images, and for what is no Windows image; what reading and
    `replacing` raise.
    """
    if not destination.lower().endswith(SUFFIX):
        raise NotSupported(f"{destination} is no file of Windows images", hint="name it .wim")
    path = local_path(destination)
    original = _common_original(images, reader)
    if original is not None:
        if context.options.get("wim-compression"):
            context.progress.notice(
                f"{path.name} is the original file, byte for byte: --wim-compression is for files"
                " that are made"
            )
        written, digest = _copied(original, path, reader, context)
    else:
        image, digest = _only_image(images, reader), None
        written = build_file(image, path, reader, context)
    return Saved(
        location=str(path),
        names=images[0].names,
        roots=tuple(_root_of(held, digest) for held in images),
        written=written,
    )


def _common_original(images: Sequence[Held], reader: Reader) -> Pin | None:
    """Return the one file that all *images* came from, None if it was not kept.

    Raises NotSupported for a split set that was never made an image.
    """
    originals = {original: None for held in images if (original := _original(held, reader))}
    if len(originals) != 1 or not all(_original(held, reader) for held in images):
        return None
    files = files_of(next(iter(originals)), reader)
    if len(files) == 1:
        return files[0]
    if _original_is_root(images[0], reader):
        raise NotSupported(
            f"{images[0].package} is split into {len(files)} files, which one .wim cannot be",
            hint="install it first; what is installed is saved as one file",
        )
    return None


def _original(held: Held, reader: Reader) -> Pin | None:
    """Return the file that an image came from, if it is kept and one of ours.

    Which of the images in a local file was meant does not matter: it is saved whole.
    """
    is_root = _original_is_root(held, reader)
    original = held.content.root if is_root else held.content.original
    if original is None or not _is_ours(original, reader):
        return None
    return replace(original, selector="") if isinstance(original, FileStamp) else original


def _original_is_root(held: Held, reader: Reader) -> bool:
    """Whether *held* is such a file itself, not an image made of one."""
    return _is_ours(held.content.root, reader)


def _is_ours(pin: Pin, reader: Reader) -> bool:
    if not isinstance(pin, Descriptor) or not is_manifest(pin.media_type):
        return pin.media_type == WIM
    kind = pin.artifact_type or Manifest.parse(reader.read(pin)).artifact_type
    return kind == WIM


def _root_of(held: Held, written: Digest | None) -> Digest:
    """Return the root of an image; of a local file the digest that it turned out to have."""
    root = held.content.root
    if isinstance(root, Descriptor):
        return root.digest
    if written is None:
        raise TypeError("a local file has no image yet")
    return written


def _only_image(images: Sequence[Held], reader: Reader) -> WindowsImage:
    """Return the image that is asked for: the first; the others must be what it is made from."""
    for held in images:
        if not _is_image(held.content.root):
            raise NotSupported(
                f"{held.package} is not installed, and others are asked for with it",
                hint="save them one by one",
            )
    first, *others = (windows_image(held, reader) for held in images)
    for other in others:
        if first.config.diff_ids[: len(other.config.diff_ids)] != other.config.diff_ids:
            raise NotSupported(
                f"one .wim cannot hold both {images[0].package} and {other.held.package}",
                hint="save them one by one, or all to one .tar",
            )
    return first


def _is_image(root: Pin) -> bool:
    return isinstance(root, Descriptor) and (
        is_manifest(root.media_type) or is_index(root.media_type)
    )


def _copied(pin: Pin, path: Path, reader: Reader, context: Context) -> tuple[int, Digest]:
    """Copy a file byte for byte; a blob's digest and a local file's stamp are checked.

    Returns its size in bytes and its SHA-256.
    """
    key, hasher = f"writing {path.name}", Hasher()
    context.progress.start(key, key, pin.size)
    force = bool(context.options.get("force"))
    with (
        replacing(path, pin.size, force=force, beat=context.check) as out,
        reader.open(pin) as file,
    ):
        while piece := file.read(_PIECE):
            context.check()
            hasher.update(piece)
            out.write(piece)
            context.progress.advance(key, len(piece))
    context.progress.done(key)
    return hasher.size, hasher.digest()
