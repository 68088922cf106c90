"""Files that survive a power cut, and what the operating system refuses, said in one place.

`durable` flushes files and folders and knows how systems differ; `direct` writes past the page
cache; `failures` turns what the system refuses into this project's errors.
"""

from __future__ import annotations

__all__: list[str] = []
