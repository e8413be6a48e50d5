"""Numbers of tests that disagree: planned and listed, planned and implemented, implemented here and there. Pure.

Only like is compared with like: numbers of tests, stated exactly, of one file, one level or all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from audits.claims.shapes import Contradiction, StatedCount, StatedTest
from audits.contradictions.places import level_of
from audits.contradictions.runs import named_in, runs_of
from audits.contradictions.scopes import Scope
from audits.contradictions.tallies import Tallies, Tally, is_sum_of_some, one_each, possible_totals, tallies_of, total
from audits.contradictions.told import Told, key_of_test, listing, tests
from audits.terms import Level


def planned_count(told: Told) -> Iterator[Contradiction]:
    """A declared number of planned tests that is not that of the list under it, of its parts, or of the tests listed anywhere."""
    counts = _told_once([count for count in told.each(StatedCount) if count.of == "planned" and count.exact])
    for count in counts:
        if count.listed and count.listed != count.count:
            detail = f"{tests(count.count)} are declared for {_scope(count)}, {count.listed:,} listed."
            yield told.contradiction("planned_count", detail, [count.lines.first, _end_of_list(told, count)], _scope(count))
    bare = [count for count in counts if not count.listed and not count.file]
    for level in (None, *Level):
        yield from _totals_of(told, level, [count for count in bare if count.level == level], counts)


def _told_once(counts: Sequence[StatedCount]) -> list[StatedCount]:
    """Without the counts of a line that gives one scope two numbers: one of them is a heading's number or something else's."""
    numbers: dict[tuple[int, Level | None, str], set[int]] = {}
    for count in counts:
        numbers.setdefault((count.lines.first, count.level, count.file), set()).add(count.count)
    return [count for count in counts if len(numbers[count.lines.first, count.level, count.file]) == 1]


def _totals_of(told: Told, level: Level | None, totals: Sequence[StatedCount], counts: Sequence[StatedCount]) -> Iterator[Contradiction]:
    """Numbers without a list of their own: of a level (or, with none, of all), against its parts and its tests."""
    if not totals:
        return
    parts = [count for count in counts if _is_part(count, level)]
    listed = [test for test in told.each(StatedTest) if level in (None, test.level)]
    number = len({key_of_test(test.name) for test in listed})
    # One name may stand for tests of several files, or for several cases.
    numbers = {number, len({(test.name, test.file) for test in listed})}
    for count in totals:
        if count.count in numbers or _may_add_up(count.count, [part.count for part in parts], number):
            continue
        said = f"its parts are {listing(part.count for part in parts)}" if parts else f"{number:,} listed"
        lines = [part.lines.first for part in parts] or [listed[-1].lines.last]
        detail = f"{tests(count.count)} are declared for {_scope(count)}, {said}."
        yield told.contradiction("planned_count", detail, [count.lines.first, *lines], _scope(count))


def _is_part(count: StatedCount, level: Level | None) -> bool:
    if level is None:
        return count.level is not None or bool(count.file)
    return count.level == level and bool(count.file or count.listed)


def _may_add_up(number: int, parts: Sequence[int], listed: int) -> bool:
    """Whether the parts leave a total standing. One part is no whole: the others may not have been counted."""
    if not parts:
        return not listed
    return is_sum_of_some(number, parts) or (len(parts) == 1 and number > parts[0])


def _end_of_list(told: Told, count: StatedCount) -> int:
    """The line at which the list under a count ends: the count's own last, else that of the planned test before the next count."""
    end = count.lines.last
    for claim in told.claims[told.claims.index(count) + 1 :]:
        if end > count.lines.first and not isinstance(claim, StatedTest):
            break
        if isinstance(claim, StatedCount):
            break
        if isinstance(claim, StatedTest):
            end = max(end, claim.lines.last)
    return end


def implemented_count(told: Told) -> Iterator[Contradiction]:
    """Numbers of implemented tests that are not those planned, not those listed, or not those of another place."""
    tallies = tallies_of(told)
    yield from _against_plan(told, tallies)
    yield from _against_own_list(told)
    yield from _told_twice(told, tallies)
    yield from _total_of_parts(told, tallies)


@dataclass(frozen=True)
class Pair:
    """A scope of which both the plan and the implementation tell a number."""

    name: str
    planned: Sequence[Tally]
    implemented: Sequence[Tally]

    @property
    def disagrees(self) -> bool:
        if any(tally.at_least for tally in self.planned) and total(self.implemented) >= total(self.planned):
            return False
        return not possible_totals(self.planned) & possible_totals(self.implemented)

    @property
    def sentence(self) -> str:
        return f"{total(self.planned):,} planned and {total(self.implemented):,} implemented in {self.name}"


