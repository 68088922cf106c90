"""A config made from another: what stays, what changes, what was the container's."""

from __future__ import annotations

import json
from typing import Any

import pytest

from provider_core.digests import Digest
from provider_core.errors import DocumentError
from provider_core.oci import HistoryEntry, ImageConfig, RunChanges, derive_config
from provider_core.platforms import Platform

LINUX = Platform(os="linux", architecture="arm64", variant="v8")
OLD, NEW = Digest.of(b"old"), Digest.of(b"new")
STEP = HistoryEntry(created="2026-01-02T03:04:05Z", created_by="ferry new", author="Demo")


def _base(**fields: object) -> ImageConfig:
    document: dict[str, object] = {
        "os": "linux",
        "architecture": "arm64",
        "variant": "v8",
        "rootfs": {"type": "layers", "diff_ids": [str(OLD)]},
        "history": [{"created_by": "base"}],
        "config": {
            "Cmd": ["sh"],
            "Entrypoint": ["init"],
            "Env": ["PATH=/bin", "A=1"],
            "Labels": {"l": "1"},
            "ExposedPorts": {"80/tcp": {}},
            "StopSignal": "SIGINT",
            "Hostname": "abc",
        },
        "container": "abc",
        "container_config": {"Cmd": ["x"]},
        "x-unknown": [1],
        **fields,
    }
    return ImageConfig.parse(json.dumps(document).encode())


def _derived(changes: RunChanges, base: ImageConfig | None = None) -> dict[str, Any]:
    made = derive_config(base or _base(), LINUX, [NEW], step=STEP, changes=changes)
    document: dict[str, Any] = json.loads(made.raw)
    return document


def test_what_the_base_says_stays() -> None:
    made = _derived(RunChanges())
    assert made["config"] == {
        "Cmd": ["sh"],
        "Entrypoint": ["init"],
        "Env": ["PATH=/bin", "A=1"],
        "Labels": {"l": "1"},
        "ExposedPorts": {"80/tcp": {}},
        "StopSignal": "SIGINT",
    }
    assert made["x-unknown"] == [1]
    assert "container" not in made
    assert "container_config" not in made
    assert made["rootfs"]["diff_ids"] == [str(OLD), str(NEW)]
    assert made["history"] == [{"created_by": "base"}, STEP.as_json()]
    assert (made["created"], made["author"]) == ("2026-01-02T03:04:05Z", "Demo")


def test_an_entrypoint_takes_the_bases_command_away() -> None:
    run = _derived(RunChanges(entrypoint=("run",)))["config"]
    assert run["Entrypoint"] == ["run"]
    assert "Cmd" not in run
    run = _derived(RunChanges(entrypoint=(), cmd=("a", "b")))["config"]
    assert (run["Entrypoint"], run["Cmd"]) == ([], ["a", "b"])


def test_variables_and_labels_join_the_bases() -> None:
    changes = RunChanges(env={"A": "2", "B": "x=y"}, labels={"m": ""}, working_dir="/w", user="7:8")
    run = _derived(changes)["config"]
    assert run["Env"] == ["PATH=/bin", "A=2", "B=x=y"]
    assert run["Labels"] == {"l": "1", "m": ""}
    assert (run["WorkingDir"], run["User"]) == ("/w", "7:8")


def test_without_a_base() -> None:
    made = derive_config(None, LINUX, [NEW], step=STEP, changes=RunChanges(cmd=("x",)))
    assert made.platform == LINUX
    assert made.diff_ids == (NEW,)
    assert made.cmd == ("x",)
    assert [entry.created_by for entry in made.history] == ["ferry new"]


def test_a_history_that_was_not_told_is_not_begun() -> None:
    """Engines count its steps against the layers."""
    made = _derived(RunChanges(), _base(history=[]))
    assert made["history"] == []


def test_the_same_is_the_same() -> None:
    one, other = (
        derive_config(_base(), LINUX, [NEW], step=STEP, changes=RunChanges()) for _ in "ab"
    )
    assert one.raw == other.raw


def test_what_could_not_be_read_again_is_not_made() -> None:
    with pytest.raises(DocumentError):
        derive_config(None, LINUX, [NEW] * 1001, step=STEP, changes=RunChanges())
