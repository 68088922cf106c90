"""The command line: click on the outside, a `Host` on the inside, `render` alone prints.

`table` says which module runs a command; it is imported when the command is run, and not before.
Commands of other distributions come in by the entry-point group ``provider_core.commands``: each
entry point is a click command, best made with `common.ferry_command`.
"""

from __future__ import annotations

__all__: list[str] = []
