"""How long to wait before a child that died is started again."""

FIRST_SECONDS = 0.5
LONGEST_SECONDS = 30.0
# A child that lived this long was well; its next death has a new cause.
HEALTHY_SECONDS = 60.0


class BackOff:
    """Doubles from half a second to half a minute, and begins anew after a healthy life."""

    def __init__(self) -> None:
        self._next = FIRST_SECONDS

    def after(self, lived: float) -> float:
        """Seconds to wait, for a child that died after it had lived that many seconds."""
        if lived >= HEALTHY_SECONDS:
            self._next = FIRST_SECONDS
        wait = self._next
        self._next = min(2 * wait, LONGEST_SECONDS)
        return wait
