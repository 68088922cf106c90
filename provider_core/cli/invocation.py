"""One run of ferry: what was said for every command alike, and the host that follows from it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..cancel import CancelToken
from ..errors import UsageError
from .render import Output

if TYPE_CHECKING:
    from ..context import Progress
    from ..home import Home
    from ..operations.host import Host
    from ..settings import Layer

__all__ = ["Invocation"]


class Invocation:
    """Gathers the common flags, before and after a command's name; the later one counts."""

    def __init__(
        self,
        *,
        environ: Mapping[str, str] | None = None,
        clock: Callable[[], datetime] | None = None,
        json: bool = False,
    ) -> None:
        self.environ = os.environ if environ is None else environ
        self.clock = clock or _utc_now
        self.cancel = CancelToken()
        self.output = Output(json=json)
        self.flags: dict[str, Any] = {}
        """Common flags that were given, by their long names."""
        self.settings: dict[str, Any] = {}
        """Settings that flags of the command set, by their names."""
        self.is_at_work = False
        """Whether a host was opened: from then on a signal is heard by its cancel token first."""

    @property
    def is_traced(self) -> bool:
        """Whether the user asked for every hook call and traceback (FERRY_TRACE=1)."""
        return self.environ.get("FERRY_TRACE", "") not in ("", "0")

    def scratch(self) -> Invocation:
        """Return another one that has heard the same so far, and tells this one nothing."""
        other = Invocation(environ=self.environ, clock=self.clock)
        other.flags = dict(self.flags)
        return other

    def home(self) -> Home:
        """Return the home in use; nothing is read or made."""
        from ..home import Home, default_home

        named = self._named_home()
        if named is not None:
            return Home(Path(named))
        return Home(default_home(self.environ, system="system" in self.flags))

    def layers(self) -> tuple[Layer, ...]:
        """Return the settings of all places, the flags' last."""
        from ..home import layers

        return (*layers(self.home(), self.environ), self._flags_layer())

    def host(self, *, ticket: str = "") -> Host:
        """Open the home, with the settings of all places; the caller closes it."""
        from ..operations.host import Host

        self.is_at_work = True
        return Host.from_environment(
            self.environ,
            home=self._named_home(),
            system="system" in self.flags,
            flags=self._flags_layer(),
            provider_paths=tuple(map(Path, self.flags.get("provider_path", ()))),
            progress=self._progress(),
            cancel=self.cancel,
            clock=self.clock,
            ticket=ticket,
        )

    def _named_home(self) -> str | None:
        """Return the home that --home names; an empty one is some script's unset variable."""
        named: str | None = self.flags.get("home")
        if named is not None and not named.strip():
            raise UsageError("--home names no folder", hint="name one, or leave --home out")
        return named

    def _flags_layer(self) -> Layer:
        from ..settings import Layer

        values: dict[str, Any] = {}
        if "offline" in self.flags:
            values["offline"] = True
        if "no_plugins" in self.flags:
            values["plugins"] = False
        if "lock_timeout" in self.flags:
            values["lock_timeout"] = self.flags["lock_timeout"]
        return Layer(origin="flag", values={**values, **self.settings})

    def _progress(self) -> Progress:
        from .progress import choose_progress

        return choose_progress(self.flags.get("progress", "auto"), self.output)


def _utc_now() -> datetime:
    return datetime.now(UTC)
