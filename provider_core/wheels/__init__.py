"""Python distributions as files that can be carried: downloaded, made, listed, checked, installed.

`target` says for which Python, `pip` runs pip, `origin` makes a wheel of what is installed here or
lies in a folder, `closure` knows whether a set of wheels is whole, and `sums` is the list of
hashes beside them.  Ferry itself (`kit`) and its providers travel by these.
"""

from __future__ import annotations

__all__: list[str] = []
