"""Image configs: what an image is made of and how it starts (OCI image-spec 1.1 config.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from ..digests import Digest
from ..platforms import Platform
from .image_history import HistoryEntry
from .json_document import dump_json, read_document
from .json_node import Node
from .platform_fields import PLATFORM_KEYS, platform_fields, read_platform
from .remembering import remembering

__all__ = ["ImageConfig"]

_WHAT = "image config"
_TOP_KEYS = (*PLATFORM_KEYS, "created", "author", "config", "rootfs", "history")
_ROOTFS_KEYS = ("type", "diff_ids")
_RUN_KEYS = ("Cmd", "Entrypoint", "Env", "Labels", "User", "WorkingDir")
_DIFF_ID_LIMIT = 1_000
_HISTORY_LIMIT = 2_000
_LABEL_LIMIT = 1_000
_WORD_LIMIT = 10_000
_FEATURE_LIMIT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageConfig:
    """One image's config; made by `parse` or `build`."""

    raw: bytes
    """The document as it came; its hash is the image id."""
    platform: Platform | None
    """What it runs on; None where the document leaves it empty (signatures do)."""
    created: str
    """When, RFC 3339 as written, not checked; '' if unknown."""
    author: str
    """Who made it, foreign text; '' if unknown."""
    diff_ids: tuple[Digest, ...]
    """Digests of the uncompressed layers, base first."""
    history: tuple[HistoryEntry, ...]
    """Steps of the build, first to last; () if not recorded."""
    labels: Mapping[str, str] = field(hash=False)
    """Labels; read-only."""
    entrypoint: tuple[str, ...]
    """Command that is always run, word by word."""
    cmd: tuple[str, ...]
    """Default arguments of the entrypoint, or the command."""
    env: tuple[str, ...]
    """Environment, 'NAME=value'."""
    working_dir: str
    """Folder the command starts in; '' for the root."""
    user: str
    """Who runs it; '' for the system's default."""
    os_features: tuple[str, ...]
    """What it needs of the system ('win32k'), as written."""

    @classmethod
    def parse(cls, data: bytes) -> ImageConfig:
        """Read a config of at most 4 MiB; unknown fields are ignored.

        Raises DocumentError, with the path, for what `parse_json` refuses, missing diff_ids,
        more than 1,000 diff_ids or 2,000 steps of history, and fields not of their kind.
        """
        return _read(data)

    @classmethod
    def build(
        cls,
        platform: Platform,
        diff_ids: Sequence[Digest],
        *,
        created: str = "",
        history: Sequence[HistoryEntry] = (),
        cmd: Sequence[str] = (),
        entrypoint: Sequence[str] = (),
        env: Sequence[str] = (),
        labels: Mapping[str, str] | None = None,
        working_dir: str = "",
        user: str = "",
        os_features: Sequence[str] = (),
        author: str = "",
    ) -> ImageConfig:
        """Return a new config in the form of `dump_json`: same arguments, same bytes.

        Nothing comes from the clock: *created* is written if given.

        Raises DocumentError if it would not be read again.
        """
        run = {
            "Cmd": list(cmd),
            "Entrypoint": list(entrypoint),
            "Env": list(env),
            "Labels": dict(labels or {}),
            "User": user,
            "WorkingDir": working_dir,
        }
        optional = {
            "author": author,
            "config": _filled(run),
            "created": created,
            "history": [entry.as_json() for entry in history],
            "os.features": list(os_features),
        }
        rootfs = {"type": "layers", "diff_ids": list(map(str, diff_ids))}
        return cls.parse(
            dump_json({**platform_fields(platform), **_filled(optional), "rootfs": rootfs})
        )

    @property
    def digest(self) -> Digest:
        """SHA-256 of the document: the image id."""
        return Digest.of(self.raw)


@remembering
def _read(data: bytes) -> ImageConfig:
    node = read_document(data, what=_WHAT)
    node.exact_case(_TOP_KEYS)
    run = node.child("config") or Node({}, what=_WHAT)
    run.exact_case(_RUN_KEYS)
    history = node.array("history", limit=_HISTORY_LIMIT)
    return ImageConfig(
        raw=data,
        platform=read_platform(node),
        created=node.optional("created", str, ""),
        author=node.optional("author", str, ""),
        diff_ids=_diff_ids(node),
        history=tuple(map(HistoryEntry.from_node, history)),
        labels=MappingProxyType(run.string_map("Labels", limit=_LABEL_LIMIT)),
        entrypoint=run.strings("Entrypoint", limit=_WORD_LIMIT),
        cmd=run.strings("Cmd", limit=_WORD_LIMIT),
        env=run.strings("Env", limit=_WORD_LIMIT),
        working_dir=run.optional("WorkingDir", str, ""),
        user=run.optional("User", str, ""),
        os_features=node.strings("os.features", limit=_FEATURE_LIMIT),
    )


def _diff_ids(node: Node) -> tuple[Digest, ...]:
    rootfs = node.required_child("rootfs")
    rootfs.exact_case(_ROOTFS_KEYS)
    kind = rootfs.optional("type", str, "layers")
    if kind != "layers":
        raise rootfs.error(f"{kind[:64]!a} is not 'layers'", "type")
    if not rootfs.has("diff_ids"):
        raise rootfs.error("it is missing", "diff_ids")
    return rootfs.digests("diff_ids", limit=_DIFF_ID_LIMIT)


def _filled(fields: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in fields.items() if value}
