"""The file format, bytes to values, pure: header, tables, XML, metadata (see the module names)."""

from __future__ import annotations
