"""The layer of a Windows image as a tar archive: written from a tree of files, and read back.

Its form is that of go-winio's `backuptar` and hcsshim: everything lies in ``Files/`` (and
``UtilityVM/Files/``), what tar has no field for stands in PAX records.
"""

from __future__ import annotations

__all__: list[str] = []
