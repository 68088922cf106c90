"""``python -m provider_core.cli``: ferry where its script is not on the path."""

from __future__ import annotations

import sys

if __name__ == "__main__":
    if not sys.flags.safe_path:
        del sys.path[0]  # the current directory, whose files are nobody's plugins or libraries
    from .main import main

    sys.exit(main())
