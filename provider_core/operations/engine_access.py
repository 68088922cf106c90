"""The engines of a host: which there are, and the open ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from ..engines import Engine, EngineAddress
from ..errors import Ambiguous, UsageError

__all__ = ["Engines"]


class Engines:
    """Known by name; of several of one name, the first counts.

    *said* are addresses, or engines that are open already.
    """

    def __init__(self, said: Iterable[EngineAddress | Engine], *, patience: float) -> None:
        self._said = said
        self._patience = patience
        self._open: dict[str, Engine] = {}

    def addresses(self) -> tuple[EngineAddress, ...]:
        """Return where engines are, or should be; nobody is asked."""
        return tuple(
            one if isinstance(one, EngineAddress) else one.address for one in self._by_name.values()
        )

    def get(self, name: str) -> Engine:
        """Return the engine *name*; UsageError if there is none of that name."""
        if name not in self._by_name:
            known = ", ".join(self._by_name) or "none"
            raise UsageError(
                f"no engine is called {name!r}",
                hint=f"known engines: {known}; the setting `engines` adds others (NAME=URL)",
                name=name,
                known=list(self._by_name),
            )
        if name not in self._open:
            said = self._by_name[name]
            self._open[name] = self._opened(said) if isinstance(said, EngineAddress) else said
        return self._open[name]

    def meant(self, name: str) -> Engine:
        """Return the engine *name*; with '' the only one there is.  Raises UsageError."""
        if name or not self._by_name:
            return self.get(name or "docker")
        if len(self._by_name) > 1:
            raise Ambiguous("the engine", list(self._by_name), hint="say --engine NAME")
        return self.get(next(iter(self._by_name)))

    def close(self) -> None:
        """Let go of every connection."""
        while self._open:
            self._open.popitem()[1].close()

    def _opened(self, address: EngineAddress) -> Engine:
        from ..engines.opening import open_engine

        return open_engine(address, patience=self._patience)

    @cached_property
    def _by_name(self) -> Mapping[str, EngineAddress | Engine]:
        known: dict[str, EngineAddress | Engine] = {}
        for one in self._said:
            address = one if isinstance(one, EngineAddress) else one.address
            known.setdefault(address.name, one)
        return known
