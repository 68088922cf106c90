from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_archive.docker_images import DockerImage, parse_docker_index, read_config
from provider_archive.holders import ArchiveHolder
from provider_archive.tar_table import read_table
from provider_core.errors import DigestMismatch, DocumentError

from ...support.images import make_image, tar_of

IMAGE = make_image("a", "b")
CONFIG = IMAGE.blobs[IMAGE.image_id]


def entry(**fields: Any) -> dict[str, Any]:
    return {"Config": "c.json", "RepoTags": ["a:1"], "Layers": ["l/layer.tar"], **fields}


def parse(*entries: Any) -> tuple[DockerImage, ...]:
    return parse_docker_index(json.dumps(list(entries)).encode())


def test_it_lists_images() -> None:
    assert parse(entry(), entry(RepoTags=None, Layers=[])) == (
        DockerImage(config="c.json", tags=("a:1",), layers=("l/layer.tar",)),
        DockerImage(config="c.json", tags=(), layers=()),
    )
    assert parse() == ()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "JSON"),
        (b"{}", "array"),
        (b"[1]", "object"),
        (b'[{"Config":"c","Layers":[]}],"more":1', "one list"),
        (b'[{"Config":"c","Layers":[]}],"images":[{}]', "twice"),
        (b'[{"Config":"c","Config":"d","Layers":[]}]', "twice"),
        (b'[{"config":"c","Layers":[]}]', "spelled"),
        (b'[{"Config":1,"Layers":[]}]', "string"),
        (b'[{"Layers":[]}]', "missing"),
        (json.dumps([entry(Layers=["x"] * 1001)]).encode(), "1000"),
        (b"[" * 100_000, "nested"),
    ],
)
def test_what_breaks_the_format_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(DocumentError, match=reason):
        parse_docker_index(data)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_list_or_our_error(data: bytes) -> None:
    try:
        parse_docker_index(data)
    except DocumentError:
        return


def holder(name: str, body: bytes) -> ArchiveHolder:
    data = tar_of([(name, body)])
    table = read_table(io.BytesIO(data), len(data))
    assert table is not None
    return ArchiveHolder(Path("x.tar"), io.BytesIO(data), table)


def docker(config: str, layers: int = 2) -> DockerImage:
    return DockerImage(config=config, tags=(), layers=("l/layer.tar",) * layers)


def test_the_config_is_kept_byte_for_byte() -> None:
    name = f"{IMAGE.image_id.hex}.json"
    config, descriptor = read_config(holder(name, CONFIG), docker(name))
    assert config.raw == CONFIG
    assert descriptor.digest == IMAGE.image_id


@pytest.mark.parametrize("name", ["config.json", "sha256:" + "0" * 63])
def test_a_config_may_have_another_name(name: str) -> None:
    assert read_config(holder(name, CONFIG), docker(name))[0].raw == CONFIG


@pytest.mark.parametrize(
    "name", ["0" * 64 + ".json", "sha256:" + "0" * 64, "blobs/sha256/" + "0" * 64]
)
def test_a_config_that_is_not_what_its_name_says_is_refused(name: str) -> None:
    with pytest.raises(DigestMismatch):
        read_config(holder(name, CONFIG), docker(name))


def test_layers_and_diff_ids_must_be_as_many() -> None:
    with pytest.raises(DocumentError, match="3 layers"):
        read_config(holder("c.json", CONFIG), docker("c.json", layers=3))


def test_a_missing_config_is_named() -> None:
    with pytest.raises(DocumentError, match="missing"):
        read_config(holder("x", b""), docker("c.json"))
