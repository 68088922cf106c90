from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

import provider_core.plugins
from provider_core.context import Context
from provider_core.discovery import Candidate
from provider_core.errors import Error, NotSupported, ProviderFault, UnknownProvider
from provider_core.hookspecs import ProviderSpec, hookimpl
from provider_core.model import Content, Feature, OptionSpec, Package, ProviderInfo, Query, Verb
from provider_core.plugins import Plugins, Row

from ..support.plugins import Good, candidate, card, plugins_of


class _Named:
    """A provider without features."""

    @hookimpl
    def provider_info(self) -> ProviderInfo:
        return card()


class WrongAnswer:
    @hookimpl
    def provider_info(self) -> str:
        return "good"


class NewerContract:
    @hookimpl
    def provider_info(self) -> ProviderInfo:
        return card(contract=2)


class BadName:
    @hookimpl
    def provider_info(self) -> ProviderInfo:
        return card("Good Provider")


class Undeclared(_Named):
    @hookimpl
    def find(self, query: Query, context: Context) -> Iterable[Package]:
        return ()


class Unimplemented:
    @hookimpl
    def provider_info(self) -> ProviderInfo:
        return card("good", Feature.SAVE)


class Misspelt(_Named):
    @hookimpl
    def fynd(self, query: Query, context: Context) -> Iterable[Package]:
        return ()


class Unmarked(Good):
    def find(self, query: Query, context: Context) -> Iterator[Package]:
        yield from ()


class WrongArgument(Undeclared):
    @hookimpl
    def find(self, question: Query) -> Iterable[Package]:  # type: ignore[override]
        return ()

    @hookimpl
    def provider_info(self) -> ProviderInfo:
        return card("good", Feature.FIND)


class DefaultArgument(WrongArgument):
    @hookimpl
    def find(self, query: Query, context: Context | None = None) -> Iterable[Package]:
        return ()


class KeywordOnly(WrongArgument):
    @hookimpl
    def find(self, query: Query, *, context: Context) -> Iterable[Package]:  # type: ignore[override]
        return ()


class SpecName(WrongArgument):
    @hookimpl(specname="find")
    def search(self, query: Query) -> Iterable[Package]:
        return ()


@dataclass
class Unhashable(_Named):
    color: str = "red"


@dataclass(frozen=True)
class EqualToOthers(_Named):
    color: str = "red"


class Wrapping(WrongArgument):
    @hookimpl(wrapper=True)
    def find(self, query: Query) -> Iterator[Any]:  # type: ignore[override]
        return (yield)


class BadOptions(_Named):
    @hookimpl
    def options(self) -> Iterable[Any]:
        yield "drive"


class Raises:
    @hookimpl
    def provider_info(self) -> ProviderInfo:
        raise LookupError("no licence")


class Exits:
    @hookimpl
    def provider_info(self) -> ProviderInfo:
        raise SystemExit(3)


class NeedsArguments(_Named):
    def __init__(self, place: str) -> None:
        self.place = place


class Empty:
    """No hook at all."""


WRONG: list[tuple[type, str]] = [
    (WrongAnswer, r"provider_info\(\) returned str"),
    (NewerContract, "needs contract 2, this host has 1"),
    (BadName, "'Good Provider' is not lower-case"),
    (Undeclared, r"has find\(\) but does not declare FIND"),
    (Unimplemented, r"declares SAVE but has no save\(\)"),
    (Misspelt, r"fynd\(\) is not a hook"),
    (Unmarked, r"find\(\) is not marked with hookimpl"),
    (WrongArgument, "question"),
    (DefaultArgument, "gives a default to 'context'"),
    (KeywordOnly, "makes 'context' keyword-only"),
    (SpecName, "specname"),
    (Unhashable, "defines __eq__"),
    (EqualToOthers, "defines __eq__"),
    (Wrapping, r"find\(\) is a wrapper"),
    (BadOptions, "'drive', not OptionSpec"),
    (Raises, "LookupError: no licence"),
    (Exits, "SystemExit: 3"),
    (NeedsArguments, "place"),
    (Empty, "implements no hook"),
]


class Agrees:
    """A policy that changes nothing."""

    @hookimpl(wrapper=True)
    def install(self, package: Package) -> Iterator[Any]:
        return (yield)


class WrapsQuestions:
    @hookimpl(wrapper=True)
    def find(self, query: Query) -> Iterator[Any]:
        return (yield)


def rows_by_status(plugins: Plugins) -> dict[str, Row]:
    return {row.status: row for row in plugins.rows()}


