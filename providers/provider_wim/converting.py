"""From a Windows image file to an image in the store."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import replace

from provider_core.context import Context
from provider_core.digests import Digest
from provider_core.disk.failures import free_bytes
from provider_core.errors import Conflict, UsageError
from provider_core.model import Content, FileStamp, Pin
from provider_core.oci.annotations import VENDOR
from provider_core.store import Reader, Writer

from .choosing import choose, utility_of
from .files import digests_of, files_of, keep
from .image import SHA256, Provenance, config_of, platform_of, put_image, windows_architecture
from .layer.entries import entries_of
from .layer.losses import Losses
from .layer.making import MadeLayer, make_layer
from .options import ConvertOptions
from .reading import Limits, WimFile
from .tree import WimImage

__all__ = ["convert_file"]


def convert_file(content: Content, reader: Reader, writer: Writer, context: Context) -> Content:
    """Make the image of *content*, a local file, a blob or an artifact.

    Every blob's SHA-1 is checked, and the file's integrity table if it has one.  Raises WimError
    for a damaged file, NoSpace if the disk has no room for what is written, NotSupported for
    what no layer can hold, Ambiguous if several images are meant, Conflict if a local file is
    changed meanwhile.
    """
    options = ConvertOptions.of(context.options)
    original = keep(content.root, reader, writer, context) if options.keep_original else None
    pins = files_of(original or content.root, reader)
    digests = digests_of(pins, reader, context)
    losses = Losses(leave_out=options.leave_out)
    image, layer = _made(content.root, pins, options, losses, reader, writer, context)
    platform = platform_of(image, windows_architecture(context.platforms))
    if not image.is_windows:
        context.progress.notice(
            f"the file does not say which Windows this is: the image has no os.version, and"
            f" {platform.architecture} is taken for its processor (--platform says another)"
        )
    for text in losses.notices():
        context.progress.notice(text)
    provenance = Provenance(image=image, digests=digests, lost=losses.summary)
    root = put_image(config_of(image, platform, layer.diff_id), [layer], provenance, writer)
    return replace(
        content,
        root=root,
        platforms=(platform,),
        original=original,
        facts={**content.facts, **_facts(digests, options)},
    )


def _facts(digests: Iterable[Digest], options: ConvertOptions) -> dict[str, str]:
    """Return what the catalog is told: the file's digest, and who made it if the user knows."""
    facts = {SHA256: " ".join(digest.hex for digest in digests)}
    return {**facts, VENDOR: options.publisher} if options.publisher else facts


def _made(
    root: Pin,
    pins: tuple[Pin, ...],
    options: ConvertOptions,
    losses: Losses,
    reader: Reader,
    writer: Writer,
    context: Context,
) -> tuple[WimImage, MadeLayer]:
    """Return the image that is meant, and its layer."""
    with ExitStack() as stack:
        streams = [stack.enter_context(reader.open(pin)) for pin in pins]
        free = free_bytes(context.state.folder)  # where the store and the spools are, as a rule
        limits = Limits(unpacked=options.most_unpacked, free=free)
        wim = WimFile(streams, limits=limits, check=context.check)
        image = _chosen(wim.images, root, options)
        utility = utility_of(wim.images, image)
        wim.check_integrity()
        blobs = stack.enter_context(wim.blobs(context.spool))
        trees = [wim.tree(one.index, blobs) for one in (image, utility) if one is not None]
        entries = list(entries_of(trees[0], trees[1] if utility else None, losses))
        if not options.compression.is_smaller:
            limits.check_room(sum(one.blob.size for one in entries if one.blob), "the layer")
        layer = make_layer(
            entries,
            blobs,
            options.compression,
            writer,
            context,
            label=f"converting {image.name or 'the image'}",
            faithful=options.faithful,
        )
    return image, layer


def _chosen(images: tuple[WimImage, ...], root: Pin, options: ConvertOptions) -> WimImage:
    """Return the image that was listed, or that the options mean in what was never listed."""
    if not isinstance(root, FileStamp) or not root.selector:
        return choose(
            images, index=options.index, name=options.name, what="the file", is_named=False
        )
    if options.index is not None and str(options.index) != root.selector:
        raise UsageError(
            "the name says which image of its file is meant, and --index names another",
            hint="leave --index out, or name the file",
        )
    for image in images:
        if str(image.index) == root.selector:
            return image
    raise Conflict("the file was changed since it was listed", hint="run the command again")
