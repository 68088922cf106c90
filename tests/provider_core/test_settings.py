from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_core.errors import StoreError, UsageError
from provider_core.settings import (
    Layer,
    Settings,
    environment_layer,
    file_layer,
    merge,
    origins,
)
from provider_core.settings_file import write_settings

texts = st.text(max_size=20).filter(lambda text: text.strip() == text and text and "," not in text)
values = st.fixed_dictionaries(
    {},
    optional={
        "offline": st.booleans(),
        "jobs": st.integers(1, 99),
        "gc_grace": st.floats(0, 1e9),
        "disabled_providers": st.lists(texts, max_size=3).map(tuple),
    },
)


def test_the_later_layer_wins() -> None:
    layers = (
        Layer(origin="user", values={"jobs": 2, "offline": True}),
        Layer(origin="flag", values={"jobs": 7}),
    )
    settings = merge(layers)
    assert (settings.jobs, settings.offline) == (7, True)
    found = {setting.name: setting.origin for setting in origins(layers)}
    assert (found["jobs"], found["offline"], found["gc_grace"]) == ("flag", "user", "default")


def test_an_absent_file_sets_nothing(tmp_path: Path) -> None:
    assert merge([file_layer("home", tmp_path / "none.toml")]) == Settings()


@given(values)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, said: dict[str, Any]
) -> None:
    path = tmp_path_factory.mktemp("config") / "config.toml"
    write_settings(path, said)
    assert dict(file_layer("home", path).values) == said


def test_the_environment_is_read_as_text() -> None:
    layer = environment_layer(
        {"FERRY_JOBS": "9", "FERRY_OFFLINE": "yes", "FERRY_PLATFORMS": "linux/amd64, linux/arm64"}
    )
    assert dict(layer.values) == {
        "jobs": 9,
        "offline": True,
        "platforms": ("linux/amd64", "linux/arm64"),
    }


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("JOBS", "many"),
        ("LIMIT_RATE", "1M"),
        ("JOBS", "-1"),
        ("JOBS", "0"),
        ("JOBS", "1.5"),
        ("JOBS", "inf"),
        ("JOBS", "1" + 400 * "0"),
        ("OFFLINE", "perhaps"),
        ("GC_GRACE", ""),
        ("GC_GRACE", "nan"),
    ],
)
def test_a_value_that_cannot_be_read_names_its_place(name: str, text: str) -> None:
    with pytest.raises(UsageError, match=f"FERRY_{name}") as caught:
        environment_layer({f"FERRY_{name}": text})
    assert "could not convert" not in caught.value.message


@pytest.mark.parametrize(
    "document",
    [
        "jobs = [",
        "nonsense = 1",
        "jobs = true",
        "platforms = [1]",
        "\x00",
        "jobs = nan",
        "jobs = inf",
        "gc_grace = nan",
        "gc_grace = inf",
    ],
)
def test_a_bad_file_is_named(tmp_path: Path, document: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(document)
    with pytest.raises(UsageError, match=r"config\.toml"):
        file_layer("home", path)


def test_a_folder_in_its_place_is_named(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.mkdir()
    with pytest.raises(StoreError, match=r"config\.toml cannot be read"):
        file_layer("home", path)


def test_a_file_that_cannot_be_written_stays_as_it_was(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        write_settings(tmp_path / "no folder" / "config.toml", {"jobs": 1})
    assert list(tmp_path.iterdir()) == []


def test_proxies_come_from_where_every_program_finds_them() -> None:
    usual = {"https_proxy": "http://a:1", "HTTP_PROXY": "b:2", "no_proxy": "c, .d"}
    assert environment_layer(usual).values == {
        "http_proxy": "http://b:2",
        "https_proxy": "http://a:1",
        "no_proxy": ("c", ".d"),
    }
    own = {**usual, "FERRY_HTTPS_PROXY": "http://e:3"}
    assert environment_layer(own).values["https_proxy"] == "http://e:3"


def test_a_proxys_password_is_not_shown() -> None:
    layer = environment_layer({"https_proxy": "http://user:hidden@a:1"})
    assert merge([layer]).https_proxy == "http://user:hidden@a:1"
    shown = {setting.name: setting.value for setting in origins([layer])}
    assert shown["https_proxy"] == "http://a:1"
    assert "hidden" not in repr(shown)
