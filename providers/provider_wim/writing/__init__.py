"""Writing WIM files: content as it comes, then metadata, tables and XML, the header last.

The same trees with the same content, in the same order, make the same file.
"""

from __future__ import annotations

__all__: list[str] = []
