"""What pip's failures mean; nothing here reaches an index."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from provider_core.cancel import CancelToken
from provider_core.errors import Cancelled, Error, NotFoundError, TransportError
from provider_core.wheels.facts import Wheel, wheels_in
from provider_core.wheels.pip import build_wheel, download, install_offline
from provider_core.wheels.target import Target

from ...support.wheels import ACME, write_wheel


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take this machine's own settings from pip."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)


def test_markers_of_the_target_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf, folder = tmp_path / "shelf", tmp_path / "fetched"
    shelf.mkdir()
    write_wheel(shelf, "alum", "1", "zinc; sys_platform == 'win32'", "lead; os_name == 'posix'")
    for name in ("zinc", "lead"):
        write_wheel(shelf, name, "1")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf))
    download(["alum"], folder, Target.of("windows/amd64", "3.12"), CancelToken())
    assert [wheel.facts.name for wheel in wheels_in(folder)] == ["alum", "zinc"]


def test_what_no_index_has_is_not_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(NotFoundError, match=r"no wheel for Python 3\.12 on linux/arm64") as caught:
        download(["zinc"], tmp_path, Target.of("linux/arm64", "3.12"), CancelToken())
    assert "PIP_FIND_LINKS" in caught.value.hint


def test_an_index_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    with pytest.raises(TransportError, match="no package index could be reached") as caught:
        download(["zinc"], tmp_path, Target.of(), CancelToken())
    assert "PIP_INDEX_URL" in caught.value.hint


def test_what_was_changed_since_it_was_hashed_is_refused(tmp_path: Path) -> None:
    wheel = Wheel.read(write_wheel(tmp_path, "alum", "1"))
    with zipfile.ZipFile(wheel.path, "a") as archive:
        archive.writestr("alum.py", "import os")
    with pytest.raises(Error, match="pip failed"):
        install_offline(wheel.requirement, tmp_path, tmp_path / "lib", CancelToken())
    assert not (tmp_path / "lib" / "alum.py").exists()


def test_a_project_is_left_as_it_was(tmp_path: Path) -> None:
    before = {path for path in ACME.rglob("*") if "__pycache__" not in path.parts}
    build_wheel(ACME, tmp_path, CancelToken())
    assert {path for path in ACME.rglob("*") if "__pycache__" not in path.parts} == before
    assert [path.name for path in tmp_path.iterdir()] == ["imageferry_acme-1.0.0-py3-none-any.whl"]


def test_what_cannot_be_built_is_told(tmp_path: Path) -> None:
    with pytest.raises(Error, match="no wheel could be made"):
        build_wheel(tmp_path, tmp_path, CancelToken())


def test_it_can_be_stopped(tmp_path: Path) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        download(["zinc"], tmp_path, Target.of(), cancel)
