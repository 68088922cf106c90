"""Ferry itself as a folder that can be carried: its wheels, an installer, a list of hashes.

`making` makes it here; `installer` goes along and runs there, where nothing but Python is.
"""

from __future__ import annotations

from .making import Kit, make_kit

__all__ = ["Kit", "make_kit"]
