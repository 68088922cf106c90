"""The plugins of a host: loaded one by one when they are needed, each failure a row of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import CodeType
from typing import Any

import pluggy

from .cancel import CancelToken
from .discovery import POLICY_GROUP, PROVIDER_GROUP, Candidate
from .errors import Error, NotSupported, ProviderFault, UnknownProvider
from .hookspecs import PROJECT, ProviderSpec
from .model import OptionSpec, ProviderInfo
from .plugin_checks import card_faults, hooks_of, policy_faults, shape_faults
from .supervision import supervise

__all__ = ["Loaded", "Plugins", "Row", "instance_candidate"]

LOAD_LIMIT = 20.0
"""Seconds that importing a plugin and reading its card may take."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Loaded:
    """A provider that is ready to be called."""

    info: ProviderInfo
    plugin: object
    options: tuple[OptionSpec, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of `ferry provider list`."""

    name: str
    status: str
    """'ready', 'policy', 'disabled', 'failed' or 'failed-policy'."""
    origin: str
    info: ProviderInfo | None = None
    fault: Error | None = None
    options: tuple[OptionSpec, ...] = ()


def instance_candidate(plugin: object) -> Candidate:
    """Return the candidate for an object (or class) that a program passes to Host."""
    hooks = hooks_of(plugin)
    policy = "provider_info" not in hooks and any(one.get("wrapper") for one in hooks.values())
    name = getattr(plugin, "name", None) or getattr(plugin, "__name__", type(plugin).__name__)
    return Candidate(
        name=str(name),
        origin="given to Host",
        policy=policy,
        load=lambda: plugin,
        fleeting=True,
    )


class Plugins:
    """Knows every candidate; imports one when it is first asked for.

    Each provider has a pluggy manager of its own, with the policies: calling one provider can
    never reach another one, whatever is being loaded meanwhile.  *disabled* names providers; a
    policy that could be disabled would be none.
    """

    def __init__(
        self, discover: Callable[[], Iterable[Candidate]], *, disabled: Iterable[str] = ()
    ) -> None:
        self._discover = discover
        self._disabled = frozenset(disabled)
        self._lock = threading.RLock()
        self._found: tuple[Candidate, ...] | None = None
        self._waiting: list[Candidate] = []
        self._rows: list[Row] = []
        self._ready: dict[str, Loaded] = {}
        self._policies: list[tuple[str, object]] = []
        self._managers: dict[int, pluggy.PluginManager] = {}

    def candidates(self) -> tuple[Candidate, ...]:
        """Return every plugin that could be loaded, without importing any."""
        with self._lock:
            if self._found is None:
                self._found = tuple(self._discover())
                self._waiting = list(self._found)
            return self._found

    def get(self, name: str) -> Loaded:
        """Return the provider called *name*, importing no other one if that can be helped.

        Raises UnknownProvider, NotSupported (disabled), and the ProviderFault of its loading.
        """
        with self._lock:
            self._load(lambda candidate: _may_wrap(candidate) or candidate.name == name)
            if name not in self._ready:
                self._load(lambda candidate: True)
            if name in self._ready:
                return self._ready[name]
            raise self._why_not(name)

    def providers(self) -> tuple[Loaded, ...]:
        """Load everything and return the providers that are ready, by name."""
        with self._lock:
            self._load(lambda candidate: True)
            return tuple(self._ready[name] for name in sorted(self._ready))

    def rows(self) -> tuple[Row, ...]:
        """Load everything and return a row for each plugin, those that failed too."""
        with self._lock:
            self._load(lambda candidate: True)
            return tuple(sorted(self._rows, key=lambda row: (row.name, row.origin)))

    def load_policies(self) -> None:
        """Load the plugins that wrap hooks; one that does not load stops every operation.

        A policy that cannot be asked must not be taken for one that agrees.
        """
        with self._lock:
            self._load(_may_wrap)
            for row in self._rows:
                if row.fault is not None and row.status == "failed-policy":
                    raise row.fault.with_traceback(None)  # not one longer with every operation

    def caller(self, hook: str, plugin: object | None) -> pluggy.HookCaller:
        """Return what calls *hook* of *plugin* alone, wrapped by the policies."""
        with self._lock:
            manager = self._managers.get(id(plugin))
            if manager is None:
                manager = self._managers[id(plugin)] = _manager_of(plugin, self._policies)
        caller: pluggy.HookCaller = getattr(manager.hook, hook)
        return caller

    def unwrapped_caller(self, hook: str, plugin: object) -> pluggy.HookCaller:
        """Return what calls *hook* of *plugin* alone, where the policies were asked before."""
        caller: pluggy.HookCaller = getattr(_manager_of(plugin, ()).hook, hook)
        return caller

    def wrappers(self, hook: str) -> tuple[str, ...]:
        """Return the names of the policies that wrap *hook*."""
        with self._lock:
            return tuple(name for name, plugin in self._policies if hook in hooks_of(plugin))

    def culprit(self, error: BaseException) -> str:
        """Return the name of the policy whose code raised *error*; '' if none did."""
        with self._lock:
            plugins = [*self._policies, *(("", loaded.plugin) for loaded in self._ready.values())]
        owners = {
            getattr(getattr(plugin, hook), "__code__", None): name
            for name, plugin in plugins
            for hook in hooks_of(plugin)
        }
        for one in (error, error.__cause__):
            for code in _frames(one):
                if code in owners:
                    return owners[code]
        return ""

    def _load(self, wanted: Callable[[Candidate], bool]) -> None:
        self.candidates()
        for candidate in [one for one in self._waiting if wanted(one)]:
            self._waiting.remove(candidate)
            self._rows.append(self._row(candidate))

    def _row(self, candidate: Candidate) -> Row:
        name, origin = candidate.name, candidate.origin
        if name in self._disabled and not _may_wrap(candidate):
            return Row(name=name, status="disabled", origin=origin)
        try:
            return self._register(candidate)
        except Exception as error:
            status = "failed-policy" if candidate.policy else "failed"
            return Row(name=name, status=status, origin=origin, fault=_fault(name, error))

    def _register(self, candidate: Candidate) -> Row:
        plugin, info, options = supervise(
            lambda: _read(candidate),
            what=f"loading {candidate.name}",
            limit=LOAD_LIMIT,
            cancel=CancelToken(),
        )
        name = info.name if info else candidate.name
        if info is not None and name in self._disabled:
            return Row(name=name, status="disabled", origin=candidate.origin, info=info)
        _refuse(list(_place_faults(candidate, info)))
        if info and name in self._ready:
            raise ProviderFault(name, "load", "another provider has this name already")
        manager = _manager_of(plugin, self._policies)
        if info is None:
            self._policies.append((name, plugin))
            self._managers.clear()
            return Row(name=name, status="policy", origin=candidate.origin)
        self._managers[id(plugin)] = manager
        self._ready[name] = Loaded(info=info, plugin=plugin, options=options)
        return Row(name=name, status="ready", origin=candidate.origin, info=info, options=options)

    def _why_not(self, name: str) -> Error:
        for row in self._rows:
            if row.name == name and row.fault is not None:
                return row.fault.with_traceback(None)
            if row.name == name and row.status == "disabled":
                return NotSupported(
                    f"the provider {name!r} is disabled",
                    hint=f"`ferry provider enable {name}`",
                    provider=name,
                )
        return UnknownProvider(name, sorted(self._ready))


def _manager_of(
    plugin: object | None, policies: Iterable[tuple[str, object]]
) -> pluggy.PluginManager:
    """Return a manager of *policies* and *plugin*; pluggy refuses unknown arguments."""
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(ProviderSpec)
    for name, policy in policies:
        manager.register(policy, name=f"policy {name} {id(policy)}")
    if plugin is not None:
        manager.register(plugin, name=f"plugin {id(plugin)}")
    return manager


def _may_wrap(candidate: Candidate) -> bool:
    """Whether it is a policy, or nobody knows before it is imported."""
    return candidate.policy or candidate.fleeting


def _place_faults(candidate: Candidate, info: ProviderInfo | None) -> Iterator[str]:
    """Yield what is wrong about where an installed plugin says it is to be found."""
    if candidate.fleeting:
        return
    if info is None and not candidate.policy:
        yield f"it has no provider_info(); a policy belongs to the group {POLICY_GROUP}"
    elif info is not None and candidate.policy:
        yield f"it has provider_info(); a provider belongs to the group {PROVIDER_GROUP}"
    elif info is not None and info.name != candidate.name:
        yield f"it calls itself {info.name!r}, and its entry point {candidate.name!r}"


def _frames(error: BaseException | None) -> Iterator[CodeType]:
    """Yield the code that *error* passed through, innermost first."""
    found, trace = [], error.__traceback__ if error is not None else None
    while trace is not None:
        found.append(trace.tb_frame.f_code)
        trace = trace.tb_next
    yield from reversed(found)


def _read(candidate: Candidate) -> tuple[object, ProviderInfo | None, tuple[OptionSpec, ...]]:
    """Import, instantiate and check a plugin; a policy has no card."""
    loaded = candidate.load()
    plugin: Any = loaded() if isinstance(loaded, type) else loaded
    if not hooks_of(plugin):
        raise TypeError("it implements no hook; name the class or instance in it `provider`")
    _refuse(list(shape_faults(plugin)))
    if "provider_info" not in hooks_of(plugin):
        _refuse(list(policy_faults(plugin)))
        return plugin, None, ()
    info = plugin.provider_info()
    _refuse(list(card_faults(plugin, info)))
    return plugin, info, _options(plugin)


def _options(plugin: Any) -> tuple[OptionSpec, ...]:
    if "options" not in hooks_of(plugin):
        return ()
    options = tuple(plugin.options())
    wrong = [repr(one) for one in options if not isinstance(one, OptionSpec)]
    _refuse([f"options() yielded {one}, not OptionSpec" for one in wrong])
    return options


def _refuse(faults: Sequence[str]) -> None:
    if faults:
        raise TypeError("; ".join(faults))


def _fault(name: str, error: Exception) -> Error:
    if isinstance(error, Error):
        error.provider = error.provider or name
        return error
    fault = ProviderFault(name, "load", f"{type(error).__name__}: {error}")
    fault.__cause__ = error
    return fault
