"""A provider of Windows images in files: listed by their head, converted when they are installed.

A file of its format is ``MSWIM`` and three zeros, the length of a JSON list in four bytes, that
list (name, version and length of each image), and the images' bytes one after the other.
"""

from __future__ import annotations

import io
import json
import struct
import tarfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, BinaryIO

from provider_core.context import Context
from provider_core.digests import Digest
from provider_core.errors import Exists, NotSupported, WimError
from provider_core.hookspecs import ProviderSpec, hookimpl
from provider_core.model import (
    Content,
    Destination,
    Feature,
    FileMark,
    FileStamp,
    Held,
    Magic,
    OptionSpec,
    OptionType,
    Package,
    PackageId,
    ProviderInfo,
    Query,
    Saved,
    Verb,
)
from provider_core.oci import Descriptor, ImageConfig, Manifest
from provider_core.oci.media_types import OCI_CONFIG, OCI_LAYER, is_manifest
from provider_core.platforms import Platform
from provider_core.references import FilePath, Reference
from provider_core.store import Reader, Writer, put

__all__ = ["MAGIC", "WIM", "WindowsDouble", "wim_bytes"]

MAGIC = b"MSWIM\0\0\0"
WIM = "application/x-ms-wim"
_PIECE = 1 << 16


def wim_bytes(*images: tuple[str, str, bytes]) -> bytes:
    """Return a file of *images*: name, version, payload."""
    head = json.dumps([(name, version, len(data)) for name, version, data in images]).encode()
    return MAGIC + struct.pack("<I", len(head)) + head + b"".join(data for *_, data in images)


class WindowsDouble(ProviderSpec):
    """Recognises files by magic, never reads more than their head to list them."""

    @hookimpl
    def provider_info(self) -> ProviderInfo:
        """Say what files it opens, converts and writes."""
        return ProviderInfo(
            name="windows-double",
            version="1",
            features=frozenset(
                {Feature.FIND, Feature.RESOLVE, Feature.INSTALL, Feature.CONVERT, Feature.SAVE}
            ),
            magic=(Magic(signature=MAGIC),),
            markers=("*.wim",),
            accepts=(WIM,),
            saves=(Destination(suffix=".wim", takes=(WIM,)),),
        )

    @hookimpl
    def options(self) -> Iterable[OptionSpec]:
        """Let the user choose an image in the file, and name the publisher."""
        yield OptionSpec(name="index", verb=Verb.INSTALL, type=OptionType.NUMBER)
        yield OptionSpec(name="publisher", verb=Verb.INSTALL)

    @hookimpl
    def find(self, query: Query, context: Context) -> Iterator[Package]:
        """List the files of a folder."""
        assert context.source is not None
        for path in sorted(Path(context.source.location).glob("*.wim")):
            yield from _packages(path, context.source.name, context)

    @hookimpl
    def resolve(self, reference: Reference, context: Context) -> Iterable[Package]:
        """List one file."""
        if isinstance(reference, FilePath):
            yield from _packages(Path(reference.path), "", context)

    @hookimpl
    def install(
        self, package: Package, reader: Reader, writer: Writer, context: Context
    ) -> Content | None:
        """Leave the file where it is."""
        return Content(root=package.pin)

    @hookimpl
    def convert(
        self, content: Content, reader: Reader, writer: Writer, context: Context
    ) -> Content | None:
        """Make a Windows image of one layer; what it is called is known when it is made."""
        root = _raw_root(content, reader)
        with reader.open(root) as file:
            version, offset, size = _place(file, root, context)
            file.seek(offset)
            with context.spool(size) as spool:
                while left := size - spool.tell():
                    context.check()
                    spool.write(file.read(min(left, _PIECE)))
                spool.seek(0)
                layer = _layer(spool, size, writer)
        manifest = _manifest(layer, version, writer)
        kept: Descriptor | None = None
        if context.options["keep-original"]:
            kept = content.root if isinstance(content.root, Descriptor) else None
            kept = kept or _copied(reader, root, writer)
        platform = Platform(os="windows", architecture="amd64", os_version=version)
        return replace(content, root=manifest, platforms=(platform,), original=kept)

    @hookimpl
    def save(
        self, images: Sequence[Held], destination: str, reader: Reader, context: Context
    ) -> Saved | None:
        """Write the original of one image, byte for byte."""
        (held,) = images
        original = held.content.original or held.content.root
        whole = replace(held.content, root=original)
        if isinstance(original, Descriptor) and not _has_wim(original, reader):
            raise NotSupported(
                f"{held.package} has no original file", hint="install it with --keep-original"
            )
        target = Path(destination)
        if target.exists() and not context.options["force"]:
            raise Exists(destination)
        with reader.open(_raw_root(whole, reader)) as file:
            data = file.read()
        target.write_bytes(data)
        roots = (original.digest,) if isinstance(original, Descriptor) else ()
        return Saved(location=destination, names=held.names, roots=roots, written=len(data))


