"""At a terminal the next volume is asked for; elsewhere its absence ends the command."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable

import pytest

from provider_core.cli.invocation import Invocation
from provider_core.cli.next_volume import with_every_volume
from provider_core.errors import IntegrityError, NoSuchFile, VolumeMissing


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Reading:
    """Something that is done once the volumes 1 and 2 were there, in turn."""

    def __init__(self, *faults: Exception) -> None:
        self._faults = list(faults)

    def __call__(self) -> str:
        if self._faults:
            raise self._faults.pop(0)
        return "done"


def missing(*numbers: int) -> VolumeMissing:
    return VolumeMissing("plant", numbers, of=3, images=["app 1.0"])


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], _Terminal]:
    """Return what has the user type a text; it returns what they are shown."""

    def typing(text: str) -> _Terminal:
        shown = _Terminal()
        monkeypatch.setattr(sys, "stdin", _Terminal(text))
        monkeypatch.setattr(sys, "stderr", shown)
        return shown

    return typing


def test_each_is_asked_for_by_its_number(terminal: Callable[[str], _Terminal]) -> None:
    shown = terminal("\n\n")
    assert with_every_volume(Reading(missing(2, 3), missing(3)), Invocation()) == "done"
    assert shown.getvalue().splitlines() == [
        "volumes 2, 3 of 3 of the bundle plant are needed for app 1.0",
        "Put volume 2 in its place, and press Enter.",
        "volume 3 of 3 of the bundle plant is needed for app 1.0",
        "Put volume 3 in its place, and press Enter.",
    ]


def test_an_empty_drawer_is_asked_about_again(terminal: Callable[[str], _Terminal]) -> None:
    terminal("\n\n")
    assert with_every_volume(Reading(missing(2), NoSuchFile("/media/disc")), Invocation()) == "done"
    with pytest.raises(NoSuchFile):  # nobody was asked for anything yet
        with_every_volume(Reading(NoSuchFile("/media/disc")), Invocation())


def test_who_types_nothing_more_gets_the_error(terminal: Callable[[str], _Terminal]) -> None:
    terminal("")
    with pytest.raises(VolumeMissing):
        with_every_volume(Reading(missing(2)), Invocation())


def test_other_errors_are_not_asked_about(terminal: Callable[[str], _Terminal]) -> None:
    terminal("\n\n")
    with pytest.raises(IntegrityError):
        with_every_volume(Reading(missing(2), IntegrityError("damaged")), Invocation())


@pytest.mark.parametrize("json", [True, False])
def test_without_a_terminal_nobody_is_asked(
    json: bool, terminal: Callable[[str], _Terminal], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal("\n\n")
    if not json:
        monkeypatch.setattr(sys, "stdin", io.StringIO("\n\n"))
    with pytest.raises(VolumeMissing) as caught:
        with_every_volume(Reading(missing(2)), Invocation(json=json))
    assert caught.value.exit_code == 3
    assert caught.value.as_json()["fields"] == {
        "bundle": "plant",
        "volumes": [2],
        "of": 3,
        "images": ["app 1.0"],
    }