def fault_of(row: Row) -> Error:
    assert row.fault is not None
    return row.fault


@pytest.mark.parametrize(
    ("kind", "reason"), WRONG, ids=lambda value: getattr(value, "__name__", "")
)
def test_a_wrong_plugin_is_a_row_and_others_go_on(kind: type, reason: str) -> None:
    plugins = plugins_of(candidate(lambda: kind), Good("fine"))
    rows = {row.name: row for row in plugins.rows()}
    assert (rows["good"].status, rows["fine"].status) == ("failed", "ready")
    assert rows["good"].origin == "test 1.0"
    fault = fault_of(rows["good"])
    assert isinstance(fault, ProviderFault)
    assert fault.provider == "good"
    with pytest.raises(ProviderFault, match=reason):
        plugins.get("good")
    assert plugins.get("fine").info.name == "fine"


def test_a_plugin_that_fails_on_import_is_a_row() -> None:
    def load() -> object:
        raise ImportError("libtape.so is absent")

    plugins = plugins_of(candidate(load, "tape"), Good())
    with pytest.raises(ProviderFault, match=r"'tape' failed in load: ImportError: libtape\.so"):
        plugins.get("tape")
    assert [row.status for row in plugins.rows()] == ["ready", "failed"]


def test_a_plugin_that_hangs_on_import_is_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider_core.plugins, "LOAD_LIMIT", 0.2)
    never = threading.Event()
    plugins = plugins_of(candidate(lambda: never.wait(), "tape"), Good())
    rows = {row.name: row for row in plugins.rows()}
    never.set()
    assert (rows["tape"].status, rows["good"].status) == ("failed", "ready")
    assert fault_of(rows["tape"]).provider == "tape"
    assert fault_of(rows["tape"]).exit_code == 5


def test_a_class_is_instantiated_and_an_instance_taken() -> None:
    instance = Good("there")
    plugins = plugins_of(Good, instance)
    assert isinstance(plugins.get("good").plugin, Good)
    assert plugins.get("there").plugin is instance


def test_the_second_of_one_name_is_a_row() -> None:
    first, second = Good("same"), Good("same")
    plugins = plugins_of(first, second)
    assert plugins.get("same").plugin is first
    assert [row.status for row in plugins.rows()] == ["ready", "failed"]
    assert "another provider has this name" in str(rows_by_status(plugins)["failed"].fault)


def test_an_entry_point_bears_its_providers_name() -> None:
    plugins = plugins_of(candidate(lambda: Good("archive"), "zinc"))
    with pytest.raises(ProviderFault, match="calls itself 'archive', and its entry point 'zinc'"):
        plugins.get("zinc")
    with pytest.raises(UnknownProvider):
        plugins.get("archive")


def test_only_the_provider_that_is_asked_for_is_imported() -> None:
    imported: list[str] = []

    def loader(name: str) -> Callable[[], object]:
        def load() -> object:
            imported.append(name)
            return Good(name)

        return load

    plugins = plugins_of(*(candidate(loader(name), name) for name in ("a", "b", "c")))
    assert [one.name for one in plugins.candidates()] == ["a", "b", "c"]
    assert imported == []
    plugins.get("b")
    plugins.get("b")
    assert imported == ["b"]
    assert [loaded.info.name for loaded in plugins.providers()] == ["a", "b", "c"]
    assert sorted(imported) == ["a", "b", "c"]


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(UnknownProvider) as caught:
        plugins_of(Good("b"), Good("a")).get("absent")
    assert caught.value.fields == {"name": "absent", "known": ["a", "b"]}


def test_a_disabled_plugin_is_not_imported() -> None:
    def load() -> object:
        raise AssertionError("imported")

    plugins = plugins_of(candidate(load, "off"), disabled=["off"])
    assert [row.status for row in plugins.rows()] == ["disabled"]
    with pytest.raises(NotSupported, match="disabled"):
        plugins.get("off")


def test_a_provider_is_disabled_by_its_own_name_too() -> None:
    plugins = plugins_of(Good("off"), disabled=["off"])
    (row,) = plugins.rows()
    assert (row.name, row.status) == ("off", "disabled")
    with pytest.raises(NotSupported):
        plugins.get("off")


@pytest.mark.parametrize("given", [Agrees(), candidate(Agrees, "Agrees", policy=True)])
def test_a_policy_cannot_be_disabled(given: object) -> None:
    plugins = plugins_of(given, disabled=["Agrees"])
    plugins.load_policies()
    (row,) = plugins.rows()
    assert (row.name, row.status) == ("Agrees", "policy")
    assert plugins.wrappers("install") == ("Agrees",)


