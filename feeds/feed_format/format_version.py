"""The version of the feed format, and which versions this release reads.

Within a major version every reader reads every feed: minor versions only add fields that older
readers may ignore.  A new major version is refused.
"""

from __future__ import annotations

import re
from typing import Final

from provider_core.errors import NotSupported
from provider_core.oci import Node

__all__ = ["FORMAT", "FORMAT_KEY", "check_format"]

FORMAT: Final = "1.0"
"""What this release writes."""
FORMAT_KEY: Final = "format"
"""The key of every document of a feed that says its version."""

_VERSION = re.compile(r"([1-9]\d{0,3})\.(\d{1,4})", re.ASCII)


def check_format(node: Node) -> str:
    """Return the format version written in the document *node*, such as '1.0'.

    Raises NotSupported for another major version, DocumentError if none is written.
    """
    text = node.required(FORMAT_KEY, str)
    match = _VERSION.fullmatch(text)
    if match is None:
        raise node.error(f"{text[:32]!a} is no format version", FORMAT_KEY)
    if match[1] != FORMAT.partition(".")[0]:
        raise NotSupported(
            f"the feed has format {text}, this release reads {FORMAT.partition('.')[0]}.x",
            hint="use a newer release of ferry, or ask the publisher for a feed of this format",
            found=text,
            known=FORMAT,
        )
    return text