def _packages(path: Path, source: str, context: Context) -> Iterator[Package]:
    mark = FileMark.of(path)
    with path.open("rb") as file:
        images, head = _head(file)
    for number, (name, version, _) in enumerate(images, start=1):
        if str(context.options.get("index", number)) != str(number):
            continue
        yield Package(
            id=PackageId(
                provider="windows-double",
                source=source,
                name=name,
                version=version,
                platform=Platform(os="windows", architecture="amd64", os_version=version),
            ),
            pin=FileStamp(files=(mark,), media_type=WIM, digest=head, selector=str(number)),
            publisher=str(context.options.get("publisher", "")),
        )


def _head(file: BinaryIO) -> tuple[list[tuple[str, str, int]], Digest]:
    start = file.read(len(MAGIC) + 4)
    if not start.startswith(MAGIC):
        raise WimError("the file is not of this format", hint="")
    (length,) = struct.unpack("<I", start[len(MAGIC) :])
    listed = file.read(min(length, 4096))
    return [(name, version, size) for name, version, size in json.loads(listed)], Digest.of(listed)


def _place(file: BinaryIO, root: Descriptor | FileStamp, context: Context) -> tuple[str, int, int]:
    """Return version, offset and length of the image that is meant."""
    images, _ = _head(file)
    offset = file.tell()
    asked = root.selector if isinstance(root, FileStamp) else context.options.get("index", "1")
    number = int(str(asked)) - 1
    return images[number][1], offset + sum(size for *_, size in images[:number]), images[number][2]


def _raw_root(content: Content, reader: Reader) -> Descriptor | FileStamp:
    """Return the file itself: of an artifact, its one layer."""
    root = content.root
    if isinstance(root, FileStamp) or not is_manifest(root.media_type):
        return root
    return Manifest.parse(reader.read(root)).layers[0]


def _has_wim(root: Descriptor, reader: Reader) -> bool:
    if not is_manifest(root.media_type):
        return root.media_type == WIM
    return Manifest.parse(reader.read(root)).artifact_type == WIM


def _layer(payload: IO[bytes], size: int, writer: Writer) -> Descriptor:
    with writer.compute(size + (1 << 20)) as computed:
        with tarfile.open(fileobj=_Sink(computed.write), mode="w|") as archive:
            member = tarfile.TarInfo("Files/payload.bin")
            member.size = size
            archive.addfile(member, payload)
        return computed.commit(OCI_LAYER)


class _Sink(io.RawIOBase):
    def __init__(self, write: object) -> None:
        self._write = write

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        self._write(data)  # type: ignore[operator]
        return len(data)  # type: ignore[arg-type]


def _manifest(layer: Descriptor, version: str, writer: Writer) -> Descriptor:
    platform = Platform(os="windows", architecture="amd64", os_version=version)
    config = ImageConfig.build(platform, [layer.digest])
    named = put(writer, config.raw, OCI_CONFIG)
    manifest = Manifest.build(named, [layer])
    return put(writer, manifest.raw, manifest.media_type)


def _copied(reader: Reader, root: Descriptor | FileStamp, writer: Writer) -> Descriptor:
    size = root.size
    with reader.open(root) as file, writer.compute(size) as computed:
        while piece := file.read(_PIECE):
            computed.write(piece)
        return computed.commit(WIM)


provider = WindowsDouble
