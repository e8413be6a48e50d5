"""The one place in the tests that sleeps: everything else waits for a condition."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

# Short enough to add nothing to a test, long enough to leave the processor to the server that is waited for.
PAUSE_SECONDS = 0.02


def until(condition: Callable[[], T], *, within: float, what: str) -> T:
    """The first truthy value of `condition`, asked again and again for `within` seconds.

    Raises AssertionError that names `what` did not happen. The condition is asked at least once, and once more
    at the deadline, so that a machine that stood still does not fail what is true by then.
    """
    deadline = time.monotonic() + within
    while True:
        last = time.monotonic() >= deadline
        value = condition()
        if value:
            return value
        if last:
            raise AssertionError(f"Waited {within:g} s in vain for {what}.")
        time.sleep(PAUSE_SECONDS)
