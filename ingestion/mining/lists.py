"""Many short lists of numbers by key, most of them with one member: a number alone takes a third of a list's room. Pure."""

from collections.abc import Sequence


class Lists:
    """Lists of numbers by a 64-bit key."""

    __slots__ = ("_lists",)

    def __init__(self) -> None:
        self._lists: dict[int, int | list[int]] = {}

    def append(self, key: int, number: int) -> Sequence[int]:
        """Append the number, which is not in the list yet, and give the whole list where it is not the first one."""
        there = self._lists.setdefault(key, number)
        if there == number:
            return ()
        if isinstance(there, int):
            there = self._lists[key] = [there]
        there.append(number)
        return there

    def get(self, key: int) -> Sequence[int]:
        there = self._lists.get(key)
        if there is None:
            return ()
        return there if isinstance(there, list) else (there,)
