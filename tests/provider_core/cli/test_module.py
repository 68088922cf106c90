"""``python -m provider_core.cli`` reads nothing from the current directory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from ...support.distributions import install_distribution

SEEN = "raise SystemExit('the current directory was read')\n"


def test_the_current_directory_gives_no_plugin_and_no_library(tmp_path: Path) -> None:
    group = "provider_core.providers"
    install_distribution(tmp_path, "ferry-zinc", group, "zinc = ferry_zinc:Zinc", SEEN)
    (tmp_path / "click.py").write_text(SEEN)
    command = [sys.executable, "-m", "provider_core.cli", "provider", "list", "--home", "none"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "archive" in ran.stdout
    assert "zinc" not in ran.stdout
