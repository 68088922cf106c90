"""Run ferry by a clock that is late: DAYS WORD…"""

import sys
from datetime import UTC, datetime, timedelta

from provider_core.cli.invocation import Invocation
from provider_core.cli.main import run

LATE = timedelta(days=int(sys.argv[1]))
sys.exit(run(sys.argv[2:], Invocation(clock=lambda: datetime.now(UTC) - LATE)))
