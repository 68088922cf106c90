"""The installer of a kit: before or after, never between; and back again."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from provider_core.kit import installer

from ...support.wheels import list_sums
from .kits import install, says, small_kit

pytestmark = pytest.mark.skipif(os.name == "nt", reason="install.sh is for the others")


@pytest.fixture(scope="module")
def kits(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return the kits of two versions."""
    folder = tmp_path_factory.mktemp("kits")
    return small_kit(folder / "first kit", "1.0"), small_kit(folder / "second", "1.1")


@pytest.fixture
def damaged(kits: tuple[Path, Path], tmp_path: Path) -> Path:
    """Return a copy of the second kit, to be damaged."""
    return Path(shutil.copytree(kits[1], tmp_path / "damaged"))


@pytest.fixture(scope="module")
def first(kits: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a prefix with the first version, to be copied."""
    prefix = tmp_path_factory.mktemp("prefix") / "it's here"
    ran = install(kits[0], prefix)
    assert ran.returncode == 0, ran.stderr
    return prefix


@pytest.fixture
def prefix(first: Path) -> Iterator[Path]:
    """Return the prefix with the first version, which a test may change."""
    saved = first.with_name("saved")
    shutil.copytree(first, saved)
    yield first
    shutil.rmtree(first)
    saved.rename(first)


def everything(prefix: Path) -> set[str]:
    return {str(path.relative_to(prefix)) for path in prefix.rglob("*") if ".pyc" not in path.name}


def test_it_upgrades_and_goes_back(kits: tuple[Path, Path], prefix: Path) -> None:
    assert says(prefix, "a b", "*") == "1.0 a b *"
    assert install(kits[1], prefix).returncode == 0
    assert says(prefix) == "1.1"
    back = install(kits[0], prefix, "--rollback")
    assert (back.returncode, says(prefix)) == (0, "1.0")
    assert back.stdout.startswith("ferry 1.0-")
    assert install(kits[1], prefix).returncode == 0  # it is there already
    assert says(prefix) == "1.1"


def test_a_version_can_go_back_without_a_kit(kits: tuple[Path, Path], prefix: Path) -> None:
    assert install(kits[1], prefix).returncode == 0
    version = (prefix / "current").read_text().splitlines()[0]
    kept = prefix / "versions" / version
    assert installer.main(["--prefix", str(prefix), "--rollback"]) == 0
    assert (kept / "install.py").exists()
    assert says(prefix) == "1.0"


def test_before_the_first_version_there_is_none(kits: tuple[Path, Path], prefix: Path) -> None:
    ran = install(kits[0], prefix, "--rollback")
    assert (ran.returncode, says(prefix)) == (3, "1.0")
    assert "there is no version before this one" in ran.stderr


@pytest.mark.parametrize("name", ["wheels/imageferry-1.1-py3-none-any.whl", "install.py"])
def test_a_damaged_kit_is_refused_by_the_shell(name: str, damaged: Path, prefix: Path) -> None:
    before = everything(prefix)
    with (damaged / name).open("ab") as file:
        file.write(b"#")
    ran = install(damaged, prefix)
    assert (ran.returncode, says(prefix)) == (4, "1.0")
    assert "damaged" in ran.stderr
    assert everything(prefix) == before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda kit: (kit / "wheels/imageferry-1.1-py3-none-any.whl").write_bytes(b""), "damaged"),
        (lambda kit: (kit / "requirements.txt").unlink(), "missing"),
        (lambda kit: (kit / "wheels/more-1-py3-none-any.whl").touch(), "does not belong"),
    ],
)
def test_a_damaged_kit_is_refused_without_sha256sum(
    change: object, said: str, damaged: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert callable(change)
    change(damaged)
    with pytest.raises(installer.Refused, match=said) as caught:
        installer._check_sums(damaged)
    assert caught.value.code == 4


def test_a_wheel_that_was_exchanged_with_its_hash_is_refused_by_pip(
    damaged: Path, prefix: Path
) -> None:
    wheel = damaged / "wheels/imageferry-1.1-py3-none-any.whl"
    wheel.write_bytes(wheel.read_bytes() + b"#")
    list_sums(damaged)
    before = everything(prefix)
    ran = install(damaged, prefix)
    assert (ran.returncode, says(prefix)) == (4, "1.0")
    assert everything(prefix) == before


def test_a_version_that_does_not_start_is_not_used(tmp_path: Path, prefix: Path) -> None:
    before = everything(prefix)
    ran = install(small_kit(tmp_path / "broken", "2.0", code=1), prefix)
    assert (ran.returncode, says(prefix)) == (1, "1.0")
    assert "does not start here" in ran.stderr
    assert everything(prefix) == before


@pytest.mark.parametrize("step", ["_pip", "_try", "_use", "_write_launcher", "_replace"])
def test_whenever_it_is_interrupted_one_version_is_whole(
    step: str, kits: tuple[Path, Path], prefix: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installer, "__file__", str(kits[1] / "install.py"))
    with monkeypatch.context() as patch:
        patch.setattr(installer, step, _interrupted)
        with pytest.raises(KeyboardInterrupt):
            installer.main(["--prefix", str(prefix)])
    assert says(prefix) == "1.0"
    assert installer.main(["--prefix", str(prefix)]) == 0
    assert says(prefix) == "1.1"


def _interrupted(*arguments: object, **more: object) -> None:
    raise KeyboardInterrupt


def test_what_a_killed_installer_left_goes(kits: tuple[Path, Path], prefix: Path) -> None:
    left = prefix / "versions" / ".new-killed"
    left.mkdir()
    assert install(kits[1], prefix).returncode == 0
    assert not left.exists()


def test_two_installers_do_not_meet(kits: tuple[Path, Path], prefix: Path) -> None:
    with installer._locked(prefix):
        ran = install(kits[1], prefix)
    assert (ran.returncode, says(prefix)) == (6, "1.0")


@pytest.mark.parametrize(
    ("field", "value"), [("python", "3.99"), ("system", "Plan9"), ("machine", "vax"), ("format", 9)]
)
def test_a_kit_for_another_machine_is_refused(
    field: str, value: object, kits: tuple[Path, Path]
) -> None:
    facts = json.loads((kits[0] / "kit.json").read_text())
    with pytest.raises(installer.Refused) as caught:
        installer._check_machine({**facts, field: value})
    assert caught.value.code == 2


def test_three_versions_are_kept(prefix: Path) -> None:
    for number in range(4):
        version = f"9.{number}"
        (prefix / "versions" / version).mkdir()
        installer._use(prefix, [version, *installer._versions(prefix)])
    assert {path.name for path in (prefix / "versions").iterdir()} == {"9.1", "9.2", "9.3"}


def test_without_the_right_python_nothing_is_done(kits: tuple[Path, Path], tmp_path: Path) -> None:
    script = kits[0] / "install.sh"
    other = Path(shutil.copytree(kits[0], tmp_path / "other"))
    here = f"{sys.version_info[0]}.{sys.version_info[1]}"
    (other / "install.sh").write_text(script.read_text().replace(here, "3.99"))
    list_sums(other)
    ran = install(other, tmp_path / "prefix")
    assert ran.returncode == 2
    assert "Python 3.99 was not found" in ran.stderr
    assert not (tmp_path / "prefix").exists()
