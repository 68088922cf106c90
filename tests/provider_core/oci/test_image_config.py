from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from provider_core.digests import Digest
from provider_core.oci import HistoryEntry, ImageConfig
from provider_core.platforms import Platform

from .conftest import Refused

DIFF_IDS = (Digest.of(b"base"), Digest.of(b"top"))
WINDOWS = Platform(os="windows", architecture="amd64", os_version="10.0.17763.1999")


def document(changes: Mapping[str, object]) -> bytes:
    """Return the smallest valid config with fields as given."""
    fields = {
        "os": "linux",
        "architecture": "amd64",
        "rootfs": {"type": "layers", "diff_ids": [str(DIFF_IDS[0])]},
    }
    return json.dumps({**fields, **changes}).encode()


def test_every_field_comes_back() -> None:
    history = (
        HistoryEntry(created="2024-01-01T00:00:00Z", created_by="ADD x", comment="c", author="a"),
        HistoryEntry(created_by="ENV A=b", empty_layer=True),
    )
    built = ImageConfig.build(
        WINDOWS,
        DIFF_IDS,
        created="2024-01-02T03:04:05Z",
        history=history,
        cmd=["-c", "true"],
        entrypoint=["cmd.exe"],
        env=["PATH=C:\\"],
        labels={"vendor": "Sample"},
        working_dir="C:\\app",
        user="ContainerUser",
        os_features=["win32k"],
        author="ü",
    )
    assert built.platform == WINDOWS
    assert built.diff_ids == DIFF_IDS
    assert built.created == "2024-01-02T03:04:05Z"
    assert built.history == history
    assert (built.entrypoint, built.cmd) == (("cmd.exe",), ("-c", "true"))
    assert built.env == ("PATH=C:\\",)
    assert built.labels == {"vendor": "Sample"}
    assert (built.working_dir, built.user, built.author) == ("C:\\app", "ContainerUser", "ü")
    assert built.os_features == ("win32k",)
    assert ImageConfig.parse(built.raw) == built


def test_built_bytes_are_canonical_and_free_of_the_clock() -> None:
    built = ImageConfig.build(Platform(os="linux", architecture="arm64", variant="v8"), DIFF_IDS)
    assert (
        built.raw
        == (
            '{"architecture":"arm64","os":"linux",'
            f'"rootfs":{{"diff_ids":["{DIFF_IDS[0]}","{DIFF_IDS[1]}"],"type":"layers"}},'
            '"variant":"v8"}'
        ).encode()
    )


def test_the_image_id_is_the_digest_of_the_bytes() -> None:
    data = document({}) + b"\n"
    assert ImageConfig.parse(data).raw == data
    assert ImageConfig.parse(data).digest == Digest.of(data)


def test_what_is_absent_is_empty() -> None:
    config = ImageConfig.parse(document({}))
    assert (config.created, config.author, config.user, config.working_dir) == ("", "", "", "")
    assert config.history == ()
    assert config.cmd == config.entrypoint == config.env == config.os_features == ()
    assert config.labels == {}


def test_null_and_unknown_fields_are_tolerated() -> None:
    run: dict[str, object] = {
        "Cmd": None,
        "Entrypoint": None,
        "Labels": None,
        "ExposedPorts": {"80/tcp": {}},
        "OnBuild": None,
    }
    docker = {"config": run, "container": "", "docker_version": "27", "history": None, "id": 1}
    config = ImageConfig.parse(document(docker))
    assert config.cmd == ()
    assert config.labels == {}
    assert ImageConfig.parse(document({"config": None})).cmd == ()


def test_labels_are_read_only() -> None:
    config = ImageConfig.parse(document({"config": {"Labels": {"A": "1", "a": "2"}}}))
    assert config.labels == {"A": "1", "a": "2"}
    with pytest.raises(TypeError):
        config.labels["b"] = "3"  # type: ignore[index]


@pytest.mark.parametrize("empty", ["", None])
def test_a_platform_left_empty_is_unknown(empty: object) -> None:
    assert ImageConfig.parse(document({"os": empty, "architecture": empty})).platform is None


@pytest.mark.parametrize(
    ("changes", "path", "reason"),
    [
        ({"os": None}, "os", "letters"),
        ({"architecture": ""}, "architecture", "letters"),
        ({"os.version": "\x1b"}, '["os.version"]', "letters"),
        ({"variant": 7}, "variant", "a string is expected"),
        ({"os.features": "win32k"}, '["os.features"]', "an array is expected"),
        ({"Architecture": "arm"}, "Architecture", "spelled 'architecture'"),
        ({"created": 1}, "created", "a string is expected"),
        ({"rootfs": None}, "rootfs", "missing"),
        ({"rootfs": {"type": "layers"}}, "rootfs.diff_ids", "missing"),
        ({"rootfs": {"diff_ids": [], "diff_Ids": []}}, "rootfs.diff_Ids", "spelled"),
        ({"rootfs": {"type": "tapes", "diff_ids": []}}, "rootfs.type", "'tapes' is not"),
        ({"rootfs": {"diff_ids": ["x"]}}, "rootfs.diff_ids[0]", "algorithm"),
        ({"rootfs": {"diff_ids": [str(DIFF_IDS[0])] * 1001}}, "rootfs.diff_ids", "1001 entries"),
        ({"config": []}, "config", "an object is expected"),
        ({"config": {"Cmd": "sh"}}, "config.Cmd", "an array is expected"),
        ({"config": {"Env": ["A=b", 1]}}, "config.Env[1]", "a string is expected"),
        ({"config": {"cmd": ["sh"]}}, "config.cmd", "spelled 'Cmd'"),
        ({"config": {"Labels": {"a": {}}}}, "config.Labels.a", "a string is expected"),
        ({"config": {"Labels": dict.fromkeys(map(str, range(1001)), "")}}, "config.Labels", "1001"),
        ({"config": {"User": 0}}, "config.User", "a string is expected"),
        ({"history": [{}] * 2001}, "history", "2001 entries, at most 2000"),
        ({"history": [{}, {"empty_layer": "true"}]}, "history[1].empty_layer", "true or false"),
        ({"history": [{"Created_By": "x"}]}, "history[0].Created_By", "spelled"),
    ],
)
def test_refuses(changes: dict[str, object], path: str, reason: str, refused: Refused) -> None:
    with refused(path, reason):
        ImageConfig.parse(document(changes))


def test_counts_at_their_limits_pass() -> None:
    built = ImageConfig.build(
        WINDOWS, [DIFF_IDS[0]] * 1000, history=[HistoryEntry(empty_layer=True)] * 2000
    )
    assert (len(built.diff_ids), len(built.history)) == (1000, 2000)


def test_build_refuses_what_would_not_be_read(refused: Refused) -> None:
    with refused("rootfs.diff_ids", "1001 entries"):
        ImageConfig.build(WINDOWS, [DIFF_IDS[0]] * 1001)
    with refused("", "lone surrogate"):
        ImageConfig.build(WINDOWS, DIFF_IDS, author="\udc80")
