"""An option reaches the provider that has it, as what it is, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from provider_core import Context, Host, OptionSpec, OptionType, Query, Verb, Wishes, hookimpl
from provider_core.errors import UsageError
from provider_core.model import Package

from .hosts import Homes
from .shelf_double import Shelf, image_of

SPECS = (
    ("times", OptionType.NUMBER, False),
    ("quick", OptionType.FLAG, False),
    ("key", OptionType.PATH, False),
    ("mood", OptionType.CHOICE, False),
    ("word", OptionType.TEXT, False),
    ("tag", OptionType.TEXT, True),
)


class Choosy(Shelf):
    """Has an option of every type, for find, for install and for sources."""

    name = "choosy"
    schemes = ("choosy",)

    def __init__(self) -> None:
        super().__init__()
        self.got: dict[str, Any] = {}

    @hookimpl
    def options(self) -> Iterator[OptionSpec]:
        """List them; those of a source are called otherwise."""
        for name, kind, multiple in SPECS:
            choices = ("good", "bad") if kind is OptionType.CHOICE else ()
            for verb, prefix in ((Verb.FIND, ""), (Verb.INSTALL, ""), (Verb.SOURCE, "s-")):
                yield OptionSpec(
                    name=prefix + name, verb=verb, type=kind, choices=choices, multiple=multiple
                )
        yield OptionSpec(name="alone", verb=Verb.INSTALL)

    def packages(self, query: Query, context: Context) -> Iterator[Package]:
        """Note what it is given."""
        self.got = dict(context.options)
        yield from super().packages(query, context)


@pytest.fixture
def choosy() -> Choosy:
    """Return a provider with one image."""
    provider = Choosy()
    provider.put("lab", "app", "1", image_of("app"))
    provider.packages_at["choosy://lab"] = provider.packages_at["shelf://lab"]
    return provider


@pytest.fixture
def opted(homes: Homes, choosy: Choosy, shelf: Shelf) -> Host:
    """Return a host with that provider's source, and another one below it."""
    host = homes(choosy, shelf)
    host.add_source("lab", "choosy://lab")
    host.add_source("other", "shelf://other")
    return host


@pytest.mark.parametrize(
    ("name", "given", "read"),
    [
        ("times", "3", 3),
        ("times", 3, 3),
        ("quick", "false", False),
        ("quick", "true", True),
        ("quick", False, False),
        ("mood", "bad", "bad"),
        ("word", "3", "3"),
        ("word", ["once"], "once"),
        ("tag", "one", ("one",)),
        ("tag", ["one", "two"], ("one", "two")),
        ("key", "/etc/key", "/etc/key"),
    ],
)
def test_a_value_is_read(
    opted: Host, choosy: Choosy, name: str, given: object, read: object
) -> None:
    opted.find("app", wishes=Wishes(options={name: given}))
    assert choosy.got == {name: read}


def test_a_path_is_made_absolute(
    opted: Host, choosy: Choosy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    opted.find("app", wishes=Wishes(options={"key": "key.pem"}))
    assert choosy.got == {"key": str(tmp_path / "key.pem")}
    opted.add_source("keyed", "choosy://lab", options={"s-key": "key.pem", "s-quick": "false"})
    monkeypatch.chdir("/")
    opted.find("app", wishes=Wishes(source="keyed"))
    assert choosy.got == {"s-key": str(tmp_path / "key.pem"), "s-quick": False}


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("times", "-1"),
        ("times", "²"),
        ("times", True),
        ("quick", "perhaps"),
        ("mood", "ugly"),
        ("word", 3),
        ("word", ["one", "two"]),
        ("key", ""),
        ("key", "~no-such-user-at-all/key"),
        ("tag", ["one", 2]),
    ],
)
def test_a_value_that_cannot_be_read_is_refused(
    opted: Host, choosy: Choosy, name: str, given: object
) -> None:
    with pytest.raises(UsageError, match=name):
        opted.find("app", wishes=Wishes(options={name: given}))
    assert choosy.asked == []


def test_a_provider_gets_its_own_of_the_verb_alone(opted: Host, choosy: Choosy) -> None:
    with pytest.raises(UsageError, match="alone"):
        opted.find("app", wishes=Wishes(options={"alone": "yes"}))
    opted.install("app", wishes=Wishes(options={"alone": "yes", "times": "2"}))
    assert choosy.got == {"alone": "yes", "times": 2}


def test_a_source_remembers_text(opted: Host) -> None:
    source = opted.add_source("texts", "choosy://lab", options={"s-times": "2"})
    assert source.options == {"s-times": "2"}
    with pytest.raises(UsageError, match="s-times"):
        opted.set_source("texts", options={"s-times": "two"})


@pytest.mark.parametrize(
    ("name", "value", "nothing"),
    [("s-times", "3", ""), ("s-word", "x", ""), ("s-tag", ["a"], [""]), ("s-mood", "bad", "")],
)
def test_an_empty_value_takes_a_sources_option_away(
    opted: Host, name: str, value: object, nothing: object
) -> None:
    assert name in opted.set_source("lab", options={name: value}).options  # type: ignore[dict-item]
    assert name not in opted.set_source("lab", options={name: nothing}).options  # type: ignore[dict-item]


def test_what_was_never_an_option_cannot_be_taken_away(opted: Host) -> None:
    with pytest.raises(UsageError, match="s-tims"):
        opted.set_source("lab", options={"s-tims": ""})
