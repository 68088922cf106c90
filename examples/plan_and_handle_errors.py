"""See what an install would do, and tell the user what is wrong with a request.

python plan_and_handle_errors.py HOME REQUEST
"""

import sys

from provider_core import Error, Host

with Host(home=sys.argv[1]) as host:
    try:
        plan = host.plan_install(sys.argv[2])
    except Error as error:
        sys.exit(f"{error.message}\n{error.hint}")
    for step in plan.steps:
        print(step.action.value, step.package, step.fetch, "bytes")
