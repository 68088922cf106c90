"""What is in a file, from its header and XML alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from provider_core.digests import Digest

from ..codecs import best_codec
from ..tree import WimImage
from ..wim_format.header import Header
from ..wim_format.xml_data import MOST_XML, parse_xml
from .decoders import DecoderPool
from .part import Part
from .resources import read_resource

__all__ = ["Listing", "list_file"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a file says of itself without being read."""

    header: Header
    images: tuple[WimImage, ...]
    """What the XML says of the images, in order."""
    digest: Digest
    """SHA-256 of the header and the XML: two files with the same list have others."""


def list_file(stream: BinaryIO) -> Listing:
    """Read header and XML of the file, or of the part of a split set, in *stream*.

    Raises WimError for what is damaged, NotSupported for what is not read.
    """
    part = Part(stream)
    header = part.header
    pool = DecoderPool(best_codec())
    xml = read_resource(part, header.xml, pool, most=MOST_XML, where="XML")
    return Listing(
        header=header,
        images=parse_xml(xml, header.images),
        digest=Digest.of(part.head + xml),
    )
