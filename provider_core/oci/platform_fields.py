"""A platform among the fields of a document (OCI image-spec 1.1 image-index.md, config.md).

Descriptors keep them in an object of their own, configs at the top level, with the same keys.
"""

from __future__ import annotations

from typing import Final

from ..errors import DocumentError
from ..platforms import Platform
from .json_node import Node

__all__ = ["PLATFORM_KEYS", "platform_fields", "read_platform"]

PLATFORM_KEYS: Final = ("architecture", "os", "os.version", "os.features", "variant")


def read_platform(node: Node) -> Platform | None:
    """Return the platform written in *node*; None if neither os nor architecture is.

    Writers leave both empty for content that runs nowhere, such as signatures.

    Raises DocumentError for one without the other and for what `Platform` does not take.
    """
    system = node.optional("os", str, "")
    architecture = node.optional("architecture", str, "")
    variant = node.optional("variant", str, "")
    os_version = node.optional("os.version", str, "")
    if not system and not architecture:
        return None
    try:
        return Platform(
            os=system, architecture=architecture, variant=variant, os_version=os_version
        )
    except DocumentError as error:
        # Its path is the key itself, which has a dot of its own in 'os.version'.
        raise node.error(str(error.fields["reason"]), str(error.fields["path"])) from None


def platform_fields(platform: Platform | None) -> dict[str, object]:
    """Return the fields of *platform* that are not empty, as JSON values."""
    if platform is None:
        return {}
    fields = {
        "architecture": platform.architecture,
        "os": platform.os,
        "os.version": platform.os_version,
        "variant": platform.variant,
    }
    return {key: value for key, value in fields.items() if value}
