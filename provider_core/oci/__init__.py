"""OCI and Docker documents: bytes in, checked values out, and back; pure and bounded.

Whatever comes from a registry, an archive or a folder passes here before anything believes it.
The only error is DocumentError, with the path into the document.  Constants and small helpers are
in the modules `media_types`, `annotations` and `layout`.
"""

# No `from __future__ import annotations` here: it would hide the module of that name.
from typing import TYPE_CHECKING

from ..lazy import lazy_names

if TYPE_CHECKING:
    from .derived_config import RunChanges, derive_config
    from .descriptor import Descriptor
    from .image_config import ImageConfig
    from .image_history import HistoryEntry
    from .index import Index
    from .json_document import DOCUMENT_LIMIT, dump_json, parse_json, read_document
    from .json_node import Node
    from .manifest import Manifest
    from .roots import parse_root

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "derived_config": ("RunChanges", "derive_config"),
        "descriptor": ("Descriptor",),
        "image_config": ("ImageConfig",),
        "image_history": ("HistoryEntry",),
        "index": ("Index",),
        "json_document": (
            "DOCUMENT_LIMIT",
            "dump_json",
            "parse_json",
            "read_document",
        ),
        "json_node": ("Node",),
        "manifest": ("Manifest",),
        "roots": ("parse_root",),
    },
)

__all__ = [
    "DOCUMENT_LIMIT",
    "Descriptor",
    "HistoryEntry",
    "ImageConfig",
    "Index",
    "Manifest",
    "Node",
    "RunChanges",
    "derive_config",
    "dump_json",
    "parse_json",
    "parse_root",
    "read_document",
]
