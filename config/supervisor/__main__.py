"""`python -m supervisor FD`: reads a plan, as JSON, from an open file descriptor and carries it out."""

import os
import sys

from .loop import Supervisor
from .plan import Plan


def main() -> int:
    """Run the plan until stopped; the exit status is 0 after an ordered stop and 1 when the start failed."""
    with os.fdopen(int(sys.argv[1])) as file:
        plan = Plan.from_json(file.read())
    return Supervisor(plan).run()


if __name__ == "__main__":
    sys.exit(main())