def test_a_row_tells_the_card_and_the_options() -> None:
    drive = OptionSpec(name="drive", verb=Verb.SOURCE)

    class Optional(_Named):
        @hookimpl
        def options(self) -> Iterator[OptionSpec]:
            yield drive

    (row,) = plugins_of(Optional()).rows()
    assert row.info == card()
    assert row.options == (drive,)
    assert row.origin == "given to Host"


def test_inherited_specifications_are_no_implementations() -> None:
    class Minimal(ProviderSpec):
        @hookimpl
        def provider_info(self) -> ProviderInfo:
            return card()

    assert plugins_of(Minimal()).get("good").info.features == frozenset()


# policies -------------------------------------------------------------------------------


def test_a_policy_is_a_row() -> None:
    plugins = plugins_of(Agrees(), candidate(Agrees, "rule", policy=True))
    plugins.load_policies()
    assert [(row.name, row.status) for row in plugins.rows()] == [
        ("Agrees", "policy"),
        ("rule", "policy"),
    ]
    assert plugins.wrappers("install") == ("Agrees", "rule")
    assert plugins.wrappers("save") == ()


def test_policies_are_loaded_before_any_provider_is_called() -> None:
    plugins = plugins_of(candidate(Good), candidate(Agrees, "rule", policy=True))
    plugins.get("good")
    assert plugins.wrappers("install") == ("rule",)


@pytest.mark.parametrize(
    ("load", "reason"),
    [
        (lambda: WrapsQuestions, r"find\(\) may not be wrapped"),
        (lambda: Empty, "implements no hook"),
        (lambda: Good, "a provider belongs to the group"),
        (lambda: 1 / 0, "ZeroDivisionError"),
    ],
)
def test_a_policy_that_does_not_load_stops_work(load: Callable[[], object], reason: str) -> None:
    plugins = plugins_of(candidate(load, "rule", policy=True), Good("fine"))
    assert plugins.get("fine").info.name == "fine"
    for _ in range(2):
        with pytest.raises(ProviderFault, match=reason) as caught:
            plugins.load_policies()
        assert caught.value.provider == "rule"
    assert rows_by_status(plugins)["failed-policy"].name == "rule"


def test_a_provider_that_does_not_load_stops_no_work() -> None:
    plugins = plugins_of(Empty(), candidate(lambda: 1 / 0, "odd"))
    plugins.load_policies()
    assert {row.status for row in plugins.rows()} == {"failed"}


def test_a_policy_among_the_providers_would_be_asked_too_late() -> None:
    plugins = plugins_of(candidate(Agrees, "rule"))
    assert "a policy belongs to the group provider_core.policies" in str(
        rows_by_status(plugins)["failed"].fault
    )


def test_a_policy_from_a_file_is_asked_in_time() -> None:
    named = Candidate(name="rule", origin="rule.py", policy=False, load=Agrees, fleeting=True)
    plugins = plugins_of(named)
    plugins.load_policies()
    assert plugins.wrappers("install") == ("rule",)


# isolation ------------------------------------------------------------------------------


def test_a_call_reaches_one_provider_and_the_policies() -> None:
    asked: list[str] = []

    class Installs:
        def __init__(self, name: str) -> None:
            self.name = name

        @hookimpl
        def provider_info(self) -> ProviderInfo:
            return card(self.name, Feature.INSTALL)

        @hookimpl
        def install(self, package: Package) -> Content | None:
            asked.append(self.name)
            return None

    class Watches:
        @hookimpl(wrapper=True)
        def install(self, package: Package) -> Iterator[Any]:
            asked.append("policy")
            return (yield)

    plugins = plugins_of(Installs("a"), Installs("b"), Watches())
    caller = plugins.caller("install", plugins.get("b").plugin)
    plugins.get("a")
    caller(package=None, reader=None, writer=None, context=None)
    assert asked == ["policy", "b"]


def test_policies_can_be_called_without_a_provider() -> None:
    plugins = plugins_of(Good(), Agrees())
    plugins.load_policies()
    assert plugins.caller("uninstall", None)(installed=None, context=None) == []


def test_many_threads_load_each_plugin_once() -> None:
    loads: list[str] = []

    def load() -> object:
        loads.append("good")
        return Good()

    plugins = plugins_of(candidate(load))
    threads = [threading.Thread(target=plugins.get, args=("good",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert loads == ["good"]
