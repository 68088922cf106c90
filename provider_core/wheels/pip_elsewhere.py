"""Runs pip, which is not asked about this machine where wheels are for another one.

`pip download --platform` still reads environment markers as they are here, so that a set for
Windows would lack what is needed on Windows alone.  A script, run by `pip`; its arguments:

1. the folder that pip is imported from,
2. the markers of the target as a JSON object; {} for this machine,
3. pip's own arguments.
"""

from __future__ import annotations

import json
import runpy
import sys
from collections.abc import Mapping

__all__: list[str] = []


def _pretend(values: Mapping[str, str]) -> None:
    from pip._vendor.packaging import markers

    here = markers.default_environment
    markers.default_environment = lambda: {**here(), **values}


if __name__ == "__main__":
    folder, markers_text = sys.argv[1:3]
    del sys.argv[1:3]
    sys.path.insert(0, folder)
    _pretend(json.loads(markers_text))
    runpy.run_module("pip", run_name="__main__", alter_sys=True)
