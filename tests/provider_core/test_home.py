from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from provider_core.errors import Locked, StoreError, UsageError
from provider_core.home import SYSTEM_HOME, Home, default_home, layers


def test_nothing_is_made_before_it_is_needed(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    assert home.catalog.parent == home.root
    assert not home.root.exists()


def test_the_home_is_private(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.prepare()
    assert home.root.stat().st_mode & 0o777 == 0o700


def test_the_environment_names_it() -> None:
    assert default_home({"FERRY_HOME": "/srv/images"}) == Path("/srv/images")
    assert default_home({}, system=True) == SYSTEM_HOME
    with pytest.raises(UsageError, match="absolute"):
        default_home({"FERRY_HOME": "images"})


def test_the_lock_is_waited_for_and_then_named(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    code = (
        "import sys; from pathlib import Path; from provider_core.home import Home\n"
        "with Home(Path(sys.argv[1])).lock(5): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(home.root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(Locked) as raised, home.lock(0.1):
            pass
        assert raised.value.exit_code == 6
        assert raised.value.hint
        other.kill()
    with home.lock(5):  # it ended with its process
        pass


def test_a_home_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError):
        Home(tmp_path / "file" / "home").prepare()


def test_layers_come_in_the_order_of_their_weight(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.config.write_text("jobs = 3\n")
    found = layers(home, {"FERRY_JOBS": "5"})
    assert [layer.origin.split()[0] for layer in found] == ["system", "user", "home", "environment"]
    assert found[2].values["jobs"] == 3
    assert found[3].values["jobs"] == 5


def test_settings_that_others_may_write_are_refused(tmp_path: Path) -> None:
    home = Home(tmp_path)
    tmp_path.chmod(0o777)
    assert home.own_settings().values == {}
    home.config.write_text("offline = false\n")
    with pytest.raises(StoreError, match="can be changed by other users"):
        home.own_settings()
    tmp_path.chmod(0o755)
    home.config.chmod(0o644)
    assert home.own_settings().values == {"offline": False}


def test_every_folder_in_it_is_private(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    made = home.folder("state", "abc")
    assert made == home.state / "abc"
    for folder in (home.root, home.state, made):
        assert folder.stat().st_mode & 0o777 == 0o700
    assert home.folder("state", "abc") == made


def test_a_file_in_the_place_of_a_folder_is_named(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.state.write_text("")
    with pytest.raises(StoreError, match="state"):
        home.folder("state", "abc")
