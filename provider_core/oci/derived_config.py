"""The config of an image that is made from another one, or from nothing (config.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from ..digests import Digest
from ..platforms import Platform
from .image_config import ImageConfig
from .image_history import HistoryEntry
from .json_document import dump_json, parse_json
from .platform_fields import platform_fields

__all__ = ["RunChanges", "derive_config"]

_OF_THE_CONTAINER = ("container", "container_config", "docker_version", "id", "parent", "throwaway")
"""What Docker and Podman write about the container that an image was made of."""
_KNOWN_RUN = ("Hostname", "Domainname", "Image")
"""Of the container too, inside `config`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunChanges:
    """What of the way to run it differs from the base; None and () leave it alone."""

    entrypoint: tuple[str, ...] | None = None
    """Without *cmd* it takes the base's away, as in a Dockerfile."""
    cmd: tuple[str, ...] | None = None
    env: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Variables to set, others stay."""
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Labels to set, others stay."""
    working_dir: str | None = None
    user: str | None = None


def derive_config(
    base: ImageConfig | None,
    platform: Platform,
    layers: Sequence[Digest],
    *,
    step: HistoryEntry,
    changes: RunChanges,
) -> ImageConfig:
    """Return the config of *base* with *layers* (diff_ids) on top; of *layers* alone without.

    What *base* says besides stays, fields that are not known here too.  The image is created
    when *step* was.  Raises DocumentError if it would not be read again.
    """
    document = parse_json(base.raw, what="image config") if base else {}
    for key in _OF_THE_CONTAINER:
        document.pop(key, None)
    before = base.diff_ids if base else ()
    history = [entry.as_json() for entry in base.history] if base else []
    if history or not before:  # a history that does not begin at the bottom would be wrong
        history.append(step.as_json())
    run = _changed(cast("dict[str, object]", document.get("config") or {}), base, changes)
    document |= {
        **platform_fields(platform),
        "config": run,
        "created": step.created,
        "history": history,
        "rootfs": {"type": "layers", "diff_ids": [str(one) for one in (*before, *layers)]},
    }
    if step.author:
        document["author"] = step.author
    return ImageConfig.parse(dump_json(document))


def _changed(
    run: Mapping[str, object], base: ImageConfig | None, changes: RunChanges
) -> dict[str, object]:
    changed = {key: value for key, value in run.items() if key not in _KNOWN_RUN}
    if changes.entrypoint is not None:
        changed |= {"Entrypoint": list(changes.entrypoint), "Cmd": None}
    if changes.cmd is not None:
        changed["Cmd"] = list(changes.cmd)
    if changes.env:
        known = dict(entry.partition("=")[::2] for entry in (base.env if base else ()))
        changed["Env"] = [f"{name}={value}" for name, value in {**known, **changes.env}.items()]
    if changes.labels:
        changed["Labels"] = {**(base.labels if base else {}), **changes.labels}
    if changes.working_dir is not None:
        changed["WorkingDir"] = changes.working_dir
    if changes.user is not None:
        changed["User"] = changes.user
    return {key: value for key, value in changed.items() if value is not None}
