"""The end of a WIM file: metadata, blob table, XML, integrity table, and the header in front."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from ..tree import Node, WimImage
from ..wim_format.blob_table import pack_row
from ..wim_format.compression import Compression
from ..wim_format.header import HEADER_SIZE, Header, HeaderFlag
from ..wim_format.integrity import PIECE, IntegrityTable
from ..wim_format.resource_header import ResourceFlag, ResourceHeader
from .chunks import CHUNK
from .metadata import pack_tree, reparse_blobs
from .resources import ResourceWriter, SeekableOutput
from .xml_data import DescribedImage, pack_xml

__all__ = ["begin_file", "finish_file"]

_FLAGS: Final = {
    Compression.NONE: 0,
    Compression.XPRESS: int(HeaderFlag.COMPRESSED | HeaderFlag.XPRESS),
    Compression.LZX: int(HeaderFlag.COMPRESSED | HeaderFlag.LZX),
}
_METADATA: Final = int(ResourceFlag.METADATA)


def begin_file(out: SeekableOutput) -> None:
    """Leave room for the header; resources follow."""
    out.write(bytes(HEADER_SIZE))


def finish_file(
    out: SeekableOutput,
    resources: ResourceWriter,
    images: Sequence[tuple[WimImage, Node]],
    compression: Compression,
    check: Callable[[], None],
) -> int:
    """Write what stands behind the content of *images*, then the header; return the file's size.

    The file's GUID is made of what is in it.  *check* is called now and then while the file is
    read again for its integrity table.
    """
    references: Counter[bytes] = Counter()
    rows, described = [], []
    for image, root in images:
        for data in reparse_blobs(root).values():
            resources.add(iter([data]), len(data))
        packed = pack_tree(root)
        references += packed.references
        rows.append(pack_row(*resources.add_metadata(packed.data)))
        described.append(DescribedImage(image=image, sizes=packed.sizes))
    rows += (
        pack_row(place, sha1, references=references[sha1])
        for sha1, place in resources.blobs.items()
        if references[sha1]
    )
    table, xml = b"".join(rows), pack_xml(described, out.tell())
    table_header, xml_header = _put(out, table), _put(out, xml)
    integrity = IntegrityTable(
        piece=PIECE, hashes=list(_hashes(out, table_header.end, check))
    ).pack()
    out.seek(xml_header.end)
    header = Header(
        flags=_FLAGS[compression],
        chunk_size=0 if compression is Compression.NONE else CHUNK,
        guid=hashlib.sha256(table + xml).digest()[:16],
        images=len(images),
        table=table_header,
        xml=xml_header,
        integrity=_put(out, integrity),
    )
    size = out.tell()
    out.seek(0)
    out.write(header.pack())
    return size


def _put(out: SeekableOutput, data: bytes) -> ResourceHeader:
    """Write a table as it is; all of them are flagged as metadata, as Windows does."""
    offset = out.tell()
    out.write(data)
    return ResourceHeader(offset=offset, stored_size=len(data), size=len(data), flags=_METADATA)


def _hashes(out: SeekableOutput, end: int, check: Callable[[], None]) -> Sequence[bytes]:
    found = []
    out.seek(HEADER_SIZE)
    for start in range(HEADER_SIZE, end, PIECE):
        check()
        data = out.read(min(PIECE, end - start))
        found.append(hashlib.sha1(data, usedforsecurity=False).digest())
    return found
