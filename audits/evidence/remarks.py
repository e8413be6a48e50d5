"""What a reader has to say of a report, gathered so that a million equal remarks are one. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from audits.evidence.shapes import Remark
from audits.evidence.text import clean, shortened

# What is kept of a report's texts, in characters. Beyond it they are cut, with a remark.
NAME_LIMIT: Final = 1_000
MESSAGE_LIMIT: Final = 4_000
TEXT_LIMIT: Final = 65_536
# Of a value or path that a remark quotes.
QUOTE_LIMIT: Final = 200

# More different things than these of one kind are only counted: a hostile report must not make the list grow.
MOST_OF_A_KIND: Final = 20


class Remarks:
    """Remarks by code and sentence, with how often each was made."""

    def __init__(self) -> None:
        self._made: dict[str, dict[str, int]] = {}
        self._more: dict[str, int] = {}

    def note(self, code: str, sentence: str) -> None:
        """Remember one remark; the same sentence again is counted."""
        made = self._made.setdefault(code, {})
        if sentence in made:
            made[sentence] += 1
        elif len(made) < MOST_OF_A_KIND:
            made[sentence] = 1
        else:
            self._more[code] = self._more.get(code, 0) + 1

    def gathered(self) -> Iterator[Remark]:
        """The remarks in the order in which they were first made, each with its count where it was made more than once."""
        for code, made in self._made.items():
            for sentence, times in made.items():
                yield Remark(code, sentence if times == 1 else f"{sentence.removesuffix('.')} ({times:,} times).")
            if code in self._more:
                yield Remark(code, f"… and {self._more[code]:,} more of this kind.")

    def kept(self, text: str, limit: int, what: str) -> str:
        """The text cleaned and, where it is longer than the limit, cut; `what` names such texts in the remark on that."""
        if len(text) > limit:
            self.note("cut", f"{what} of more than {limit:,} characters were cut.")
            # Cleaning looks at every character; twice the limit leaves room for what it takes out.
            text = text[: 2 * limit]
        return self._cleaned(text)[:limit]

    def named(self, text: str, limit: int, what: str) -> str:
        """As `kept`, but what is cut off leaves a digest, so that two long names stay two."""
        # Nearly all names: nothing to clean, nothing to cut.
        if len(text) <= limit and text.isprintable():
            return text
        if len(text) > limit:
            self.note("cut", f"{what} of more than {limit:,} characters were cut.")
        return shortened(self._cleaned(text), limit)

    def _cleaned(self, text: str) -> str:
        text, lost = clean(text)
        if lost:
            self.note("cleaned", "A text held characters that cannot be stored; they were taken out.")
        return text
