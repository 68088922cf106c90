"""The benchmark of registries, at a size at which only its running is tested."""

from __future__ import annotations

import pytest

from benchmarks.registry import main

pytestmark = pytest.mark.peer("skopeo", "docker-registry")


def rows(text: str) -> list[str]:
    return [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| ")]


def test_tools_are_shown_side_by_side(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--scale", "0.01", "--rounds", "1", "--only", "layers"]) == 0
    assert rows(capsys.readouterr().out) == ["tool", "ferry", "skopeo"]


def test_nothing_new_costs_one_question_an_image(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--rounds", "1", "--only", "again"]) == 0
    assert "20 images: 20 HEAD, 1 GET /v2/, 0 others" in capsys.readouterr().out
