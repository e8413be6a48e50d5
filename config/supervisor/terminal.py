"""Words to the person who started us."""

import contextlib
import os

STDOUT = 1


def write(text: str) -> None:
    """Write to standard output at once.

    A terminal that is gone (SIGHUP came, or `up | head` ended) must not keep us from stopping our children in order.
    """
    with contextlib.suppress(OSError):
        os.write(STDOUT, text.encode())


def say(sentence: str) -> None:
    """Write one line."""
    write(sentence + "\n")
