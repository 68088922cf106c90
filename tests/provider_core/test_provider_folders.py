from __future__ import annotations

from pathlib import Path

from provider_core.provider_folders import provider_folders


def test_the_highest_number_is_in_use(tmp_path: Path) -> None:
    for name in ("acme.2", "acme.10", "acme", "zinc", "two.words.1", ".acme.11"):
        (tmp_path / name).mkdir()
    (tmp_path / "alum.1").touch()
    found = {one.name: one for one in provider_folders(tmp_path)}
    assert {name: one.path.name for name, one in found.items()} == {
        "acme": "acme.10",
        "zinc": "zinc",
        "two.words": "two.words.1",
    }
    assert [path.name for path in found["acme"].older] == ["acme", "acme.2"]
    assert found["acme"].next().name == "acme.11"
    assert found["zinc"].next().name == "zinc.1"


def test_no_folder_is_no_provider(tmp_path: Path) -> None:
    assert provider_folders(tmp_path / "absent") == ()