def _against_plan(told: Told, tallies: Tallies) -> Iterator[Contradiction]:
    apart = [pair for pair in _pairs(tallies) if pair.disagrees]
    if not apart:
        return
    stray = _in_no_plan(told)
    detail = f"The plan and what was implemented differ: {'; '.join(pair.sentence for pair in apart)}."
    if stray:
        detail += f" Run, yet in no plan: {listing(stray)}."
    plan_lines = [tally.line for pair in apart for tally in pair.planned]
    lines = [*plan_lines, *(tally.line for pair in apart for tally in pair.implemented), *list(stray.values())[:5]]
    yield told.contradiction("implemented_count", detail, lines, "plan")


def _pairs(tallies: Tallies) -> list[Pair]:
    """What can be compared: files first, then levels of what is left, else all with all."""
    plans, done = one_each(tallies.planned), one_each(tallies.implemented)
    of_file = {tally.scope: tally for tally in done if tally.scope.file is not None}
    pairs = [Pair(plan.file, [plan], [of_file[plan.scope]]) for plan in plans if plan.scope in of_file]
    paired = {pair.planned[0].scope for pair in pairs}
    plans_left, done_left = ([tally for tally in side if tally.scope not in paired] for side in (plans, done))
    open_levels = {file.level or level_of(file.path) for file in tallies.uncounted}
    for level in Level:
        if level not in open_levels:
            pairs += _pair(f"{level} tests", _of_level(plans_left, level), _of_level(done_left, level))
    if not pairs:
        pairs += _pair("all", _of_all(plans), _of_all(done, whole_only=bool(tallies.uncounted)))
    return pairs


def _pair(name: str, plans: list[Tally], done: list[Tally]) -> list[Pair]:
    return [Pair(name, plans, done)] if plans and done else []


def _of_level(tallies: list[Tally], level: Level) -> list[Tally]:
    """The level's own tally where there is one, else those of its files."""
    of_level = [tally for tally in tallies if tally.level == level]
    return [tally for tally in of_level if not tally.file] or of_level


def _of_all(tallies: list[Tally], *, whole_only: bool = False) -> list[Tally]:
    """The tally of all where there is one, else those of the levels, else those of the files."""
    whole = [tally for tally in tallies if tally.scope == Scope()]
    if whole or whole_only:
        return whole
    return [tally for tally in tallies if not tally.file] or tallies


def _in_no_plan(told: Told) -> dict[str, int]:
    """The tests that ran and stand in no plan, with their first lines; nothing where the plan names none of those that ran."""
    names = {key_of_test(test.name) for test in told.each(StatedTest)}
    runs = runs_of(told)
    if not names & named_in(runs):
        return {}
    stray: dict[str, int] = {}
    for run in runs:
        for key in run.outcomes.keys() - names:
            stray.setdefault(key, run.lines[key][0])
    return dict(sorted(stray.items(), key=lambda item: item[1]))


def _against_own_list(told: Told) -> Iterator[Contradiction]:
    for count in told.each(StatedCount):
        if count.of == "implemented" and count.exact and count.listed and count.listed != count.count:
            detail = f"{tests(count.count)} are said to be implemented in {_scope(count)}, {count.listed:,} listed."
            yield told.contradiction("implemented_count", detail, [count.lines.first, count.lines.last], f"list of {_scope(count)}")


def _told_twice(told: Told, tallies: Tallies) -> Iterator[Contradiction]:
    """One file or level with different numbers in different places."""
    by_scope: dict[Scope, list[Tally]] = {}
    for tally in tallies.implemented:
        if tally.scope != Scope():
            by_scope.setdefault(tally.scope, []).append(tally)
    for first, *others in by_scope.values():
        apart = [tally for tally in others if not tally.numbers & first.numbers]
        if apart:
            said = listing(f"{tally.count:,} at line {tally.line}" for tally in apart)
            detail = f"{tests(first.count)} are said to be implemented in {first.name}, elsewhere {said}."
            yield told.contradiction("implemented_count", detail, [first.line, *(tally.line for tally in apart)], f"again {first.name}")


def _total_of_parts(told: Told, tallies: Tallies) -> Iterator[Contradiction]:
    """A total of implemented tests that no choice of the files' numbers adds up to."""
    done = one_each(tallies.implemented)
    parts = [tally for tally in done if tally.file] or [tally for tally in done if tally.level]
    if tallies.uncounted or len(parts) < 2:
        return
    for whole in done:
        if whole.scope == Scope() and not is_sum_of_some(whole.count, [part.count for part in parts]):
            detail = f"{tests(whole.count)} are said to be implemented in all; the parts are {listing(part.count for part in parts)}."
            yield told.contradiction("implemented_count", detail, [whole.line, *(part.line for part in parts)], "total")


def _scope(count: StatedCount) -> str:
    return count.file or (f"the {count.level} tests" if count.level else "the whole plan")
